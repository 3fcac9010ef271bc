"""The network of a model file, loaded by a runtime: an image in, logits and features out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from emotion_edge.model.contract import Contract, ContractError
from emotion_edge.model.model_file import Model
from emotion_edge.model.quantization import dequantize, input_table
from emotion_edge.model.runtime import (
    failing,
    find_runtime,
    make_interpreter,
    operators,
    refusing,
)

LOGITS, EMBEDDING = "logits", "embedding"
"""The names of the outputs in the network's signature, in the order of `Outputs`."""
Tensors = Sequence[dict[str, Any]]  # as an interpreter describes them
_DTYPES = (np.float32, np.int8, np.uint8, np.int16)  # that a network may read and write


class Outputs(NamedTuple):
    """The network's outputs for an image.

    logits: float32 (classes,). embedding: float32 (features,), what the last layer made them of.
    """

    logits: npt.NDArray[np.float32]
    embedding: npt.NDArray[np.float32]


class Network:
    """A loaded network. dtype, shape and quantisation are read from its tensors, never configured.

    runtime: the name of the runtime in use. input_table: (256,) of the input's dtype, the input
    value for each pixel value. input_quantization, output_quantization, embedding_quantization:
    (scale, zero_point) of the input and of the two outputs; scale is 0.0 for a float tensor.
    delegate_nodes: number of parts of the network that run on a delegate (XNNPACK).
    """

    def __init__(self, model: Model, runtime: str = "auto", threads: int = 1) -> None:
        """Load a model's network. Raises UserError if the model or the runtime cannot be used."""
        self.runtime, module = find_runtime(runtime)
        self._place = f"{model.path}: {self.runtime}"  # of an error
        with refusing(self._place):
            self._interpreter = make_interpreter(model.network, module, threads=threads)
            (self._input, *more) = self._interpreter.get_input_details()
            outputs = self._interpreter.get_output_details()
            nodes = operators(self._interpreter)
        self._logits, self._embedding = _find_outputs(model.path, model.contract, outputs)
        _check_input(model.path, model.contract, [self._input, *more])
        _check_types(model.path, [self._input, self._logits, self._embedding])
        self.input_quantization: tuple[float, int] = self._input["quantization"]
        self.output_quantization: tuple[float, int] = self._logits["quantization"]
        self.embedding_quantization: tuple[float, int] = self._embedding["quantization"]
        scale, zero_point = self.input_quantization
        dtype = self._input["dtype"]
        self.input_table = input_table(
            model.contract, dtype=dtype, scale=scale, zero_point=zero_point
        )
        self.delegate_nodes = sum(node["op_name"] == "DELEGATE" for node in nodes)

    def run(self, image: npt.NDArray[np.uint8]) -> Outputs:
        """Return the outputs for a preprocessed image, uint8 of the contract's input_shape.

        Raises RunError if the runtime cannot run the network.
        """
        with failing(self._place):
            self.set_input(image)
            self.invoke()
            return self.read_outputs()

    def set_input(self, image: npt.NDArray[np.uint8]) -> None:
        """Write a preprocessed image into the input tensor, normalised and quantised."""
        # Write into the interpreter's memory without keeping a reference: invoke() refuses to run
        # while one exists. No index is out of range, but with the default mode numpy would write to
        # a temporary array first.
        tensor = self._interpreter.tensor(self._input["index"])()[0]
        np.take(self.input_table, image, out=tensor, mode="clip")

    def invoke(self) -> None:
        """Run the network on the input tensor."""
        self._interpreter.invoke()

    def read_outputs(self) -> Outputs:
        """Return what is in the output tensors."""
        return Outputs(self._read(self._logits), self._read(self._embedding))

    def _read(self, tensor: dict[str, Any]) -> npt.NDArray[np.float32]:
        values = self._interpreter.get_tensor(tensor["index"])[0]
        scale, zero_point = tensor["quantization"]
        if np.issubdtype(values.dtype, np.floating):
            return np.asarray(values, np.float32)
        return dequantize(values, scale=scale, zero_point=zero_point)


def _find_outputs(path: Path, contract: Contract, outputs: Tensors) -> Tensors:
    """Return the tensors of the logits and of the embedding, which convert writes in this order."""
    expected = [(1, len(contract.labels)), (1, contract.embedding)]
    if _shapes(outputs) != expected:
        raise ContractError(
            f"{path}: the outputs are {_words(outputs)}, the contract says "
            f"{expected[0]} for the labels and {expected[1]} for the embedding",
            "convert the model again",
        )
    return outputs


def _check_input(path: Path, contract: Contract, inputs: Tensors) -> None:
    expected = (1, *contract.input_shape)
    if _shapes(inputs) != [expected]:
        raise ContractError(
            f"{path}: the input tensor is {_words(inputs)}, the contract says {expected}",
            "convert the model again",
        )


def _shapes(tensors: Tensors) -> list[tuple[int, ...]]:
    return [tuple(map(int, tensor["shape"])) for tensor in tensors]


def _words(tensors: Tensors) -> str:
    return " and ".join(map(str, _shapes(tensors)))


def _check_types(path: Path, tensors: Tensors) -> None:
    for tensor in tensors:
        scale = tensor["quantization"][0]
        if tensor["dtype"] not in _DTYPES:
            found = getattr(tensor["dtype"], "__name__", tensor["dtype"])
            raise ContractError(f"{path}: a tensor is {found}", "convert the model again")
        if np.issubdtype(tensor["dtype"], np.integer) and not 0 < scale < np.inf:
            raise ContractError(
                f"{path}: an integer tensor has no scale", "convert the model again"
            )
