"""`python -m convert`: the files it writes, and the models it refuses."""

import hashlib
import json
import os
import resource
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from convert.artifacts import read_run
from convert.converter import VARIANTS, check_activation, to_logits
from emotion_edge.errors import UserError
from emotion_edge.model.contract import Contract, dumps, loads
from emotion_edge.model.model_file import read_model
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.runtime import RUNTIMES
from tests.workbench.conftest import LABELS, inside, run, save_pictures, tinted

INPUTS = ("model.keras", "contract.json", "calibration.npz", "temperature.npz", "holdout.npz")
Start = Callable[..., subprocess.CompletedProcess[str]]
REPORTS = {"convert_report.html", "convert_report.json"}


@pytest.fixture(scope="module")
def converted(tiny_build, tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A build after the conversion to every variant, and the finished process."""
    build = shutil.copytree(tiny_build, tmp_path_factory.mktemp("all") / "build")
    result = run("convert", "--build", build, "--variant", "all")
    assert result.returncode == 0, result.stderr + result.stdout
    return build, result


def read_report(build: Path) -> dict:
    return json.loads((build / "convert_report.json").read_text())


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
    contract = Contract(labels=LABELS, width=8, height=8, activation=activation)
    assert np.allclose(scores(logits, contract), expected, atol=1e-6)


def test_a_file_of_each_variant_is_written_and_int8_is_the_model(converted):
    build, result = converted
    files = {path.name: path.read_bytes() for path in build.glob("*.tflite")}
    assert set(files) == {"model.tflite", *(f"model.{variant}.tflite" for variant in VARIANTS)}
    assert files["model.tflite"] == files["model.int8.tflite"]
    inputs = {*INPUTS, "evaluation.json"}
    assert {path.name for path in build.iterdir()} == {*files, *inputs, *REPORTS}
    rows = {tuple(line.split()[:2]) for line in result.stdout.splitlines()}
    assert rows >= {(variant, runtime) for variant in VARIANTS for runtime in RUNTIMES}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_batch_of_one_leaves_no_shape_operators(variant, converted):
    interpreter = Interpreter(
        str(converted[0] / f"model.{variant}.tflite"),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    names = [op["op_name"] for op in interpreter._get_ops_details()]
    casts = {"DEQUANTIZE"} if variant == "float16" else set()
    assert set(names) - casts == {"CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED"}
    assert names[-1] == "FULLY_CONNECTED"  # logits: no LOGISTIC after it


@pytest.mark.parametrize("name", ["model.tflite", *(f"model.{v}.tflite" for v in VARIANTS)])
def test_the_contract_is_inside_with_the_fitted_temperature(name, converted):
    build, _ = converted
    _, contract = read_model(build / name)
    before = loads((build / "contract.json").read_text())
    fitted = {v["variant"]: v["temperature"] for v in read_report(build)["variants"]}
    variant = name.split(".")[1].replace("tflite", "int8")
    assert contract.temperature == fitted[variant] != 1.0
    assert loads(dumps(contract).replace(f"{contract.temperature}", "1.0")) == before


def test_the_same_command_gives_the_same_bytes(converted, tiny):
    result = run("convert", "--build", tiny, "--variant", "all")
    assert result.returncode == 0, result.stderr
    for variant in VARIANTS:
        name = f"model.{variant}.tflite"
        assert (tiny / name).read_bytes() == (converted[0] / name).read_bytes()


def test_the_report_says_what_was_measured(converted):
    build, _ = converted
    report = read_report(build)
    assert report["chosen"] == "int8"
    calibration = report["calibration"]
    assert calibration["per_class"] == {"blue": 30, "green": 30, "red": 30}
    assert calibration["pixel_range"] == [0, 255]
    assert {color: sum(n) for color, n in calibration["histogram"].items()} == dict.fromkeys(
        "RGB", 90 * 64
    )
    assert sum(report["holdout"]["per_class"].values()) == 300
    for variant in report["variants"]:
        content = (build / f"model.{variant['variant']}.tflite").read_bytes()
        assert variant["bytes"] == len(content)
        assert variant["sha256"] == hashlib.sha256(content).hexdigest()
        assert {op["name"] for op in variant["operators"]} >= {"CONV_2D", "FULLY_CONNECTED"}
        assert all(op["version"] >= 1 for op in variant["operators"])
        for result in variant["runtimes"].values():
            assert result["loads"]
            low, high = result["top1_ci95"]
            assert low < result["top1"] < high
            assert result["macro_f1_ci95"][0] < result["macro_f1"] < result["macro_f1_ci95"][1]
            assert result["latency"] > 0
            assert sum(count for count, _, _ in result["reliability"]) == 300
    float32 = report["variants"][0]["runtimes"]
    assert {result["latency"] for result in float32.values()} == {1.0}


def test_delegated_nodes_are_counted_as_the_runtimes_are_known_to_do(converted):
    found = {
        (variant["variant"], runtime): result["delegate_nodes"] > 0
        for variant in read_report(converted[0])["variants"]
        for runtime, result in variant["runtimes"].items()
    }
    assert found["float32", "litert"] and found["float32", "tflite-runtime"]
    assert found["int8", "litert"] and not found["int8", "tflite-runtime"]
    assert not found["int16x8", "litert"] and not found["int16x8", "tflite-runtime"]


def test_the_layers_of_int8_are_listed_worst_first(converted):
    by_name = {variant["variant"]: variant for variant in read_report(converted[0])["variants"]}
    layers = by_name["int8"]["layers"]
    errors = [layer["relative"] for layer in layers]
    assert [layer["operator"] for layer in layers].count("FULLY_CONNECTED") == 2
    assert errors == sorted(errors, reverse=True)
    assert 0 < errors[-1] < errors[0] < 0.2
    # 16 bits are 256 times finer, int8 weights are the same: between the two
    assert by_name["int16x8"]["layers"][0]["relative"] < errors[0]


class _Page(HTMLParser):
    """Collect the tags, the text and the URLs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.urls += [v for k, v in attrs if k in ("src", "href") and v[0] != "#"]

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_needs_no_other_file_and_shows_all_that_is_asked(converted):
    page = _Page()
    page.feed((converted[0] / "convert_report.html").read_text())
    assert all(url.startswith("data:image/png;base64,") for url in page.urls)
    assert page.tags.count("svg") == 2  # reliability diagram, calibration histogram
    text = " ".join(page.text)
    for words in (*VARIANTS, *RUNTIMES, *LABELS, "Confusion matrices", "disagree", "temperature"):
        assert words in text
    assert "<built-in" not in text


def page_text(build: Path) -> str:
    page = _Page()
    page.feed((build / "convert_report.html").read_text())
    return "".join(page.text)


def test_auto_leaves_out_the_slow_one_and_prefers_int8_to_a_smaller_file(tiny):
    result = inside("convert", "--build", tiny, "--author", "A. Maker")
    assert result.returncode == 0, result.stderr
    variants = {variant["variant"]: variant for variant in read_report(tiny)["variants"]}
    assert set(variants) == {*VARIANTS} - {"int16x8"}
    assert read_report(tiny)["chosen"] == "int8"
    assert b"A. Maker" in (tiny / "model.tflite").read_bytes()


def refused(build: Path, code: int, words: str, *arguments: object, start: Start = inside) -> str:
    """Assert that conversion fails with one line and writes only reports; return stdout."""
    before = {path.name: path.read_bytes() for path in build.iterdir()}
    result = start("convert", "--build", build, *arguments)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    errors = [line for line in result.stderr.splitlines() if "convert: error" in line]
    assert len(errors) == 1
    assert words in errors[0] + result.stdout
    after = {path.name: path.read_bytes() for path in build.iterdir()}
    assert {n: c for n, c in after.items() if n not in REPORTS} == before
    assert (set(after) >= REPORTS) == (code == 1)
    return result.stdout


def darken(build: Path) -> None:
    """Darken the calibration images until the holdout leaves their ranges."""
    with np.load(build / "calibration.npz") as archive:
        changed = {**archive, "images": archive["images"] // 40}
    np.savez(build / "calibration.npz", **changed)


def test_a_model_that_loses_accuracy_is_not_written_and_the_report_says_where(tiny):
    darken(tiny)
    refused(tiny, 1, "points of top-1", "--variant", "int8")
    report = read_report(tiny)
    assert report["chosen"] is None
    assert "python -m convert --variant auto" in report["remedy"]
    (int8,) = report["variants"]
    assert not int8["passed"]
    assert int8["layers"][0]["relative"] > 0.2
    page = (tiny / "convert_report.html").read_text()
    assert "Errors of int8 by layer" in page
    assert "No model was written" in page


def test_auto_falls_back_to_the_smallest_that_passes(tiny):
    darken(tiny)
    (tiny / "model.int8.tflite").write_bytes(b"of a former run, in which it passed")
    result = inside("convert", "--build", tiny)
    assert result.returncode == 0, result.stderr
    report = read_report(tiny)
    assert "python -m train --resume --calibration-size 2100" in report["remedy"]
    assert report["remedy"].replace(" ", "") in page_text(tiny).replace(" ", "")
    sizes = {v["variant"]: v["bytes"] for v in report["variants"] if v["passed"]}
    assert set(sizes) == {"float32", "float16", "dynamic"}
    assert report["chosen"] == min(sizes, key=sizes.get)
    assert not (tiny / "model.int8.tflite").exists()
    assert len((tiny / "model.tflite").read_bytes()) == min(sizes.values())


def test_all_is_refused_when_one_is(tiny):
    darken(tiny)
    refused(tiny, 1, "no model written", "--variant", "all")


def test_a_network_whose_weights_are_no_numbers_is_refused(tiny):
    model = keras.models.load_model(tiny / "model.keras", compile=False)
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    model.save(tiny / "model.keras")
    before = {path.name for path in tiny.iterdir()}
    result = inside("convert", "--build", tiny)
    assert result.returncode == 1
    assert "computes NaN or infinite logits" in result.stderr
    assert {path.name for path in tiny.iterdir()} == before


@pytest.mark.parametrize("limit", [20_000, 60_000], ids=["report", "model"])
def test_a_full_disk_leaves_the_former_model(limit, tiny):
    before = {path.name: path.read_bytes() for path in tiny.iterdir()}
    result = run(
        *("convert", "--build", tiny, "--variant", "float32"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    after = {path.name: path.read_bytes() for path in tiny.iterdir()}
    reports = {name: after.pop(name) for name in REPORTS if name in after}
    assert after == before
    if limit == 20_000:
        assert "cannot write to" in result.stderr
        assert not reports
    else:
        assert (
            "is there space in"
            in json.loads(reports["convert_report.json"])["variants"][0]["reasons"][0]
        )


@pytest.mark.parametrize("name", INPUTS)
def test_a_missing_input_is_named(name, tiny):
    (tiny / name).unlink()
    refused(tiny, 2, name)


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_that_was_cut_short_is_refused(name, tiny):
    (tiny / name).write_bytes((tiny / name).read_bytes()[:100])
    with pytest.raises(UserError, match="contract" if name == "contract.json" else str(tiny)):
        read_run(tiny)


def test_a_contract_of_another_model_is_refused(tiny):
    changed = json.loads((tiny / "contract.json").read_text()) | {"labels": ["only", "two"]}
    (tiny / "contract.json").write_text(json.dumps(changed))
    refused(tiny, 2, "its contract says")


def test_an_activation_that_the_contract_does_not_name_is_refused():
    contract = Contract(labels=LABELS, width=8, height=8, activation="softmax")
    with pytest.raises(UserError, match="last activation is sigmoid"):
        check_activation(small_network("sigmoid"), contract)


@pytest.mark.parametrize("name", ["calibration", "temperature"])
def test_a_picture_of_the_holdout_among_the_others_is_refused(name, tiny):
    with np.load(tiny / "holdout.npz") as archive:
        stolen = archive["images"][7]
    with np.load(tiny / f"{name}.npz") as archive:
        changed = {key: archive[key].copy() for key in archive}
    changed["images"][3] = stolen
    np.savez(tiny / f"{name}.npz", **changed)
    with pytest.raises(UserError, match=rf"{name}\.npz: 1 of its images are in holdout\.npz"):
        read_run(tiny)
    refused(tiny, 2, "the holdout must be images that no calibration used")


def test_calibration_pictures_of_one_class_are_refused(tiny):
    images, targets = tinted(90, seed=9)
    np.savez(
        tiny / "calibration.npz",
        images=images[targets == 2],
        labels=targets[targets == 2],
        classes=np.array(LABELS),
    )
    refused(tiny, 2, "no image of blue, green")


def test_pictures_whose_classes_are_in_another_order_are_refused(tiny):
    save_pictures(tiny / "holdout.npz", 60, seed=9, classes=("red", "green", "blue"))
    refused(tiny, 2, "its classes are red, green, blue, in this order")


def change_pictures(build: Path, change) -> None:
    """Apply `change` to the arrays of all three image files."""
    for name in ("calibration", "temperature", "holdout"):
        with np.load(build / f"{name}.npz") as archive:
            arrays = dict(archive)
        np.savez(build / f"{name}.npz", **change(arrays))


def change_contract(build: Path, **changes: object) -> None:
    values = json.loads((build / "contract.json").read_text())
    (build / "contract.json").write_text(json.dumps(values | changes))


def test_a_rescale_that_was_done_twice_deceives_keras_too_and_is_refused(tiny):
    change_contract(tiny, scale=1 / 255**2)
    refused(tiny, 2, "are not those of this model")


def test_pictures_with_their_channels_swapped_deceive_keras_too_and_are_refused(tiny):
    change_pictures(tiny, lambda arrays: arrays | {"images": arrays["images"][..., ::-1]})
    refused(tiny, 2, "are not those of this model")


def test_labels_shuffled_everywhere_but_in_the_evaluation_are_refused(tiny):
    shuffled = ["red", "blue", "green"]
    change_contract(tiny, labels=shuffled)
    change_pictures(tiny, lambda arrays: arrays | {"classes": np.array(shuffled)})
    refused(tiny, 2, "its labels are blue, green, red, the contract's are red, blue, green")


def test_an_evaluation_that_is_none_is_refused(tiny):
    (tiny / "evaluation.json").write_text("[]")
    refused(tiny, 2, "evaluation.json: not an evaluation")


def test_a_network_that_tflite_has_no_operators_for_is_refused_with_a_report(tiny):
    inputs = keras.Input((8, 8, 3))
    features = keras.layers.Flatten()(keras.ops.tan(inputs))
    keras.Model(inputs, keras.layers.Dense(3, activation="sigmoid")(features)).save(
        tiny / "model.keras"
    )
    (tiny / "evaluation.json").unlink()  # this network was never trained
    refused(tiny, 1, "no model written", "--variant", "float32")
    (float32,) = read_report(tiny)["variants"]
    assert "'tf.Tan' op" in float32["reasons"][0]
    assert len(float32["reasons"][0].splitlines()) == 1
    assert "not converted" in page_text(tiny)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"images": np.zeros((2, 9, 9, 3), np.uint8), "labels": np.array([0, 1])}, "images are"),
        ({"images": np.zeros((2, 8, 8, 3)), "labels": np.array([0, 1])}, "images are float64"),
        ({"images": np.zeros((1, 8, 8, 3), np.uint8), "labels": np.array([7])}, "class number"),
        ({"images": np.zeros((1, 8, 8, 3), np.uint8), "labels": np.eye(3)[:1]}, "labels are float"),
        ({"images": np.zeros((0, 8, 8, 3), np.uint8), "labels": np.zeros(0, int)}, "no images"),
    ],
    ids=["size", "type", "class", "one-hot", "none"],
)
def test_a_holdout_that_does_not_fit_is_refused(change, words, tiny):
    np.savez(tiny / "holdout.npz", **change, classes=np.array(LABELS))
    with pytest.raises(UserError, match=words):
        read_run(tiny)


def test_without_pictures_for_it_the_temperature_stays(tiny):
    nothing = np.zeros((0, 8, 8, 3), np.uint8)
    np.savez(
        *(tiny / "temperature.npz",),
        images=nothing,
        labels=np.zeros(0, int),
        classes=np.array(LABELS),
    )
    result = inside("convert", "--build", tiny, "--variant", "int8")
    assert result.returncode == 0, result.stderr
    assert read_model(tiny / "model.tflite")[1].temperature == 1.0


@pytest.mark.parametrize(
    "arguments",
    [["--variant", "int4"], ["--top1-drop", "nan"], ["--agreement", "-1"], ["--author", "A\nB"]],
    ids=str,
)
def test_a_bad_option_ends_with_exit_code_2(arguments, tiny):
    result = inside("convert", "--build", tiny, *arguments)
    assert result.returncode == 2
    assert arguments[0] in result.stderr


TRUNCATING = """
import numpy as np, emotion_edge.model.quantization
def truncate(real, *, scale, zero_point, dtype):
    return (real / scale + zero_point).astype(dtype)
emotion_edge.model.quantization.quantize = truncate
"""


def test_an_edge_that_truncates_instead_of_rounding_is_refused(tiny, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(TRUNCATING)
    search_path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": search_path}
    said = refused(
        *(tiny, 1, "of 256 pixel values do not enter", "--variant", "int8"),
        start=partial(run, env=environment),
    )
    assert all(f"refused int8: {runtime}: " in said for runtime in RUNTIMES)
