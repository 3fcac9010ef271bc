"""Measure how many milliseconds a 640 x 480 frame takes on this machine: a search for faces,
following one face, the whole path of a face from the frame to the line of JSON, the network alone,
and each step on that path. Also report the processor's temperature and throttling.

  emotion-edge bench
  emotion-edge bench --threads 4 --json my-pi.json

Stop the service first, and let nothing else run. p50 and p95 are percentiles over --frames rounds;
each round runs every step once. The file has the same figures, for a report about your board;
nothing in it identifies you.

Exit codes: 0 done, 1 the file cannot be written, 2 bad options or model.
"""

import json
import platform
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import numpy as np

from emotion_edge import __version__
from emotion_edge.commands.benchmark_steps import INVOKE, PATH, make_steps, measure
from emotion_edge.errors import UserError
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.cost import cost
from emotion_edge.model.runtime import runtime_version
from emotion_edge.pipeline.factory import AnalyzerSettings, choose_detector, first_that_works
from emotion_edge.system.hardware import (
    cpu_temperature,
    processor_name,
    resident_memory,
    throttling_reasons,
)
from emotion_edge.system.paths import BOARD_MODEL
from emotion_edge.util.atomic_write import staged_write


def benchmark(
    settings: AnalyzerSettings, *, rounds: int, json_file: Path | None
) -> Generator[str, None, None]:
    """Yield a description of the machine, a table of milliseconds, and the machine's health.

    json_file: also write all of it there. Raises UserError as `run` does, RunError if the file
    cannot be written.
    """
    if json_file and json_file.is_dir():
        raise UserError(f"--json {json_file} is a folder: name a file, such as my-pi.json in it")
    classifier = first_that_works(settings)
    steps = make_steps(classifier, choose_detector(settings))
    machine, before = _describe(settings, classifier, rounds), cpu_temperature()
    yield from _lines(machine)
    milliseconds = {name: _percentiles(each) for name, each in measure(steps, rounds).items()}
    yield from _table(milliseconds)
    health = _health(milliseconds, before)
    yield ""
    yield from _lines(health)
    if json_file:
        _write(json_file, {**machine, "milliseconds": milliseconds, **health})


def _describe(settings: AnalyzerSettings, classifier: Classifier, rounds: int) -> dict[str, object]:
    """Return what was measured; nothing identifies its owner."""
    board = BOARD_MODEL.read_text("utf-8").rstrip("\0\n") if BOARD_MODEL.exists() else None
    return {
        "emotion_edge": __version__,
        "board": board,
        "machine": processor_name(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "runtime": runtime_version(classifier.runtime),
        "threads": settings.runtime.threads,
        "xnnpack_nodes": classifier.network.delegate_nodes,
        "model": classifier.model.path.name,
        **cost(classifier.model),
        "frames": rounds,
    }


def _health(
    milliseconds: Mapping[str, Mapping[str, float]], before: float | None
) -> dict[str, object]:
    ratio = milliseconds[PATH]["p50"] / milliseconds[INVOKE]["p50"]
    return {
        "path_over_invoke": round(ratio, 3),
        "temperature_before": before,
        "temperature_after": cpu_temperature(),
        "throttling": throttling_reasons(),
        "resident_memory_bytes": resident_memory(),
    }


def _lines(values: Mapping[str, object]) -> Iterator[str]:
    for name, value in values.items():
        text = (", ".join(value) or "nothing") if isinstance(value, list) else value
        yield f"{name:24} {'not known here' if value is None else text}"


def _table(milliseconds: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield f"\n{'milliseconds':24} {'p50':>9} {'p95':>9}"
    for name, figures in milliseconds.items():
        yield f"{name:24} {figures['p50']:9.3f} {figures['p95']:9.3f}"


def _percentiles(milliseconds: list[float]) -> dict[str, float]:
    low, high = np.percentile(milliseconds, (50, 95)).round(4).tolist()
    return {"p50": low, "p95": high}


def _write(path: Path, figures: Mapping[str, object]) -> None:
    with staged_write(path.parent) as stage:
        (stage / path.name).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
