"""`python -m convert`: which variant becomes the model, and which conversions fail."""

import json
import resource
from functools import partial

import keras
import numpy as np
import pytest

from convert.converter import VARIANTS
from emotion_edge.model.model_file import read_model
from tests.edge.models import INSTALLED
from tests.workbench.conftest import run, run_in_process
from tests.workbench.convert.reports import (
    REPORTS,
    assert_refused,
    customised,
    darken_calibration,
    read_page,
    read_report,
)
from tests.workbench.tiny_build import save_arrays, seal


@pytest.mark.long
def test_auto_skips_the_slow_variant_and_prefers_int8_to_a_smaller_file(tiny):
    result = run_in_process("convert", "--build", tiny, "--author", "A. Maker")
    assert result.returncode == 0, result.stderr
    variants = {variant["variant"]: variant for variant in read_report(tiny)["variants"]}
    assert set(variants) == {*VARIANTS} - {"int16x8"}
    assert read_report(tiny)["chosen"] == "int8"
    assert b"A. Maker" in (tiny / "model.tflite").read_bytes()


def test_a_model_that_loses_accuracy_is_not_written_and_the_report_says_in_which_layer(tiny):
    darken_calibration(tiny)
    assert_refused(tiny, 1, "points of top-1", "--variant", "int8")
    report = read_report(tiny)
    assert report["chosen"] is None
    assert "python -m convert --variant auto" in report["remedy"]
    (int8,) = report["variants"]
    assert not int8["passed"]
    assert int8["layers"][0]["relative"] > 0.2
    page = (tiny / "convert_report.html").read_text()
    assert "Errors of int8 by layer" in page
    assert "No model was written" in page


def test_auto_falls_back_to_the_smallest_variant_that_passes(tiny):
    darken_calibration(tiny)
    (tiny / "model.int8.tflite").write_bytes(b"from an earlier run in which it passed")
    result = run_in_process("convert", "--build", tiny)
    assert result.returncode == 0, result.stderr
    report = read_report(tiny)
    assert "python -m train --resume --calibration-size 5000" in report["remedy"]
    assert report["remedy"].replace(" ", "") in "".join(read_page(tiny).text).replace(" ", "")
    sizes = {v["variant"]: v["bytes"] for v in report["variants"] if v["passed"]}
    assert set(sizes) == {"float32", "float16", "dynamic"}
    assert report["chosen"] == min(sizes, key=sizes.get)
    assert not (tiny / "model.int8.tflite").exists()
    assert len((tiny / "model.tflite").read_bytes()) == min(sizes.values())


@pytest.mark.long
def test_variant_all_fails_if_one_variant_is_refused(tiny):
    darken_calibration(tiny)
    assert_refused(tiny, 1, "no model written", "--variant", "all")


def test_a_network_with_nan_weights_is_refused(tiny):
    model = keras.models.load_model(tiny / "model.keras", compile=False)
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    model.save(tiny / "model.keras")
    seal(tiny)
    before = {path.name for path in tiny.iterdir()}
    result = run_in_process("convert", "--build", tiny)
    assert result.returncode == 1
    assert "computes NaN or infinite outputs" in result.stderr
    assert {path.name for path in tiny.iterdir()} == before


@pytest.mark.parametrize("limit", [20_000, 60_000], ids=["report", "model"])
def test_a_full_disk_leaves_the_former_model_in_place(limit, tiny):
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
        (variant,) = json.loads(reports["convert_report.json"])["variants"]
        assert "is there space in" in variant["reasons"][0]


def test_a_network_with_operators_that_tflite_lacks_is_refused_with_a_report(tiny):
    inputs = keras.Input((8, 8, 3))
    features = keras.layers.Dense(64)(keras.layers.Flatten()(keras.ops.tan(inputs)))
    outputs = keras.layers.Dense(3, activation="sigmoid")(features)
    keras.Model(inputs, outputs).save(tiny / "model.keras")
    seal(tiny)
    assert_refused(tiny, 1, "no model written", "--variant", "float32")
    (float32,) = read_report(tiny)["variants"]
    assert "'tf.Tan' op" in float32["reasons"][0]
    assert len(float32["reasons"][0].splitlines()) == 1
    assert "not converted" in "".join(read_page(tiny).text)


def test_without_pictures_to_fit_it_the_temperature_stays_1(tiny):
    nothing = {"images": np.zeros((0, 8, 8, 3), np.uint8), "labels": np.zeros(0, int)}
    save_arrays(tiny / "temperature.npz", **nothing)
    seal(tiny)
    result = run_in_process("convert", "--build", tiny, "--variant", "int8")
    assert result.returncode == 0, result.stderr
    assert read_model(tiny / "model.tflite").contract.temperature == 1.0


@pytest.mark.parametrize(
    "arguments",
    [["--variant", "int4"], ["--top1-drop", "nan"], ["--agreement", "-1"], ["--author", "A\nB"]],
    ids=str,
)
def test_a_bad_option_ends_with_exit_code_2(arguments, tiny):
    result = run_in_process("convert", "--build", tiny, *arguments)
    assert result.returncode == 2
    assert arguments[0] in result.stderr


TRUNCATING = """
import numpy as np, emotion_edge.model.quantization
def truncate(real, *, scale, zero_point, dtype):
    return (real / scale + zero_point).astype(dtype)
emotion_edge.model.quantization.quantize = truncate
"""


def test_a_quantisation_that_truncates_instead_of_rounding_is_refused(tiny, tmp_path):
    stdout = assert_refused(
        *(tiny, 1, "of 256 pixel values do not enter", "--variant", "int8"),
        start=partial(run, env=customised(tmp_path, TRUNCATING)),
    )
    assert all(f"refused int8: {runtime}: " in stdout for runtime in INSTALLED)


@pytest.mark.parametrize("option", [(), ("--build",)])
def test_a_file_instead_of_a_folder_is_refused_with_what_to_do(option, tmp_path):
    other = tmp_path / "other.tflite"
    other.write_bytes(b"    TFL3")
    result = run_in_process("convert", *option, other)
    assert result.returncode == 2
    assert "python -m train.adopt writes one for a .keras" in result.stderr
    assert "A .tflite alone is refused" in result.stderr
