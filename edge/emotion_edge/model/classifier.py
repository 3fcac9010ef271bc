"""A model file as a function from pictures to labels: the code that the Pi runs."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import RunError
from emotion_edge.model.contract import Contract, ContractError
from emotion_edge.model.model_file import read_model
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess
from emotion_edge.model.quantization import dequantize, input_table
from emotion_edge.model.runtime import find_runtime, make_interpreter, operators


@dataclass(frozen=True)
class Classification:
    """What the model says of one picture.

    scores: label to score, together 1; values: the same as float64 (classes,). logits: float32
    (classes,) as the network computed them.
    """

    label: str
    score: float
    scores: dict[str, float]
    values: npt.NDArray[np.float64]
    logits: npt.NDArray[np.float32]
    preprocess_ms: float
    inference_ms: float


class Classifier:
    """A loaded model. Its dtype, shape, scale and zero_point are asked of it, never configured.

    input_table: what each pixel value 0..255 enters the network as, (256,) of the input's dtype.
    input_quantization, output_quantization: (scale, zero_point), scale 0.0 where it is float.
    delegate_nodes: how many pieces of the network a delegate (XNNPACK) took over.
    """

    def __init__(self, path: Path, *, runtime: str = "auto", threads: int = 1) -> None:
        """Load the model at `path`; raises UserError where that cannot be done."""
        model, self.contract = read_model(path)
        self.runtime, module = find_runtime(runtime)
        self._interpreter = interpreter = make_interpreter(model, module, threads=threads)
        inputs = self._interpreter.get_input_details()
        outputs = self._interpreter.get_output_details()
        _check(path, self.contract, inputs, outputs)
        self._input, self._output = inputs[0], outputs[0]
        self.input_quantization: tuple[float, int] = self._input["quantization"]
        self.output_quantization: tuple[float, int] = self._output["quantization"]
        scale, zero_point = self.input_quantization
        self.input_table = input_table(
            self.contract, dtype=self._input["dtype"], scale=scale, zero_point=zero_point
        )
        self.delegate_nodes = sum(op["op_name"] == "DELEGATE" for op in operators(interpreter))

    def classify(self, pixels: npt.NDArray[np.uint8]) -> Classification:
        """Name what is on a picture: (rows, columns, 3) uint8 RGB of any size.

        Raises RunError where the model computes no numbers.
        """
        start = time.perf_counter()
        image = preprocess(pixels, self.contract)
        taken = (time.perf_counter() - start) * 1000
        return replace(self.classify_input(image), preprocess_ms=taken)

    def classify_input(self, image: npt.NDArray[np.uint8]) -> Classification:
        """Name what is on a preprocessed picture, uint8 of the contract's input_shape.

        Raises RunError where the model computes no numbers.
        """
        start = time.perf_counter()
        logits = self.logits(image)
        values = scores(logits, self.contract)
        taken = (time.perf_counter() - start) * 1000
        if not np.isfinite(values).all():
            raise RunError("the model's scores are not numbers: convert or train it again")
        best = int(values.argmax())
        return Classification(
            label=self.contract.labels[best],
            score=float(values[best]),
            scores=dict(zip(self.contract.labels, values.tolist(), strict=True)),
            values=values,
            logits=logits,
            preprocess_ms=0.0,
            inference_ms=taken,
        )

    def logits(self, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return float32 (classes,) for a preprocessed picture, uint8 of the contract's shape."""
        self.enter(image)
        self.invoke()
        return self.read()

    def enter(self, image: npt.NDArray[np.uint8]) -> None:
        """Write a preprocessed picture into the input tensor, normalised and quantised."""
        # Looked up straight into the interpreter's memory, of which nobody may keep a view. The
        # mode is never needed, but without it numpy writes to a copy first.
        entered = self._interpreter.tensor(self._input["index"])()[0]
        np.take(self.input_table, image, out=entered, mode="clip")

    def invoke(self) -> None:
        """Compute the output tensor of the input tensor."""
        self._interpreter.invoke()

    def read(self) -> npt.NDArray[np.float32]:
        """Return the output tensor's logits, float32 (classes,)."""
        output = self._interpreter.get_tensor(self._output["index"])[0]
        scale, zero_point = self.output_quantization
        if np.issubdtype(output.dtype, np.floating):
            return np.asarray(output, np.float32)
        return dequantize(output, scale=scale, zero_point=zero_point)


def _check(path: Path, contract: Contract, inputs: Any, outputs: Any) -> None:
    given, returned = (
        " and ".join(str(tuple(map(int, tensor["shape"]))) for tensor in tensors)
        for tensors in (inputs, outputs)
    )
    expected = str((1, *contract.input_shape))
    if given != expected:
        raise ContractError(
            f"{path}: the input tensor is {given}, the contract says {expected}; "
            "convert the model again"
        )
    if returned != str((1, len(contract.labels))):
        raise ContractError(
            f"{path}: {len(contract.labels)} labels for an output of {returned}; "
            "convert the model again"
        )
    for tensor in (*inputs, *outputs):
        if np.issubdtype(tensor["dtype"], np.integer) and not tensor["quantization"][0]:
            raise ContractError(f"{path}: a tensor of integers without a scale; convert it again")
