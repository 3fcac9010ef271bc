"""What the runtimes of a Pi make of a model, beside what Keras makes of it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge.contract import Contract, scores
from edge.errors import RunError
from edge.runtime import RUNTIMES, find_runtime, make_interpreter

Logits = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Parity:
    """One variant on one runtime, over the whole holdout.

    accuracy: top-1. agreement: share of pictures that get Keras's label. score_error: the largest
    difference of a score to Keras's.
    """

    variant: str
    runtime: str
    accuracy: float
    agreement: float
    score_error: float


def run_on_both(model: Path, holdout: Path, folder: Path) -> dict[str, Logits]:
    """Return the logits (N, classes) that each runtime computes, its files kept in `folder`.

    Raises RunError with a runtime's own words where it refuses the model.
    """
    outputs = {runtime: folder / f"{model.name}.{runtime}.npy" for runtime in RUNTIMES}

    def run(runtime: str) -> Logits:
        arguments = [str(model), str(holdout), str(outputs[runtime]), "--runtime", runtime]
        result = subprocess.run(
            [sys.executable, "-m", "convert.score", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise RunError(f"{model.name} on {runtime}: {_last_line(result.stderr)}")
        logits = np.load(outputs[runtime])
        if not np.isfinite(logits).all():
            raise RunError(f"{model.name} on {runtime} computes infinities or no numbers")
        return logits

    with ThreadPoolExecutor(len(RUNTIMES)) as pool:
        return dict(zip(RUNTIMES, pool.map(run, RUNTIMES), strict=True))


def check_int8(flatbuffer: bytes) -> None:
    """Raise RunError unless every tensor of the model, in and out included, holds integers."""
    interpreter = make_interpreter(flatbuffer, find_runtime("litert")[1], delegates=False)
    kinds = {tensor["dtype"].__name__ for tensor in interpreter.get_tensor_details()}
    if odd := kinds - {"int8", "int32"}:
        raise RunError(f"the converter left {', '.join(sorted(odd))} in the int8 model")


def compare(
    variant: str,
    runtime: str,
    logits: Logits,
    *,
    keras_scores: npt.NDArray[np.float64],
    targets: npt.NDArray[np.int64],
    contract: Contract,
) -> Parity:
    """Return how far one variant on one runtime is from Keras: scores (N, classes) of each."""
    values = scores(logits, contract)
    predictions = values.argmax(axis=1)
    return Parity(
        variant=variant,
        runtime=runtime,
        accuracy=float((predictions == targets).mean()),
        agreement=float((predictions == keras_scores.argmax(axis=1)).mean()),
        score_error=float(np.abs(values - keras_scores).max()),
    )


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it crashed without a word"])[-1]
