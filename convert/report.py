"""convert_report.json and convert_report.html: the proof, for a program and for a colleague."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convert.artifacts import Run
from convert.flatbuffer import operators
from convert.gate import Limits
from convert.parity import OnRuntime, Reference, Verdict
from convert.selection import remedy
from emotion_edge.errors import RunError
from emotion_edge.model.postprocessing import scores
from evaluation.html import render
from evaluation.metrics import reliability
from evaluation.plots import draw_histogram, draw_reliability, png

SHOWN = "litert"  # the runtime whose reliability the page draws
MOST_PICTURES = 24  # of disagreements on the page; the JSON has all
PACKAGES = ("keras", "ai-edge-litert", "tflite-runtime", "numpy")


def describe(
    run: Run,
    verdicts: Sequence[Verdict],
    *,
    reference: Reference,
    limits: Limits,
    latencies: Mapping[str, Mapping[str, float | None]],
    chosen: str | None,
) -> dict[str, Any]:
    """Return the contents of convert_report.json.

    latencies: by runtime and variant, as ratios to float32.
    """
    calibration = run.calibration.images
    return {
        "chosen": chosen,
        "remedy": remedy(verdicts),
        "model": run.model.name,
        "labels": list(run.contract.labels),
        "limits": asdict(limits),
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            **{package: version(package) for package in PACKAGES},
        },
        "calibration": {
            "per_class": run.calibration.counts(run.contract),
            "pixel_range": [int(calibration.min()), int(calibration.max())],
            "input_range": [0, 255],  # with `with_full_range`
            "histogram": {
                name: _counts(calibration[..., i])
                for i, name in enumerate("RGB" if calibration.shape[-1] == 3 else ("grey",))
            },
        },
        "temperature": {"per_class": run.temperature.counts(run.contract)},
        "holdout": {"per_class": run.holdout.counts(run.contract)},
        "keras": asdict(reference.measured),
        "variants": [_variant(verdict, run, reference, latencies) for verdict in verdicts],
    }


def _variant(
    verdict: Verdict,
    run: Run,
    reference: Reference,
    latencies: Mapping[str, Mapping[str, float | None]],
) -> dict[str, Any]:
    converted = verdict.converted
    described: dict[str, Any] = {
        "variant": verdict.variant,
        "passed": not verdict.reasons,
        "reasons": verdict.reasons,
        "layers": [asdict(layer) for layer in verdict.layers],
    }
    if converted:
        described |= {
            "bytes": len(converted.model),
            "sha256": hashlib.sha256(converted.model).hexdigest(),
            "conversion_seconds": round(converted.seconds, 1),
            "temperature": converted.contract.temperature,
            "operators": [asdict(operator) for operator in operators(converted.model)],
        }
    described["runtimes"] = {
        runtime: _runtime(result, run, reference) | {"latency": latencies[runtime][verdict.variant]}
        for runtime, result in verdict.runtimes.items()
    }
    return described


def _runtime(result: OnRuntime | RunError, run: Run, reference: Reference) -> dict[str, Any]:
    if isinstance(result, RunError):
        return {"loads": False, "error": str(result)}
    changes = zip(result.measured.recall, reference.measured.recall, strict=True)
    return {
        "loads": True,
        "delegate_nodes": result.opinion.delegate_nodes,
        "quantum": result.opinion.output_scale,
        **asdict(result.measured),
        **asdict(result.parity),
        "recall_change": [None if a is None or b is None else a - b for a, b in changes],
        "uncalibrated": {"ece": result.uncalibrated.ece, "nll": result.uncalibrated.nll},
        "reliability": reliability(result.opinion.scores, run.holdout.targets),
        "disagreements": _disagreements(result, run),
    }


def _counts(values: npt.NDArray[np.uint8]) -> list[int]:
    return [int(n) for n in np.bincount(values.ravel(), minlength=256)]


def _disagreements(result: OnRuntime, run: Run) -> list[dict[str, Any]]:
    """Return the pictures that get another label than in Keras, furthest apart first."""
    labels = run.contract.labels
    keras, ours = result.keras_scores, result.opinion.scores
    differing = np.flatnonzero(keras.argmax(axis=1) != ours.argmax(axis=1))
    gaps = np.abs(keras - ours)[differing].max(axis=1)
    return [
        {
            "picture": int(i),
            "truth": labels[run.holdout.targets[i]],
            "keras": _named(keras[i], labels),
            "tflite": _named(ours[i], labels),
        }
        for i in differing[np.argsort(-gaps, kind="stable")]
    ]


def _named(values: npt.NDArray[np.float64], labels: Sequence[str]) -> dict[str, float]:
    order = np.argsort(-values, kind="stable")
    return {labels[i]: round(float(values[i]), 4) for i in order}


def write_report(
    folder: Path,
    report: Mapping[str, Any],
    run: Run,
    verdicts: Sequence[Verdict],
    reference: Reference,
) -> None:
    """Write convert_report.json and convert_report.html, which needs no other file."""
    text = json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "convert_report.json").write_text(text + "\n", encoding="utf-8")
    page = render(
        Path(__file__).with_name("report.html"),
        report=report,
        most=MOST_PICTURES,
        reliability=draw_reliability(_curves(run, verdicts, reference, report["chosen"])),
        histogram=draw_histogram(report["calibration"]["histogram"]),
        png=lambda i: png(run.holdout.images[i]),
    )
    (folder / "convert_report.html").write_text(page, encoding="utf-8")


def _curves(
    run: Run, verdicts: Sequence[Verdict], reference: Reference, chosen: str | None
) -> dict[str, list[tuple[int, float, float]]]:
    """Return the reliability of Keras, and of a variant before and after calibration.

    The chosen one, or int8 where none was chosen of several.
    """
    shown = chosen or ("int8" if len(verdicts) > 1 else verdicts[0].variant)
    targets = run.holdout.targets
    curves = {"Keras": reliability(reference.scores, targets)}
    for verdict in verdicts:
        result = verdict.runtimes.get(SHOWN)
        if verdict.variant == shown and isinstance(result, OnRuntime) and verdict.converted:
            before = scores(result.opinion.logits, run.contract)
            curves[f"{verdict.variant}, temperature 1"] = reliability(before, targets)
            name = f"{verdict.variant}, temperature {verdict.converted.contract.temperature:g}"
            curves[name] = reliability(result.opinion.scores, targets)
    return curves
