"""The network: its two outputs, and tensors that the program cannot read."""

from typing import Any

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.contract import ContractError
from emotion_edge.model.model_file import SHIPPED, read_model
from emotion_edge.model.network import Network
from emotion_edge.model.self_test import SelfTestError, run_self_test
from tests.edge.models import FLOAT32, INSTALLED, INT8, with_changed_graph, with_outputs

SOME = pytest.mark.parametrize("runtime", INSTALLED)


def load(content, folder, runtime="auto"):
    path = folder / "model.tflite"
    path.write_bytes(content)
    return Classifier(path, runtime=runtime)


@SOME
@pytest.mark.parametrize(("path", "step"), [(FLOAT32, 0.0), (INT8, 0.5)], ids=["float32", "int8"])
def test_the_logits_are_the_last_layer_of_the_embedding(runtime, path, step):
    network = Network(read_model(path), runtime)
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    logits, embedding = network.run(image)
    assert embedding.dtype == logits.dtype == np.float32
    error = step * (network.embedding_quantization[0] or 1) + 1e-6
    assert embedding == pytest.approx(image.mean(axis=(0, 1)) / 255, abs=error)
    error = 8 * error + step * (network.output_quantization[0] or 1) + 1e-5
    assert logits == pytest.approx(8 * embedding[::-1] - 4, abs=error)


@SOME
def test_both_outputs_of_the_shipped_model_have_the_sizes_of_its_contract(runtime):
    model = read_model(SHIPPED)
    image = np.random.default_rng(0).integers(0, 256, model.contract.input_shape, np.uint8)
    logits, embedding = Network(model, runtime).run(image)
    assert logits.shape == (len(model.contract.labels),)
    assert embedding.shape == (model.contract.embedding,)


def test_an_output_is_a_copy_that_the_next_run_does_not_change():
    network = Network(read_model(FLOAT32))
    first = network.run(np.zeros((8, 8, 3), np.uint8))
    before = [values.copy() for values in first]
    network.run(np.full((8, 8, 3), 255, np.uint8))
    assert all(map(np.array_equal, first, before))


@SOME
def test_swapped_outputs_of_the_same_size_fail_the_self_test(runtime, tmp_path):
    classifier = load(with_outputs(1, 0), tmp_path, runtime)
    with pytest.raises(SelfTestError, match=r"a logit of the model's own test picture is off by"):
        run_self_test(classifier)


@SOME
def test_swapped_outputs_of_different_sizes_are_refused(runtime, tmp_path):
    with pytest.raises(
        ContractError, match=r"the outputs are \(1, \d+\) and \(1, 7\), the contract"
    ):
        load(with_outputs(1, 0, path=SHIPPED), tmp_path, runtime)


INT8_TYPE, INT32_TYPE, BOOL_TYPE = 9, 2, 6


def with_constant_output(place: int, number: int, scale: float | None) -> bytes:
    """Return a model with a constant of a TFLite type (its number in the schema) as an output."""

    def change(model: Any) -> None:
        schema = pytest.importorskip("ai_edge_litert.schema_py_generated")
        (graph,) = model.subgraphs
        constant, buffer, quantization = schema.TensorT(), schema.BufferT(), None
        buffer.data = np.zeros(12 if number == INT32_TYPE else 3, np.uint8)
        if scale is not None:
            quantization = schema.QuantizationParametersT()
            quantization.scale, quantization.zeroPoint = [scale], [0]
        constant.shape, constant.type, constant.quantization = [1, 3], number, quantization
        constant.name, constant.buffer = b"constant", len(model.buffers)
        model.buffers.append(buffer)
        graph.tensors.append(constant)
        graph.outputs = [
            *graph.outputs[:place],
            len(graph.tensors) - 1,
            *graph.outputs[place + 1 :],
        ]

    return with_changed_graph(FLOAT32, change)


@SOME
@pytest.mark.parametrize("place", [0, 1], ids=["logits", "embedding"])
@pytest.mark.parametrize(
    ("number", "scale", "expected"),
    [
        (INT32_TYPE, 1.0, "a tensor is int32"),
        (BOOL_TYPE, None, "a tensor is bool"),
        (INT8_TYPE, None, "an integer tensor has no scale"),
        (INT8_TYPE, float("nan"), "an integer tensor has no scale"),
        (INT8_TYPE, -1.0, "an integer tensor has no scale"),
    ],
)
def test_types_and_scales_that_cannot_be_read_are_refused(
    runtime, place, number, scale, expected, tmp_path
):
    with pytest.raises(UserError, match=rf"model\.tflite: {expected}"):
        load(with_constant_output(place, number, scale), tmp_path, runtime)
