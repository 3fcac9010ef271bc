"""The gate: each way in which a model can differ from Keras is refused."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from convert.artifacts import Run, read_run, with_full_range
from convert.converter import VARIANTS, convert, normalised, to_logits
from convert.gate import Limits, check_input, check_quality
from convert.metadata import ModelInfo
from convert.parity import Converted, check_parity, package, run_keras
from convert.runtimes.client import RuntimeOutputs, run_on_runtime
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import pack
from emotion_edge.model.quantization import dequantize, input_table
from emotion_edge.model.runtime import RUNTIMES
from evaluation.metrics import parity, quality
from tests.edge.test_golden import with_swapped_picture

INFO = ModelInfo(name="tiny", description="", version="1", author="nobody", license="none")


@pytest.fixture(scope="module")
def case(tiny_build):
    """A run, Keras's outputs for it, and its folder."""
    run = read_run(tiny_build)
    return run, run_keras(run), tiny_build


def flatbuffer(run: Run, variant: str, model: keras.Model | None = None) -> bytes:
    """Return the run's network, or `model`, converted to a variant."""
    images = normalised(with_full_range(run.calibration.images), run.contract)
    logits_model = to_logits(model or run.model, batch_size=1)
    return convert(logits_model, variant=variant, representative_dataset=images)


def reasons_against(case, converted: Converted) -> list[str]:
    """Return the gate's reasons to refuse a packed model."""
    run, reference, folder = case
    return check_parity(
        converted, run, folder / "holdout.npz", reference=reference, limits=Limits()
    ).reasons


def packed(variant: str, content: bytes, contract: Contract) -> Converted:
    return Converted(variant, pack(content, contract), contract, 0.0)


def with_weights(run: Run, change) -> keras.Model:
    """Return the run's network with `change` applied to the kernel of its first layer."""
    model = keras.models.clone_model(run.model)
    kernel, *others = run.model.get_weights()
    model.set_weights([change(kernel), *others])
    return model


@pytest.fixture(scope="module", params=VARIANTS)
def honest(request, case):
    """A variant without defects."""
    run, _, folder = case
    content = flatbuffer(run, request.param)
    return package(request.param, content, run, INFO, folder / "temperature.npz")


def test_an_honest_model_passes(honest, case):
    assert reasons_against(case, honest) == []


def test_a_golden_vector_that_does_not_hold_is_refused_on_both_runtimes(honest, case, tmp_path):
    path = tmp_path / "honest.tflite"
    path.write_bytes(honest.model)
    wrong = replace(honest, model=with_swapped_picture(path))
    (first, second) = reasons_against(case, wrong)
    for runtime, reason in zip(RUNTIMES, (first, second), strict=True):
        prefix = f"{runtime}: does not run: this machine computes different results"
        assert reason.startswith(prefix)


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_swapped_channels_are_refused(variant, case):
    swapped = with_weights(case[0], lambda kernel: kernel[:, :, ::-1])
    model = packed(variant, flatbuffer(case[0], variant, swapped), case[0].contract)
    reasons = reasons_against(case, model)
    for runtime in RUNTIMES:
        assert any(r.startswith(f"{runtime}: agrees with Keras on") for r in reasons)


@pytest.mark.parametrize("variant", ["float32", "int8"])
@pytest.mark.parametrize("scale", [1.0, 1 / 255**2], ids=["missing", "double"])
def test_a_missing_or_a_double_rescale_is_refused(variant, scale, case):
    run = case[0]
    model = packed(variant, flatbuffer(run, variant), replace(run.contract, scale=scale))
    reasons = " ".join(reasons_against(case, model))
    for runtime in RUNTIMES:
        assert f"{runtime}: 25" in reasons  # 254 or 255 of 256
    assert "pixel values do not enter as pixel * 0.00392157" in reasons


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_a_rescale_within_the_network_besides_ours_is_refused(variant, case):
    run = case[0]
    again = with_weights(run, lambda kernel: kernel / 255)
    reasons = reasons_against(case, packed(variant, flatbuffer(run, variant, again), run.contract))
    assert any("agrees with Keras on" in reason for reason in reasons)


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_shuffled_labels_are_refused(variant, case):
    run = case[0]
    shuffled = replace(run.contract, labels=("green", "red", "blue"))
    reasons = reasons_against(case, packed(variant, flatbuffer(run, variant), shuffled))
    assert reasons == [
        f"{runtime}: labels in another order than the contract's: 300 of 300 images get the name "
        "of another class, none may; convert with the contract.json that training wrote"
        for runtime in RUNTIMES
    ]


def test_another_activation_in_the_contract_is_refused(case):
    run = case[0]
    softmax = replace(run.contract, activation="softmax")
    reasons = reasons_against(case, packed("float32", flatbuffer(run, "float32"), softmax))
    assert any("a score differs by" in reason for reason in reasons)


def test_calibration_of_one_class_is_refused_by_what_it_does(case):
    run = case[0]
    alike = np.full((30, 8, 8, 3), (200, 0, 0), np.uint8)  # one class, and an easy one
    blind = replace(run, calibration=replace(run.calibration, images=alike))
    images = normalised(blind.calibration.images, run.contract)
    model = to_logits(run.model, batch_size=1)
    content = convert(model, variant="int8", representative_dataset=images)
    reasons = " ".join(reasons_against(case, packed("int8", content, run.contract)))
    for runtime in RUNTIMES:
        assert f"{runtime}: loses" in reasons
    assert "pixel values do not enter" in reasons  # its range was 0 to 200


def test_a_select_tf_ops_model_is_refused(case):
    run = case[0]
    inputs = keras.Input((8, 8, 3), batch_size=1)
    outputs = run.model(keras.layers.Lambda(lambda x: x + 0 * tf.math.tan(x))(inputs))
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(inputs, outputs))
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS,
        tf.lite.OpsSet.SELECT_TF_OPS,
    ]
    finished = package("float32", converter.convert(), run, INFO, case[2] / "temperature.npz")
    reasons = reasons_against(case, finished)
    assert reasons[0] == (
        "operators that no TFLite runtime has: CUSTOM FlexTan; only built-in operators are "
        "allowed, so replace the layers that need these"
    )
    for runtime in RUNTIMES:
        assert any(reason.startswith(f"{runtime}: does not run: ") for reason in reasons)


def test_the_converter_itself_refuses_what_is_not_builtin(case):
    from emotion_edge.errors import RunError

    inputs = keras.Input((8, 8, 3), batch_size=1)
    outputs = case[0].model(keras.layers.Lambda(lambda x: x + tf.math.tan(x))(inputs))
    with pytest.raises(RunError, match="only layers that TFLite knows"):
        convert(keras.Model(inputs, outputs), variant="float32", representative_dataset=np.zeros(0))


def test_a_per_channel_dense_dynamic_model_is_refused_for_tflite_runtime(case):
    run = case[0]
    converter = tf.lite.TFLiteConverter.from_keras_model(to_logits(run.model, batch_size=1))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    model = package("dynamic", converter.convert(), run, INFO, case[2] / "temperature.npz")
    reasons = reasons_against(case, model)
    assert [reason.partition(":")[0] for reason in reasons] == ["tflite-runtime"]
    assert "FULLY_CONNECTED" in reasons[0]


def test_floats_in_an_int8_model_are_refused(case):
    run = case[0]
    reasons = reasons_against(case, packed("int8", flatbuffer(run, "dynamic"), run.contract))
    assert reasons[0] == (
        "float32 tensors in the model; int8 allows only int32, int8, so replace the layers that "
        "TensorFlow cannot quantise"
    )


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", ["bright", "dull"])
def test_all_256_pixel_values_enter_every_variant_as_the_contract_says(
    kind, variant, runtime, case
):
    run, _, folder = case
    dull = replace(run.calibration, images=run.calibration.images // 8 + 100)
    run = replace(run, calibration=dull) if kind == "dull" else run
    outputs = run_on_runtime(
        pack(flatbuffer(run, variant), run.contract), folder / "holdout.npz", runtime
    )
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


@pytest.mark.parametrize(
    ("scale", "offset", "step", "zero_point"),
    [(1 / 255, 0.0, 0.003921568859368563, -128), (1 / 127.5, -1.0, 0.0081, 0)],
    ids=["0..1", "-1..1"],
)
def test_a_truncated_table_is_refused_whatever_the_normalisation(scale, offset, step, zero_point):
    values = {"scale": scale, "offset": offset, "activation": "softmax"}
    contract = Contract(labels=("a", "b"), width=8, height=8, **values)
    rounded = input_table(contract, dtype=np.int8, scale=step, zero_point=zero_point)
    truncated = ((np.arange(256) * scale + offset) / step + zero_point).astype(np.int8)
    nothing = np.zeros((0, 2))
    for table, reasons in ((rounded, 0), (truncated, 1)):
        outputs = RuntimeOutputs(nothing, nothing, np.array([]), table, step, zero_point, 0.1, 0)
        assert len(check_input(outputs, contract)) == reasons


def figures(predictions: list[int], targets: list[int]):
    """Return confident scores for `predictions`, and their quality."""
    values = np.eye(2)[predictions] * 0.98 + 0.01
    return values, quality(values, np.array(targets))


@pytest.mark.parametrize(
    ("support", "lost", "passes"), [(49, 1, True), (49, 2, False), (100, 2, True), (100, 3, False)]
)
def test_a_class_may_lose_two_points_or_one_picture_of_few(support, lost, passes):
    targets = [1] * support + [0] * 2000
    exact, keras_quality = figures(targets, targets)
    ours, measured = figures([0] * lost + targets[lost:], targets)
    near = parity(ours, exact, keras_logits=np.log(exact), quantum=0.0)
    found = check_quality("int8", near, measured, keras_quality, Limits(), ("rest", "rare"))
    assert (found == []) == passes


@pytest.mark.parametrize(("lost", "passes"), [(10, True), (11, False)])
def test_top1_may_drop_by_half_a_point(lost, passes):
    targets = [0, 1] * 1000
    exact, keras_quality = figures(targets, targets)
    ours, measured = figures([1 - t for t in targets[:lost]] + targets[lost:], targets)
    near = parity(ours, exact, keras_logits=np.log(exact), quantum=0.0)
    found = check_quality("int8", near, measured, keras_quality, Limits(), ("a", "b"))
    assert (found == []) == passes


@pytest.mark.parametrize(("changed", "passes"), [(2, True), (3, False)])
def test_agreement_is_counted_over_pictures_that_keras_is_clear_about(changed, passes):
    targets = np.array([0, 1] * 50 + [0] * 20)
    logits = np.eye(2)[targets] * 5.0
    logits[100:] = (0.05, 0.0)  # nearer together than a step of the output
    ours = np.array([1 - t for t in targets[:changed]] + targets[changed:100].tolist() + [1] * 20)
    values, _ = figures(ours.tolist(), targets.tolist())
    near = parity(values, np.exp(logits), keras_logits=logits, quantum=0.1)
    assert near.clear_pictures == 100
    assert near.clear_agreement == pytest.approx(1 - changed / 100)
    right = quality(values, ours)
    found = check_quality("int8", near, right, right, Limits(), ("a", "b"))
    assert (found == []) == passes


def test_float32_must_be_keras_to_the_fourth_decimal_and_in_every_label():
    targets = [0, 1] * 10
    exact, worth = figures(targets, targets)
    for error, passes in ((0.9e-4, True), (1.1e-4, False)):
        near = parity(
            exact + np.array([error, -error]), exact, keras_logits=np.log(exact), quantum=0.0
        )
        assert (check_quality("float32", near, worth, worth, Limits(), "ab") == []) == passes
    tie = np.full((20, 2), 0.5)
    near = parity(
        tie + np.array([0, 1e-5]), tie + np.array([1e-5, 0]), keras_logits=tie, quantum=0.0
    )
    (reason,) = check_quality("float32", near, worth, worth, Limits(), "ab")
    assert "agrees with Keras on 0.00% of the images, fewer than the required 100 %" in reason


def test_limits_are_of_use(tiny_build: Path, tmp_path: Path):
    import shutil

    from tests.workbench.conftest import inside

    build = shutil.copytree(tiny_build, tmp_path / "build")
    strict = inside("convert", "--build", build, "--variant", "float32", "--float32-score-error", 0)
    assert strict.returncode == 1
    assert "refused float32: litert: a score differs by" in strict.stdout
