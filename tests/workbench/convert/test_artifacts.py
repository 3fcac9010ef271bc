"""Inputs of the conversion that are missing, damaged or contradictory."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from convert.artifacts import read_run
from emotion_edge.errors import UserError
from tests.workbench.convert.reports import INPUTS, assert_refused
from tests.workbench.tiny_build import LABELS, save_pictures, tinted_noise


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
    with pytest.raises(UserError, match="contract" if name == "contract.json" else str(tiny)):
        read_run(tiny)


def test_the_contract_of_another_model_is_refused(tiny):
    change_contract(tiny, labels=["only", "two"])
    assert_refused(tiny, 2, "its contract says")


@pytest.mark.parametrize("name", ["calibration", "temperature"])
def test_a_holdout_picture_in_another_file_is_refused(name, tiny):
    with np.load(tiny / "holdout.npz") as archive:
        duplicate = archive["images"][7]
    with np.load(tiny / f"{name}.npz") as archive:
        changed = {key: archive[key].copy() for key in archive}
    changed["images"][3] = duplicate
    np.savez(tiny / f"{name}.npz", **changed)
    with pytest.raises(UserError, match=rf"{name}\.npz: 1 of its images are in holdout\.npz"):
        read_run(tiny)
    assert_refused(tiny, 2, "the holdout must be images that no calibration used")


def test_calibration_pictures_of_one_class_are_refused(tiny):
    images, targets = tinted_noise(90, seed=9)
    np.savez(
        tiny / "calibration.npz",
        images=images[targets == 2],
        labels=targets[targets == 2],
        classes=np.array(LABELS),
    )
    assert_refused(tiny, 2, "no image of blue, green")


def test_pictures_whose_classes_are_in_another_order_are_refused(tiny):
    save_pictures(tiny / "holdout.npz", 60, seed=9, classes=("red", "green", "blue"))
    assert_refused(tiny, 2, "its classes are red, green, blue, in this order")


def test_a_repeated_rescale_is_refused_although_keras_gets_it_too(tiny):
    change_contract(tiny, scale=1 / 255**2)
    assert_refused(tiny, 2, "are not those of this model")


def test_swapped_channels_are_refused_although_keras_gets_them_too(tiny):
    change_pictures(tiny, lambda arrays: arrays | {"images": arrays["images"][..., ::-1]})
    assert_refused(tiny, 2, "are not those of this model")


def test_labels_that_differ_only_from_the_evaluation_are_refused(tiny):
    shuffled = ["red", "blue", "green"]
    change_contract(tiny, labels=shuffled)
    change_pictures(tiny, lambda arrays: arrays | {"classes": np.array(shuffled)})
    assert_refused(tiny, 2, "its labels are blue, green, red, the contract's are red, blue, green")


def test_an_evaluation_file_with_other_content_is_refused(tiny):
    (tiny / "evaluation.json").write_text("[]")
    assert_refused(tiny, 2, "evaluation.json: not an evaluation")


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
    ],
    ids=["size", "type", "class", "one-hot", "none"],
)
def test_a_holdout_of_wrong_shape_or_type_is_refused(change, words, tiny):
    np.savez(tiny / "holdout.npz", **change, classes=np.array(LABELS))
    with pytest.raises(UserError, match=words):
        read_run(tiny)
