"""Conversion: what the .tflite computes is what Keras computes, or there is no .tflite."""

import json
import shutil
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from convert.convert import check_activation, float32, int8, normalised, to_logits
from edge.classifier import Classifier
from edge.contract import dumps, loads, scores
from edge.errors import UserError
from edge.model_file import pack, read_model
from edge.runtime import RUNTIMES
from tests.workbench.conftest import make_photos, run
from train.models import contract_of

LABELS = ["blue", "green", "red"]


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Path:
    """What a short training run leaves."""
    folder = tmp_path_factory.mktemp("run")
    data = make_photos(folder / "data", train=12, validation=4, test=5)
    result = run("train", "--data", data, "--build", folder / "build", "--epochs", 3)
    assert result.returncode == 0, result.stderr
    return folder / "build"


@pytest.fixture(scope="module")
def converted(build):
    """The same folder after conversion, and what the conversion said."""
    result = run("convert", "--build", build)
    assert result.returncode == 0, result.stderr
    return build, result


@pytest.fixture
def copy(build, tmp_path) -> Path:
    """A copy of the run that a test may spoil, with a former model in it."""
    for name in ("model.keras", "contract.json", "calibration.npz", "holdout.npz"):
        shutil.copy(build / name, tmp_path)
    (tmp_path / "model.tflite").write_bytes(b"the former model")
    return tmp_path


def small_network(activation: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Flatten(),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(3, activation=activation),
        ]
    )


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_the_logits_model_and_the_contract_give_keras_own_scores(activation):
    model = small_network(activation)
    images = np.random.default_rng(0).random((5, 8, 8, 3), np.float32)
    outputs = model.predict(images, verbose=0).astype(np.float64)
    logits = to_logits(model, batch_size=None).predict(images, verbose=0)
    expected = outputs / outputs.sum(axis=1, keepdims=True)
    assert np.allclose(scores(logits, contract_of(model, LABELS)), expected, atol=1e-6)


def test_a_batch_of_one_leaves_no_shape_operators(converted):
    build, _ = converted
    interpreter = Interpreter(
        str(build / "model.tflite"),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    names = [op["op_name"] for op in interpreter._get_ops_details()]
    assert set(names) == {"CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED"}
    assert names[-1] == "FULLY_CONNECTED"  # logits: no LOGISTIC after it


def test_the_int8_model_takes_every_pixel_value_exactly(converted):
    build, _ = converted
    interpreter = Interpreter(str(build / "model.tflite"))
    (given,), (returned,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert given["dtype"] == returned["dtype"] == np.int8
    assert given["quantization"] == (pytest.approx(1 / 255), -128)
    assert tuple(given["shape"]) == (1, 150, 150, 3)
    assert tuple(returned["shape"]) == (1, 3)


@pytest.mark.parametrize("name", ["model.tflite", "model.float32.tflite"])
def test_contract_and_labels_are_inside(name, converted):
    build, _ = converted
    _, contract = read_model(build / name)
    assert contract == loads((build / "contract.json").read_text())
    with zipfile.ZipFile(build / name) as archive:
        assert archive.read("labels.txt").decode().split() == LABELS


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize(
    ("variant", "tolerance"), [("float32", 1e-5), ("int8", 0.05)], ids=["float32", "int8"]
)
def test_each_variant_computes_on_each_runtime_what_keras_computes(
    runtime, variant, tolerance, tmp_path
):
    if runtime == "tflite-runtime":
        pytest.importorskip("tflite_runtime")
    model = small_network("sigmoid")
    contract = contract_of(model, LABELS)
    images = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), np.uint8)
    images[0, 0, 0], images[0, 0, 1] = 0, 255  # the range of pixels, for the calibration
    logits_model = to_logits(model, batch_size=1)
    given = normalised(images, contract)
    flatbuffer = (
        float32(logits_model)
        if variant == "float32"
        else int8(logits_model, representative_dataset=given)
    )
    path, holdout, out = tmp_path / "m.tflite", tmp_path / "h.npz", tmp_path / "logits.npy"
    path.write_bytes(pack(flatbuffer, contract))
    np.savez(holdout, images=images)
    result = run("convert.score", path, holdout, out, "--runtime", runtime)
    assert result.returncode == 0, result.stderr
    expected = to_logits(model, batch_size=None).predict(given, verbose=0)
    assert np.allclose(np.load(out), expected, atol=tolerance)


def test_the_table_shows_both_variants_on_both_runtimes(converted):
    _, result = converted
    rows = {tuple(line.split()[:2]) for line in result.stdout.splitlines()}
    assert rows >= {(variant, runtime) for variant in ("int8", "float32") for runtime in RUNTIMES}
    assert "Keras" in result.stdout


def test_the_converted_model_names_colours(converted):
    build, _ = converted
    classifier = Classifier(build / "model.tflite")
    holdout = np.load(build / "holdout.npz")
    named = [classifier.classify(image).label for image in holdout["images"]]
    truth = [LABELS[i] for i in holdout["labels"]]
    accuracy = np.mean([a == b for a, b in zip(named, truth, strict=True)])
    evaluation = json.loads((build / "evaluation.json").read_text())
    assert accuracy == pytest.approx(evaluation["accuracy"], abs=0.01)


def refused(copy: Path, code: int, words: str, *arguments: object) -> None:
    """Assert that conversion fails in one line and leaves the former model alone."""
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    result = run("convert", "--build", copy, *arguments)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    assert any("convert: error" in line and words in line for line in result.stderr.splitlines())
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


def test_a_model_that_loses_accuracy_is_not_written(copy):
    with np.load(copy / "calibration.npz") as calibration:
        dark = calibration["images"] // 100  # ranges that the holdout leaves at once
        np.savez(copy / "calibration.npz", images=dark, labels=calibration["labels"])
    refused(copy, 1, "points of top-1")


def test_a_network_whose_weights_are_no_numbers_is_refused(copy):
    model = keras.models.load_model(copy / "model.keras", compile=False)
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    model.save(copy / "model.keras")
    refused(copy, 1, "the converter left float32 in the int8 model")


def test_a_full_disk_leaves_the_former_model(copy):
    import resource

    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    result = run(
        *("convert", "--build", copy),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)),
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


@pytest.mark.parametrize("name", ["model.keras", "contract.json", "calibration.npz", "holdout.npz"])
def test_a_missing_input_is_named(name, copy):
    (copy / name).unlink()
    refused(copy, 2, name)


@pytest.mark.parametrize("name", ["model.keras", "contract.json", "calibration.npz", "holdout.npz"])
def test_an_input_that_was_cut_short_is_refused(name, copy):
    (copy / name).write_bytes((copy / name).read_bytes()[:100])
    refused(copy, 2, "contract" if name == "contract.json" else str(copy))


def test_a_contract_of_another_model_is_refused(copy):
    contract = loads((copy / "contract.json").read_text())
    changed = json.loads(dumps(contract)) | {"labels": ["only", "two"]}
    (copy / "contract.json").write_text(json.dumps(changed))
    refused(copy, 2, "its contract says")


def test_an_activation_that_the_contract_does_not_name_is_refused():
    contract = contract_of(small_network("softmax"), LABELS)
    with pytest.raises(UserError, match="last activation is sigmoid"):
        check_activation(small_network("sigmoid"), contract)
