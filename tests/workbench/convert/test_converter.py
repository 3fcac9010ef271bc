"""Convert Keras networks to TFLite, one file per variant."""

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from convert.converter import VARIANTS, check_activation, to_logits
from emotion_edge.errors import UserError
from emotion_edge.model.contract import dumps, loads
from emotion_edge.model.model_file import read_model
from emotion_edge.model.network import LOGITS
from emotion_edge.model.postprocessing import scores
from tests.edge.models import INSTALLED
from tests.workbench.conftest import run
from tests.workbench.contracts import make_contract
from tests.workbench.convert.reports import INPUTS, REPORTS, customised, read_report
from tests.workbench.tiny_build import LABELS


def small_network(activation: str) -> keras.Model:
    """Return a network that was not trained."""
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
def test_the_logits_model_and_the_contract_give_the_scores_of_keras(activation):
    model = small_network(activation)
    images = np.random.default_rng(0).random((5, 8, 8, 3), np.float32)
    outputs = model.predict(images, verbose=0).astype(np.float64)
    logits = to_logits(model, batch_size=None).predict(images, verbose=0)[LOGITS]
    expected = outputs / outputs.sum(axis=1, keepdims=True)
    contract = make_contract(LABELS, 8, activation=activation)
    assert np.allclose(scores(logits, contract), expected, atol=1e-6)


def test_a_file_of_each_variant_is_written_and_int8_is_the_model(converted):
    build, result = converted
    files = {path.name: path.read_bytes() for path in build.glob("*.tflite")}
    assert set(files) == {"model.tflite", *(f"model.{variant}.tflite" for variant in VARIANTS)}
    assert files["model.tflite"] == files["model.int8.tflite"]
    inputs = {*INPUTS, "evaluation.json", "run.json"}
    assert {path.name for path in build.iterdir()} == {*files, *inputs, *REPORTS}
    rows = {tuple(line.split()[:2]) for line in result.stdout.splitlines()}
    assert rows >= {(variant, runtime) for variant in VARIANTS for runtime in INSTALLED}


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
    assert names[-1] == "FULLY_CONNECTED"  # the outputs are logits: no LOGISTIC follows


@pytest.mark.parametrize("name", ["model.tflite", *(f"model.{v}.tflite" for v in VARIANTS)])
def test_each_file_contains_the_contract_with_the_fitted_temperature(name, converted):
    build, _ = converted
    contract = read_model(build / name).contract
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


# The last digit of numpy's exponential function depends on its version and on the processor.
OTHER_NUMPY = """
import numpy as np, emotion_edge.model.postprocessing as postprocessing
scores = postprocessing.scores
def in_other_digits(logits, contract):
    values = scores(logits, contract)
    return np.nextafter(values, np.arange(values.shape[-1]) % 2)
postprocessing.scores = in_other_digits
"""


@pytest.mark.long
def test_the_bytes_do_not_depend_on_the_last_digit_of_a_score(converted, tiny, tmp_path):
    environment = customised(tmp_path, OTHER_NUMPY)
    result = run("convert", "--build", tiny, "--variant", "dynamic", env=environment)
    assert result.returncode == 0, result.stderr
    expected = (converted[0] / "model.dynamic.tflite").read_bytes()
    assert (tiny / "model.dynamic.tflite").read_bytes() == expected


def test_an_activation_other_than_the_contracts_is_refused():
    contract = make_contract(LABELS, 8, activation="softmax")
    with pytest.raises(UserError, match="last activation is sigmoid"):
        check_activation(small_network("sigmoid"), contract)
