"""A converted model is refused if it differs from Keras in any way."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from convert.artifacts import read_run
from convert.converter import VARIANTS, convert, logits_first, normalised, to_logits
from convert.packaging import Converted, package
from convert.parity import run_keras
from convert.parity_gate import check_input
from convert.runtimes.client import run_on_runtime
from emotion_edge.errors import RunError
from emotion_edge.model.model_file import pack
from emotion_edge.model.quantization import dequantize
from tests.edge.models import INSTALLED, with_swapped_picture
from tests.workbench.convert.variants import (
    INFO,
    Case,
    convert_tiny,
    pack_variant,
    refusal_reasons,
    with_changed_kernel,
)


@pytest.fixture(scope="module")
def case(tiny_build) -> Case:
    """The tiny network's run."""
    run = read_run(tiny_build)
    return Case(run, run_keras(run), tiny_build)


@pytest.fixture(scope="module", params=VARIANTS)
def intact(request, case) -> Converted:
    """A variant without defects."""
    content = convert_tiny(case.run, request.param)
    return package(request.param, content, case.run, INFO, case.folder / "temperature.npz")


def test_a_model_without_defects_passes(intact, case):
    assert refusal_reasons(case, intact) == []


def test_a_model_that_fails_its_test_vector_is_refused_on_every_runtime(intact, case, tmp_path):
    path = tmp_path / "intact.tflite"
    path.write_bytes(intact.model)
    wrong = replace(intact, model=with_swapped_picture(path))
    reasons = refusal_reasons(case, wrong)
    for runtime, reason in zip(INSTALLED, reasons, strict=True):
        prefix = f"{runtime}: does not run: this machine computes different results"
        assert reason.startswith(prefix)


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_swapped_channels_are_refused(variant, case):
    swapped = with_changed_kernel(case.run, lambda kernel: kernel[:, :, ::-1])
    model = pack_variant(variant, convert_tiny(case.run, variant, swapped), case.run.contract)
    reasons = refusal_reasons(case, model)
    for runtime in INSTALLED:
        assert any(r.startswith(f"{runtime}: agrees with Keras on") for r in reasons)


@pytest.mark.parametrize("variant", ["float32", "int8"])
@pytest.mark.parametrize("scale", [1.0, 1 / 255**2], ids=["missing", "repeated"])
def test_a_missing_or_repeated_rescale_is_refused(variant, scale, case):
    run = case.run
    model = pack_variant(variant, convert_tiny(run, variant), replace(run.contract, scale=scale))
    reasons = " ".join(refusal_reasons(case, model))
    for runtime in INSTALLED:
        assert f"{runtime}: 25" in reasons  # 254 or 255 of 256
    assert "pixel values do not enter as pixel * 0.00392157" in reasons


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_a_second_rescale_inside_the_network_is_refused(variant, case):
    run = case.run
    again = with_changed_kernel(run, lambda kernel: kernel / 255)
    reasons = refusal_reasons(
        case, pack_variant(variant, convert_tiny(run, variant, again), run.contract)
    )
    assert any("agrees with Keras on" in reason for reason in reasons)


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_shuffled_labels_are_refused(variant, case):
    run = case.run
    shuffled = replace(run.contract, labels=("green", "red", "blue"))
    reasons = refusal_reasons(case, pack_variant(variant, convert_tiny(run, variant), shuffled))
    assert reasons == [
        f"{runtime}: labels in another order than the contract's: 300 of 300 images get the name "
        "of another class, none may; convert with the contract.json that training wrote"
        for runtime in INSTALLED
    ]


def test_another_activation_in_the_contract_is_refused(case):
    run = case.run
    softmax = replace(run.contract, activation="softmax")
    reasons = refusal_reasons(case, pack_variant("float32", convert_tiny(run, "float32"), softmax))
    assert any("a score differs by" in reason for reason in reasons)


def test_a_model_calibrated_on_one_class_is_refused_for_its_accuracy(case):
    run = case.run
    alike = np.full((30, 8, 8, 3), (60, 0, 0), np.uint8)  # one class, and an easy one
    images = normalised(alike, run.contract)
    model = to_logits(run.model, batch_size=1)
    content = convert(model, variant="int8", representative_dataset=images)
    reasons = " ".join(refusal_reasons(case, pack_variant("int8", content, run.contract)))
    for runtime in INSTALLED:
        assert f"{runtime}: loses" in reasons
    assert "pixel values do not enter" in reasons  # the calibrated range is 0 to 60


def test_a_select_tf_ops_model_is_refused(case):
    run = case.run
    inputs = keras.Input((8, 8, 3), batch_size=1)
    outputs = run.model(keras.layers.Lambda(lambda x: x + 0 * tf.math.tan(x))(inputs))
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(inputs, outputs))
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS,
        tf.lite.OpsSet.SELECT_TF_OPS,
    ]
    model = package("float32", converter.convert(), run, INFO, case.folder / "temperature.npz")
    reasons = refusal_reasons(case, model)
    assert reasons[0] == (
        "operators that no TFLite runtime has: CUSTOM FlexTan; only built-in operators are "
        "allowed, so replace the layers that need these"
    )
    for runtime in INSTALLED:
        assert any(reason.startswith(f"{runtime}: does not run: ") for reason in reasons)


def test_the_converter_refuses_operators_that_are_not_built_in(case):
    inputs = keras.Input((8, 8, 3), batch_size=1)
    outputs = case.run.model(keras.layers.Lambda(lambda x: x + tf.math.tan(x))(inputs))
    with pytest.raises(RunError, match="only layers that TFLite knows"):
        convert(keras.Model(inputs, outputs), variant="float32", representative_dataset=np.zeros(0))


@pytest.mark.skipif("tflite-runtime" not in INSTALLED, reason="only tflite-runtime lacks it")
def test_a_per_channel_dense_dynamic_model_is_refused_for_tflite_runtime(case):
    run = case.run
    converter = tf.lite.TFLiteConverter.from_keras_model(to_logits(run.model, batch_size=1))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    content = logits_first(converter.convert())
    model = package("dynamic", content, run, INFO, case.folder / "temperature.npz")
    reasons = refusal_reasons(case, model)
    assert [reason.partition(":")[0] for reason in reasons] == ["tflite-runtime"]
    assert "FULLY_CONNECTED" in reasons[0]


def test_floats_in_an_int8_model_are_refused(case):
    run = case.run
    reasons = refusal_reasons(
        case, pack_variant("int8", convert_tiny(run, "dynamic"), run.contract)
    )
    assert reasons[0] == (
        "float32 tensors in the model; int8 allows only int32, int8, so replace the layers that "
        "TensorFlow cannot quantise"
    )


@pytest.mark.parametrize("runtime", INSTALLED)
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", ["bright", "low contrast"])
def test_all_256_pixel_values_enter_every_variant_as_the_contract_says(
    kind, variant, runtime, case
):
    run = case.run
    if kind == "low contrast":
        images = run.calibration.images // 8 + 100
        run = replace(run, calibration=replace(run.calibration, images=images))
    model = pack(convert_tiny(run, variant), run.contract)
    outputs = run_on_runtime(model, case.folder / "holdout.npz", runtime)
    assert check_input(outputs, run.contract) == []
    values = np.arange(256)
    scale, zero_point = outputs.input_scale, outputs.input_zero_point
    if variant == "int8":
        assert (scale, zero_point) == (pytest.approx(1 / 255, rel=1e-6), -128)
        assert np.array_equal(outputs.input_table, values - 128)
    elif variant == "int16x8":
        assert len(set(outputs.input_table.tolist())) == 256
        real = dequantize(outputs.input_table, scale=scale, zero_point=zero_point)
        assert np.abs(real - values / 255).max() <= 0.51 * scale
    else:
        assert np.allclose(outputs.input_table, values / 255, atol=1e-7)
