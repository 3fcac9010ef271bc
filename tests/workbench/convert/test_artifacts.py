"""Inputs of the conversion that are missing, damaged or contradictory."""

import json
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from convert.artifacts import read_run
from emotion_edge.errors import UserError
from tests.workbench.convert.reports import INPUTS, assert_refused
from tests.workbench.tiny_build import save_arrays, save_pictures, seal, tinted_noise


def change_pictures(build: Path, change: Callable[[dict], dict]) -> None:
    """Apply `change` to the arrays of all three image files."""
    for name in ("calibration", "temperature", "holdout"):
        with np.load(build / f"{name}.npz") as archive:
            arrays = dict(archive)
        np.savez(build / f"{name}.npz", **change(arrays))


def change_contract(build: Path, **changes: object) -> None:
    """Change fields of the contract."""
    values = json.loads((build / "contract.json").read_text())
    (build / "contract.json").write_text(json.dumps(values | changes))


@pytest.mark.parametrize("name", INPUTS)
def test_a_missing_input_is_named(name, tiny):
    (tiny / name).unlink()
    assert_refused(tiny, 2, name)


@pytest.mark.parametrize("name", INPUTS)
def test_a_truncated_input_is_refused(name, tiny):
    (tiny / name).write_bytes((tiny / name).read_bytes()[:100])
    seal(tiny)
    with pytest.raises(UserError, match="contract" if name == "contract.json" else str(tiny)):
        read_run(tiny)


def test_a_contract_of_another_version_asks_for_training(tiny):
    change_contract(tiny, version=3)
    seal(tiny)
    with pytest.raises(UserError, match=r"version 3.*train again") as raised:
        read_run(tiny)
    assert "convert" not in str(raised.value)


def test_the_contract_of_another_model_is_refused(tiny):
    change_contract(tiny, labels=["only", "two"], prior=[0.5, 0.5])
    seal(tiny)
    assert_refused(tiny, 2, "its contract says")


@pytest.mark.parametrize("name", ["calibration", "temperature"])
def test_a_holdout_picture_in_another_file_is_refused(name, tiny):
    with np.load(tiny / "holdout.npz") as archive:
        duplicate = archive["images"][7]
    with np.load(tiny / f"{name}.npz") as archive:
        changed = {key: archive[key].copy() for key in archive}
    changed["images"][3] = duplicate
    np.savez(tiny / f"{name}.npz", **changed)
    seal(tiny)
    with pytest.raises(UserError, match=rf"{name}\.npz: 1 of its images are in holdout\.npz"):
        read_run(tiny)
    assert_refused(tiny, 2, "the holdout must be images that no calibration used")


def test_calibration_pictures_of_one_class_are_refused(tiny):
    images, targets = tinted_noise(90, seed=9)
    reds = {"images": images[targets == 2], "labels": targets[targets == 2]}
    save_arrays(tiny / "calibration.npz", **reds)
    seal(tiny)
    assert_refused(tiny, 2, "no image of blue, green")


def test_pictures_whose_classes_are_in_another_order_are_refused(tiny):
    save_pictures(tiny / "holdout.npz", 60, seed=9, classes=("red", "green", "blue"))
    seal(tiny)
    assert_refused(tiny, 2, "its classes are red, green, blue, in this order")


@pytest.mark.parametrize("scale", [1 / 255**2, 1 / 300, 1 / 256], ids=str)
def test_another_rescale_is_refused_although_keras_gets_it_too(scale, tiny):
    change_contract(tiny, scale=scale)
    assert_refused(tiny, 2, f"{tiny / 'contract.json'}: not the file that training wrote")


@pytest.mark.parametrize(
    "change",
    [lambda images: images[..., ::-1], lambda images: images[:, :, ::-1], lambda images: images],
    ids=["channels", "mirrored", "saved again"],
)
@pytest.mark.parametrize("name", ["calibration", "temperature", "holdout"])
def test_other_pictures_are_refused_although_keras_gets_them_too(name, change, tiny):
    with np.load(tiny / f"{name}.npz") as archive:
        arrays = dict(archive)
    np.savez_compressed(tiny / f"{name}.npz", **arrays | {"images": change(arrays["images"])})
    assert_refused(tiny, 2, f"{tiny / name}.npz: not the file that training wrote")


def test_other_labels_are_refused_although_the_pictures_have_them_too(tiny):
    shuffled = ["red", "blue", "green"]
    change_contract(tiny, labels=shuffled)
    change_pictures(tiny, lambda arrays: arrays | {"classes": np.array(shuffled)})
    assert_refused(tiny, 2, "contract.json: not the file that training wrote")


def test_the_model_of_another_run_is_refused(tiny):
    model = keras.models.load_model(tiny / "model.keras", compile=False)
    model.set_weights([weights * np.float32(1.001) for weights in model.get_weights()])
    model.save(tiny / "model.keras")
    assert_refused(tiny, 2, "model.keras: not the file that training wrote")


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"sha256": null}', '{"sha256": {}}'])
def test_without_the_digests_of_training_nothing_is_converted(text, tiny):
    (tiny / "run.json").unlink()
    if text is not None:
        (tiny / "run.json").write_text(text)
    assert_refused(tiny, 2, "train again with `python -m train`")
    with pytest.raises(UserError, match=r"run\.json"):
        read_run(tiny)


def two_images(**arrays: np.ndarray) -> dict[str, np.ndarray]:
    """Return the arrays of two images, and more."""
    return {"images": np.zeros((2, 8, 8, 3), np.uint8), "labels": np.array([0, 1]), **arrays}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"images": np.zeros((2, 9, 9, 3), np.uint8), "labels": np.array([0, 1])},
            r"images are uint8 \(2, 9, 9, 3\)",
        ),
        ({"images": np.zeros((2, 8, 8, 3)), "labels": np.array([0, 1])}, "images are float64"),
        ({"images": np.zeros((1, 8, 8, 3), np.uint8), "labels": np.array([7])}, "class number"),
        ({"images": np.zeros((1, 8, 8, 3), np.uint8), "labels": np.eye(3)[:1]}, "labels are float"),
        ({"images": np.zeros((0, 8, 8, 3), np.uint8), "labels": np.zeros(0, int)}, "no images"),
        (two_images(parts=np.zeros(3, int)), r"parts are int64 \(3,\)"),
        (two_images(parts=np.ones(2)), "parts are float64"),
        (two_images(parts=np.array([0, -1])), "not a number from 0 on per image"),
        (two_images(parts=np.array([0, 2**40])), "not a number from 0 on per image"),
    ],
    ids=["size", "type", "class", "one-hot", "none", "more", "floats", "negative", "huge"],
)
def test_a_holdout_of_wrong_shape_or_type_is_refused(change, words, tiny):
    save_arrays(tiny / "holdout.npz", **change)
    seal(tiny)
    with pytest.raises(UserError, match=words):
        read_run(tiny)
