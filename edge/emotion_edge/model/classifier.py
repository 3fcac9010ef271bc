"""The classifier: a model file that turns images of faces into labels."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import RunError
from emotion_edge.model.contract import Contract, ContractError
from emotion_edge.model.model_file import SHIPPED, Model, read_model
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess
from emotion_edge.model.quantization import dequantize, input_table
from emotion_edge.model.runtime import (
    Unproven,
    explain_unproven,
    failing,
    find_runtime,
    make_interpreter,
    operators,
    refusing,
)

Tensors = Sequence[dict[str, Any]]  # as an interpreter describes them
_DTYPES = (np.float32, np.int8, np.uint8, np.int16)  # that a network may read and write


@dataclass(frozen=True)
class Classification:
    """The classifier's result for one image.

    label, score: the label with the highest score, and that score, 0..1. scores: the score of each
    label; they add up to 1. values: the same scores as float64 (classes,). logits: float32
    (classes,), the network's output. preprocess_ms, inference_ms: the time taken, in milliseconds.
    """

    label: str
    score: float
    scores: dict[str, float]
    values: npt.NDArray[np.float64]
    logits: npt.NDArray[np.float32]
    preprocess_ms: float
    inference_ms: float


class Classifier:
    """A loaded model. dtype, shape and quantisation are read from its tensors, never configured.

    model: what was in the file. contract: the model's. runtime: the name of the runtime in use.
    input_table: (256,) of the input's dtype, the network's input value for each pixel value.
    input_quantization, output_quantization: (scale, zero_point); scale is 0.0 for a float tensor.
    delegate_nodes: number of parts of the network that run on a delegate (XNNPACK).
    """

    def __init__(
        self, model: Path | str | Model = SHIPPED, *, runtime: str = "auto", threads: int = 1
    ) -> None:
        """Load a model file, by default the one that comes with the program.

        model: a path, or what `read_model` returned. runtime: "auto" or a key of `RUNTIMES`.
        threads: for inference. Raises UserError if the model or the runtime cannot be used.
        """
        self.model = model if isinstance(model, Model) else read_model(Path(model))
        self.contract = self.model.contract
        self.runtime, module = find_runtime(runtime)
        self._place = f"{self.model.path}: {self.runtime}"  # of an error
        with refusing(self._place):
            self._interpreter = make_interpreter(self.model.network, module, threads=threads)
            inputs = self._interpreter.get_input_details()
            outputs = self._interpreter.get_output_details()
            nodes = operators(self._interpreter)
        _check_shapes(self.model.path, self.contract, inputs, outputs)
        _check_types(self.model.path, [*inputs, *outputs])
        self._input, self._output = inputs[0], outputs[0]
        self.input_quantization: tuple[float, int] = self._input["quantization"]
        self.output_quantization: tuple[float, int] = self._output["quantization"]
        self.input_table = self._make_input_table()
        self.delegate_nodes = sum(node["op_name"] == "DELEGATE" for node in nodes)

    @property
    def unproven(self) -> Unproven | None:
        """What it means that the model was proven on other runtimes only; None if it was not."""
        return explain_unproven(self.runtime, self.model.proven_runtimes)

    def _make_input_table(self) -> npt.NDArray[Any]:
        scale, zero_point = self.input_quantization
        dtype = self._input["dtype"]
        return input_table(self.contract, dtype=dtype, scale=scale, zero_point=zero_point)

    def classify(self, pixels: npt.NDArray[np.uint8]) -> Classification:
        """Classify an image of a face: (rows, columns, 3) uint8 RGB of any size.

        Raises RunError if the model's scores are not finite numbers.
        """
        start = time.perf_counter()
        image = preprocess(pixels, self.contract)
        preprocess_ms = (time.perf_counter() - start) * 1000
        return replace(self.classify_input(image), preprocess_ms=preprocess_ms)

    def classify_input(self, image: npt.NDArray[np.uint8]) -> Classification:
        """Classify a preprocessed image, uint8 of the contract's input_shape.

        Raises RunError if the model's scores are not finite numbers.
        """
        start = time.perf_counter()
        logits = self.logits(image)
        values = scores(logits, self.contract)
        inference_ms = (time.perf_counter() - start) * 1000
        if not np.isfinite(values).all():
            raise RunError("the model's scores are not numbers", "convert or train it again")
        best = int(values.argmax())
        return Classification(
            label=self.contract.labels[best],
            score=float(values[best]),
            scores=dict(zip(self.contract.labels, values.tolist(), strict=True)),
            values=values,
            logits=logits,
            preprocess_ms=0.0,
            inference_ms=inference_ms,
        )

    def logits(self, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return float32 (classes,) for a preprocessed image, uint8 of the contract's shape.

        Raises RunError if the runtime cannot run the network.
        """
        with failing(self._place):
            self.set_input(image)
            self.invoke()
            return self.read_logits()

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

    def read_logits(self) -> npt.NDArray[np.float32]:
        """Return the logits in the output tensor, float32 (classes,)."""
        output = self._interpreter.get_tensor(self._output["index"])[0]
        scale, zero_point = self.output_quantization
        if np.issubdtype(output.dtype, np.floating):
            return np.asarray(output, np.float32)
        return dequantize(output, scale=scale, zero_point=zero_point)


def _check_shapes(path: Path, contract: Contract, inputs: Tensors, outputs: Tensors) -> None:
    expected, labels = str((1, *contract.input_shape)), len(contract.labels)
    if (actual := _shapes(inputs)) != expected:
        raise ContractError(
            f"{path}: the input tensor is {actual}, the contract says {expected}",
            "convert the model again",
        )
    if (actual := _shapes(outputs)) != str((1, labels)):
        raise ContractError(
            f"{path}: {labels} labels for an output of {actual}", "convert the model again"
        )


def _shapes(tensors: Tensors) -> str:
    return " and ".join(str(tuple(map(int, tensor["shape"]))) for tensor in tensors)


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
