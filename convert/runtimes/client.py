"""What the runtimes of a Pi make of a model, each asked in a process of its own."""

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

from emotion_edge.errors import RunError
from emotion_edge.model.runtime import RUNTIMES


@dataclass(frozen=True)
class Opinion:
    """What one runtime says of N pictures.

    scores, logits: (N, classes), scores after activation and temperature. labels: (N,) text.
    input_table: (256,), what each pixel value enters as. input_scale, input_zero_point and
    output_scale: the tensors' own, scale 0 where they are float. delegate_nodes: how many pieces
    of the network XNNPACK computes.
    """

    scores: npt.NDArray[np.float64]
    logits: npt.NDArray[np.float32]
    labels: npt.NDArray[np.str_]
    input_table: npt.NDArray[Any]
    input_scale: float
    input_zero_point: int
    output_scale: float
    delegate_nodes: int


def ask(model: bytes, pictures: Path, runtime: str) -> Opinion:
    """Return what `runtime` computes for the pictures of an .npz (images: uint8, preprocessed).

    model: a packed .tflite. Raises RunError with the runtime's own words where it refuses.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "model.tflite"), Path(folder, "opinion.npz")
        path.write_bytes(model)
        arguments = [str(path), str(pictures), str(out), "--runtime", runtime]
        _run("convert.runtimes.score", arguments, hide=f"{path}: ")
        with np.load(out) as archive:
            values = dict(archive)
    scale, zero_point = values.pop("input_quantization").tolist()
    numbers = {name: values.pop(name).item() for name in ("output_scale", "delegate_nodes")}
    return Opinion(**values, **numbers, input_scale=scale, input_zero_point=int(zero_point))


def ask_both(model: bytes, pictures: Path) -> dict[str, Opinion | RunError]:
    """Return what each runtime says, or how it failed, both asked at once."""

    def ask_one(runtime: str) -> Opinion | RunError:
        try:
            return ask(model, pictures, runtime)
        except RunError as error:
            return error

    with ThreadPoolExecutor(len(RUNTIMES)) as pool:
        return dict(zip(RUNTIMES, pool.map(ask_one, RUNTIMES), strict=True))


def latencies(models: Sequence[bytes], runtime: str) -> list[float]:
    """Return the median milliseconds of one inference of each model, measured in turn."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{i}.tflite") for i in range(len(models))]
        for path, model in zip(paths, models, strict=True):
            path.write_bytes(model)
        medians = json.loads(_run("convert.runtimes.latency", [runtime, *map(str, paths)]))
    return [float(median) for median in medians]


def _run(module: str, arguments: list[str], hide: str = "") -> str:
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False
    )
    if result.returncode:
        lines = result.stderr.strip().splitlines() or [f"it ended with {result.returncode}"]
        words = lines[-1].removeprefix(f"{module}: error: ").replace(hide, "")
        raise RunError(words)
    return result.stdout
