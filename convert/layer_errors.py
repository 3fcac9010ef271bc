"""Where quantisation hurts: each operator's output in a quantised model against the float one."""

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


@dataclass(frozen=True)
class LayerError:
    """One operator: `relative` is the root mean square of its error over that of its output.

    largest: |error|, in the output's unit. quanta: the same in quantisation steps of the tensor.
    """

    operator: str
    layer: str
    relative: float
    largest: float
    quanta: float


def layer_errors(
    quantised: bytes, exact: bytes, images: npt.NDArray[np.uint8], contract: Contract
) -> list[LayerError]:
    """Return the errors of a quantised model's operators over `images`, worst first.

    exact: the same network in float32. Returns [] where the two are not of the same operators.
    The errors of all layers before are in each: the layer that adds most is where it rises.
    """
    ours, reference = _Probe(quantised), _Probe(exact)
    if ours.names != reference.names:
        return []
    table = input_table(
        contract, dtype=ours.input["dtype"], scale=ours.scale, zero_point=ours.zero_point
    )
    pairs = [
        list(zip(ours.outputs(table[image]), reference.outputs(given), strict=True))
        for image, given in zip(images, normalised(images, contract), strict=True)
    ]
    errors = [
        _compare(name, layer, step, list(layer_pairs))
        for name, layer, step, layer_pairs in zip(
            ours.names, reference.layers, ours.steps, zip(*pairs, strict=True), strict=True
        )
    ]
    return sorted(errors, key=lambda error: error.relative, reverse=True)


def _compare(name: str, layer: str, step: float, pairs: list[Any]) -> LayerError:
    error = np.stack([a - b for a, b in pairs])
    scale = np.sqrt(np.mean([np.square(b).mean() for _, b in pairs]))
    largest = float(np.abs(error).max())
    return LayerError(
        operator=name,
        layer=layer,
        relative=float(np.sqrt(np.square(error).mean()) / max(scale, 1e-12)),
        largest=largest,
        quanta=largest / step if step else 0.0,
    )


class _Probe:
    """A model whose every tensor can be read after a run; without delegates, which hide them."""

    def __init__(self, model: bytes) -> None:
        self._interpreter = litert.Interpreter(
            model_content=model,
            experimental_op_resolver_type=litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            experimental_preserve_all_tensors=True,
        )
        self._interpreter.allocate_tensors()
        (self.input,) = self._interpreter.get_input_details()
        self.scale, self.zero_point = self.input["quantization"]
        tensors = {tensor["index"]: tensor for tensor in self._interpreter.get_tensor_details()}
        nodes = [op for op in operators(self._interpreter) if op["op_name"] not in _CASTS]
        self._tensors = [tensors[node["outputs"][0]] for node in nodes]
        self.names = [node["op_name"] for node in nodes]
        self.layers = [_layer(tensor["name"]) for tensor in self._tensors]
        self.steps = [tensor["quantization"][0] for tensor in self._tensors]

    def outputs(self, image: npt.NDArray[Any]) -> list[npt.NDArray[np.float32]]:
        self._interpreter.set_tensor(self.input["index"], image[np.newaxis])
        self._interpreter.invoke()
        return [self._read(tensor) for tensor in self._tensors]

    def _read(self, tensor: dict[str, Any]) -> npt.NDArray[np.float32]:
        values = self._interpreter.get_tensor(tensor["index"])
        scale, zero_point = tensor["quantization"]
        return dequantize(values, scale=scale, zero_point=zero_point) if scale else values


def _layer(tensor: str) -> str:
    """Return the Keras layer in a tensor's name, "simple_cnn_1/conv2d_6_1/Relu;…" for one."""
    parts = tensor.split(";", maxsplit=1)[0].split("/")
    return parts[-2] if len(parts) > 1 else "output"
