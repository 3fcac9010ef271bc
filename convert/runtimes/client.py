"""Run a model on the TFLite runtimes, each in its own process."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.runtimes.proof import gate_runtimes
from emotion_edge.errors import RunError


@dataclass(frozen=True)
class RuntimeOutputs:
    """Outputs of one runtime for N images.

    scores, logits: (N, classes), scores after activation and temperature. embeddings: (N,
    features). labels: (N,) text. input_table: (256,), the input value of each pixel value.
    input_scale, input_zero_point, output_scale, embedding_scale: of the tensors, scale 0 for float.
    delegate_nodes: number of parts of the network that XNNPACK runs.
    """

    scores: npt.NDArray[np.float64]
    logits: npt.NDArray[np.float32]
    embeddings: npt.NDArray[np.float32]
    labels: npt.NDArray[np.str_]
    input_table: npt.NDArray[Any]
    input_scale: float
    input_zero_point: int
    output_scale: float
    embedding_scale: float
    delegate_nodes: int


def run_on_runtime(
    model: bytes, images: Path, runtime: str, *, both_looks: bool = False
) -> RuntimeOutputs:
    """Run a packed .tflite on the images of an .npz (images: uint8, preprocessed).

    both_looks: return the mean of the outputs for each image and its mirror image.
    Raises RunError with the runtime's own message if it cannot run the model.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "model.tflite"), Path(folder, "outputs.npz")
        path.write_bytes(model)
        arguments = [str(path), str(images), str(out), "--runtime", runtime]
        arguments += ["--both-looks"] if both_looks else []
        _run("convert.runtimes.score", arguments, hide=f"{path}: ")
        with np.load(out) as archive:
            values = dict(archive)
    scale, zero_point = values.pop("input_quantization").tolist()
    names = ("output_scale", "embedding_scale", "delegate_nodes")
    numbers = {name: values.pop(name).item() for name in names}
    return RuntimeOutputs(**values, **numbers, input_scale=scale, input_zero_point=int(zero_point))


def run_on_runtimes(model: bytes, images: Path) -> dict[str, RuntimeOutputs | RunError]:
    """Run a model on the gate's runtimes at once; return the outputs or the error of each."""

    def run_one(runtime: str) -> RuntimeOutputs | RunError:
        try:
            return run_on_runtime(model, images, runtime)
        except RunError as error:
            return error

    runtimes = gate_runtimes()
    with ThreadPoolExecutor(len(runtimes)) as pool:
        return dict(zip(runtimes, pool.map(run_one, runtimes), strict=True))


def latencies(models: Sequence[bytes], runtime: str) -> list[float]:
    """Return the median milliseconds of one inference of each model, measured in turn."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{i}.tflite") for i in range(len(models))]
        for path, model in zip(paths, models, strict=True):
            path.write_bytes(model)
        medians = json.loads(_run("convert.runtimes.latency", [runtime, *map(str, paths)]))
    return [float(median) for median in medians]


def _run(module: str, arguments: list[str], hide: str = "") -> str:
    """Run a module and return its stdout. hide: text to remove from its error message."""
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False
    )
    if result.returncode:
        lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
        raise RunError(lines[-1].removeprefix(f"{module}: error: ").replace(hide, ""))
    return result.stdout
