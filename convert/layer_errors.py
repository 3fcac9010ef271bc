"""Quantisation error by layer: each operator's output compared with the float32 model's."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import interpreter as litert

from convert.converter import normalised
from emotion_edge.model.contract import Contract
from emotion_edge.model.quantization import dequantize, input_table
from emotion_edge.model.runtime import operators

_CASTS = ("QUANTIZE", "DEQUANTIZE")
Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class LayerError:
    """The error of one operator's output.

    relative: root mean square of the error divided by that of the output. largest: |error|, in the
    unit of the output. quanta: the same in quantisation steps of the tensor.
    """

    operator: str
    layer: str
    relative: float
    largest: float
    quanta: float


def layer_errors(
    quantised: bytes, float32: bytes, images: npt.NDArray[np.uint8], contract: Contract
) -> list[LayerError]:
    """Return the errors of a quantised model's operators over `images`, largest first.

    float32: the same network in float32. Returns [] if the two have different operators. An error
    contains those of all earlier layers, so a layer adds to it where it rises.
    """
    ours, reference = _Probe(quantised), _Probe(float32)
    if ours.operators != reference.operators:
        return []
    quantised_images = ours.input_values(contract)[images]
    outputs = [ours.outputs(image) for image in quantised_images]
    expected = [reference.outputs(image) for image in normalised(images, contract)]
    # From one list per image to one list per layer.
    by_layer = zip(zip(*outputs, strict=True), zip(*expected, strict=True), strict=True)
    named = zip(ours.operators, reference.layers, ours.steps, by_layer, strict=True)
    errors = [_compare(name, layer, step, *pair) for name, layer, step, pair in named]
    return sorted(errors, key=lambda error: error.relative, reverse=True)


def _compare(
    operator: str,
    layer: str,
    step: float,
    outputs: tuple[Values, ...],
    expected: tuple[Values, ...],
) -> LayerError:
    error = np.stack([a - b for a, b in zip(outputs, expected, strict=True)])
    scale = np.sqrt(np.mean([np.square(values).mean() for values in expected]))
    largest = float(np.abs(error).max())
    return LayerError(
        operator=operator,
        layer=layer,
        relative=float(np.sqrt(np.square(error).mean()) / max(scale, 1e-12)),
        largest=largest,
        quanta=largest / step if step else 0.0,
    )


class _Probe:
    """A model whose tensors can all be read after a run; it uses no delegates, which hide them."""

    def __init__(self, model: bytes) -> None:
        self._interpreter = litert.Interpreter(
            model_content=model,
            experimental_op_resolver_type=litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            experimental_preserve_all_tensors=True,
        )
        self._interpreter.allocate_tensors()
        (self._input,) = self._interpreter.get_input_details()
        tensors = {tensor["index"]: tensor for tensor in self._interpreter.get_tensor_details()}
        nodes = [op for op in operators(self._interpreter) if op["op_name"] not in _CASTS]
        self._tensors = [tensors[node["outputs"][0]] for node in nodes]
        self.operators = [node["op_name"] for node in nodes]
        self.layers = [_layer(tensor["name"]) for tensor in self._tensors]
        self.steps = [tensor["quantization"][0] for tensor in self._tensors]

    def input_values(self, contract: Contract) -> npt.NDArray[Any]:
        """Return the input value of each pixel value, (256,)."""
        scale, zero_point = self._input["quantization"]
        dtype = self._input["dtype"]
        return input_table(contract, dtype=dtype, scale=scale, zero_point=zero_point)

    def outputs(self, image: npt.NDArray[Any]) -> list[Values]:
        """Return the output of each operator."""
        self._interpreter.set_tensor(self._input["index"], image[np.newaxis])
        self._interpreter.invoke()
        return [self._read(tensor) for tensor in self._tensors]

    def _read(self, tensor: dict[str, Any]) -> Values:
        values = self._interpreter.get_tensor(tensor["index"])
        scale, zero_point = tensor["quantization"]
        return dequantize(values, scale=scale, zero_point=zero_point) if scale else values


def _layer(tensor: str) -> str:
    """Return the Keras layer in a tensor's name such as "simple_cnn_1/conv2d_6_1/Relu;…"."""
    parts = tensor.split(";", maxsplit=1)[0].split("/")
    return parts[-2] if len(parts) > 1 else "output"
