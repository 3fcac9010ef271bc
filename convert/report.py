"""Write convert_report.json and convert_report.html."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convert.artifacts import Run
from convert.flatbuffer import operators
from convert.parity import Reference, RuntimeResult, Verdict
from convert.parity_gate import Limits, describe_losses
from convert.runtimes.proof import REQUIRED, gate_runtimes, unproven_runtimes
from convert.selection import remedy
from emotion_edge.errors import RunError
from emotion_edge.model.postprocessing import scores
from evaluation.html import render
from evaluation.metrics import reliability
from evaluation.plots import draw_histogram, draw_reliability, png

MAX_SHOWN = 24  # disagreements on the page, for each variant and runtime; the JSON has all
PACKAGES = ("keras", "ai-edge-litert", "tflite-runtime", "numpy")
Latencies = Mapping[str, Mapping[str, float | None]]


def describe(
    run: Run,
    verdicts: Sequence[Verdict],
    *,
    reference: Reference,
    limits: Limits,
    latencies: Latencies,
    chosen: str | None,
) -> dict[str, Any]:
    """Return the contents of convert_report.json.

    latencies: by runtime and variant, as ratios to float32.
    """
    return {
        "chosen": chosen,
        "remedy": remedy(verdicts),
        "model": run.model.name,
        "labels": list(run.contract.labels),
        "limits": asdict(limits),
        "runtimes": gate_runtimes(),
        "unproven": unproven_runtimes(),
        "versions": _versions(),
        "calibration": _describe_calibration(run),
        "temperature": {"per_class": run.temperature.counts(run.contract)},
        "holdout": {"per_class": run.holdout.counts(run.contract)},
        "keras": asdict(reference.measured),
        "variants": [
            _describe_variant(verdict, run, reference, limits, latencies) for verdict in verdicts
        ],
    }


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
        "conversion.html",
        report=report,
        most=MAX_SHOWN,
        reliability=draw_reliability(_curves(run, verdicts, reference, report["chosen"])),
        histogram=draw_histogram(report["calibration"]["histogram"]),
        png=lambda i: png(run.holdout.images[i]),
    )
    (folder / "convert_report.html").write_text(page, encoding="utf-8")


def _versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that are installed."""
    found = {"python": platform.python_version(), "tensorflow": tf.__version__}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def _describe_calibration(run: Run) -> dict[str, Any]:
    images = run.calibration.images
    channels = "RGB" if images.shape[-1] == 3 else ("grey",)
    return {
        "per_class": run.calibration.counts(run.contract),
        "pixel_range": [int(images.min()), int(images.max())],
        "input_range": [0, 255],  # after `with_full_range`
        "histogram": {name: _counts(images[..., i]) for i, name in enumerate(channels)},
    }


def _counts(values: npt.NDArray[np.uint8]) -> list[int]:
    return [int(n) for n in np.bincount(values.ravel(), minlength=256)]


def _describe_variant(
    verdict: Verdict, run: Run, reference: Reference, limits: Limits, latencies: Latencies
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "variant": verdict.variant,
        "passed": not verdict.reasons,
        "reasons": verdict.reasons,
        "layers": [asdict(layer) for layer in verdict.layers],
    }
    if converted := verdict.converted:
        described |= {
            "bytes": len(converted.model),
            "sha256": hashlib.sha256(converted.model).hexdigest(),
            "conversion_seconds": round(converted.seconds, 1),
            "temperature": converted.contract.temperature,
            "operators": [asdict(operator) for operator in operators(converted.model)],
        }
    described["runtimes"] = {
        runtime: _describe_runtime(result, run, reference, limits)
        | {"latency": latencies[runtime][verdict.variant]}
        for runtime, result in verdict.runtimes.items()
    }
    return described


def _describe_runtime(
    result: RuntimeResult | RunError, run: Run, reference: Reference, limits: Limits
) -> dict[str, Any]:
    if isinstance(result, RunError):
        return {"loads": False, "error": str(result)}
    recalls = zip(result.measured.recall, reference.measured.recall, strict=True)
    return {
        "loads": True,
        "delegate_nodes": result.outputs.delegate_nodes,
        "quantum": result.outputs.output_scale,
        **asdict(result.measured),
        **asdict(result.parity),
        "similarity": result.similarity,
        "losses": describe_losses(result.losses, limits),
        "recall_change": [None if a is None or b is None else a - b for a, b in recalls],
        "uncalibrated": {"ece": result.uncalibrated.ece, "nll": result.uncalibrated.nll},
        "reliability": reliability(result.outputs.scores, run.holdout.targets),
        "disagreements": _disagreements(result, run),
    }


def _disagreements(result: RuntimeResult, run: Run) -> list[dict[str, Any]]:
    """Return the images with another label than in Keras, largest difference first."""
    labels = run.contract.labels
    keras, ours = result.keras_scores, result.outputs.scores
    differing = np.flatnonzero(keras.argmax(axis=1) != ours.argmax(axis=1))
    gaps = np.abs(keras - ours)[differing].max(axis=1)
    return [
        {
            "picture": int(i),
            "truth": labels[run.holdout.targets[i]],
            "keras": _by_label(keras[i], labels),
            "tflite": _by_label(ours[i], labels),
        }
        for i in differing[np.argsort(-gaps, kind="stable")]
    ]


def _by_label(values: npt.NDArray[np.float64], labels: Sequence[str]) -> dict[str, float]:
    """Return rounded scores by label, highest first."""
    order = np.argsort(-values, kind="stable")
    return {labels[i]: round(float(values[i]), 4) for i in order}


def _curves(
    run: Run, verdicts: Sequence[Verdict], reference: Reference, chosen: str | None
) -> dict[str, list[tuple[int, float, float]]]:
    """Return the reliability of Keras and of one variant before and after calibration.

    That is the chosen variant; if none was chosen of several, int8.
    """
    plotted = chosen or ("int8" if len(verdicts) > 1 else verdicts[0].variant)
    targets = run.holdout.targets
    curves = {"Keras": reliability(reference.scores, targets)}
    for verdict in verdicts:
        result = verdict.runtimes.get(REQUIRED)
        if verdict.variant == plotted and isinstance(result, RuntimeResult) and verdict.converted:
            before = scores(result.outputs.logits, run.contract)
            curves[f"{plotted}, temperature 1"] = reliability(before, targets)
            name = f"{plotted}, temperature {verdict.converted.contract.temperature:g}"
            curves[name] = reliability(result.outputs.scores, targets)
    return curves
