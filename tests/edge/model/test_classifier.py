"""The classifier on both runtimes."""

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.classifier import Classifier
from tests.edge.models import CONTRACT, FLOAT32, INSTALLED, INT8, seal, without_zip
from tests.edge.pictures import COLOURS, solid


@pytest.mark.parametrize("runtime", INSTALLED)
@pytest.mark.parametrize("path", [INT8, FLOAT32], ids=["int8", "float32"])
@pytest.mark.parametrize("colour", COLOURS)
def test_a_picture_is_classified_by_its_colour(runtime, path, colour):
    result = Classifier(path, runtime=runtime).classify(solid(colour))
    assert result.label == colour
    assert result.score == result.scores[colour] == max(result.scores.values())
    assert sum(result.scores.values()) == pytest.approx(1)
    assert list(result.scores) == ["blue", "green", "red"]


def random_scores(path, runtime, threads=1):
    """Return the scores of 50 random pictures, (50, 3)."""
    classifier = Classifier(path, runtime=runtime, threads=threads)
    pictures = np.random.default_rng(0).integers(0, 256, (50, 8, 8, 3), np.uint8)
    tints = pictures * np.random.default_rng(1).random((50, 1, 1, 3))
    return np.array([list(classifier.classify(p).scores.values()) for p in tints.astype(np.uint8)])


@pytest.mark.parametrize("runtime", INSTALLED)
def test_int8_scores_are_close_to_float32(runtime):
    exact, quantised = random_scores(FLOAT32, runtime), random_scores(INT8, runtime)
    assert 0 < np.abs(exact - quantised).max() < 0.02


def test_float32_computes_with_the_weights_of_the_fixture():
    classifier = Classifier(FLOAT32)
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    red, green, blue = image.mean(axis=(0, 1)) / 255
    expected = 8 * np.array([blue, green, red]) - 4
    assert classifier.logits(image) == pytest.approx(expected, abs=1e-5)


@pytest.mark.skipif(len(INSTALLED) < 2, reason="only one TFLite runtime is installed")
@pytest.mark.parametrize(("path", "tolerance"), [(FLOAT32, 1e-6), (INT8, 0.02)])
def test_both_runtimes_agree(path, tolerance):
    first, second = (random_scores(path, runtime) for runtime in INSTALLED)
    assert np.abs(first - second).max() <= tolerance


def test_threads_do_not_change_the_scores():
    assert np.array_equal(
        random_scores(INT8, INSTALLED[0], threads=2), random_scores(INT8, INSTALLED[0])
    )


INT8_TYPE, INT32_TYPE, BOOL_TYPE = 9, 2, 6


def with_constant_output(number: int, scale: float | None) -> bytes:
    """Return a model whose output is a constant of a TFLite type (its number in the schema)."""
    schema = pytest.importorskip("ai_edge_litert.schema_py_generated")
    flatbuffers = pytest.importorskip("flatbuffers")
    model = schema.ModelT.InitFromPackedBuf(without_zip(FLOAT32), 0)
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
    graph.outputs = [len(graph.tensors) - 1]
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return seal(bytes(builder.Output()), CONTRACT, FLOAT32)


@pytest.mark.parametrize("runtime", INSTALLED)
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
    runtime, number, scale, expected, tmp_path
):
    path = tmp_path / "model.tflite"
    path.write_bytes(with_constant_output(number, scale))
    with pytest.raises(UserError, match=rf"model\.tflite: {expected}"):
        Classifier(path, runtime=runtime)
