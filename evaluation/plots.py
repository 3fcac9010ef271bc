"""Plots of the reports as SVG text, and of a training run as PNG files."""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from evaluation.metrics import BINS

Reliability = list[tuple[int, float, float]]
_COLORS = {"R": "#d62728", "G": "#2ca02c", "B": "#1f77b4", "grey": "#59636e"}
mpl.rcParams["svg.fonttype"] = "none"  # keep text as text: smaller, and searchable in a browser
mpl.rcParams["font.family"] = "sans-serif"


def draw_reliability(curves: Mapping[str, Reliability]) -> str:
    """Return the reliability diagram: accuracy over mean score, and a histogram of scores."""
    figure = Figure(figsize=(6.5, 5.5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    above.plot([0, 1], [0, 1], ":", color="grey", label="perfectly calibrated")
    edges = np.linspace(0, 1, BINS + 1)
    for name, bins in curves.items():
        points = [(score, accuracy) for count, score, accuracy in bins if count]
        above.plot(*zip(*points, strict=True), "o-", label=name, markersize=4)
        below.stairs([count for count, _, _ in bins], edges, label=name)
    above.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1.02))
    above.legend(fontsize="small")
    below.set(xlabel="score of the winning label", ylabel="images")
    return _svg(figure)


def draw_risk_coverage(
    curve: Sequence[Sequence[float]], thresholds: Mapping[str, Mapping[str, float]]
) -> str:
    """Return the risk-coverage curve with its thresholds marked.

    curve: points (coverage, risk, threshold). thresholds: what `at_threshold` returns, by name.
    """
    figure = Figure(figsize=(6.5, 5.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([point[0] for point in curve], [point[1] for point in curve])
    for name, point in thresholds.items():
        label = f"{name}: {point['threshold']:.2f}"
        axes.plot(point["coverage"], 1 - point["accuracy"], "o", label=label)
    axes.set(
        xlabel="coverage (share of images with a label)", ylabel="risk (share of wrong labels)"
    )
    axes.set(xlim=(0, 1.01), ylim=(0, None))
    axes.legend(fontsize="small")
    return _svg(figure)


def draw_histogram(histogram: Mapping[str, list[int]]) -> str:
    """Return the histogram of pixel values; histogram: 256 counts for each channel."""
    figure = Figure(figsize=(6.5, 2.8), layout="constrained")
    axes = figure.subplots()
    edges = np.arange(0, 257, 4)
    for channel, levels in histogram.items():
        counts = np.reshape(levels, (-1, 4)).sum(axis=1)
        axes.stairs(counts / counts.sum(), edges, color=_COLORS[channel], label=channel)
    axes.set(xlabel="pixel value", ylabel="share of pixels", xlim=(0, 256))
    axes.legend()
    return _svg(figure)


def png(image: npt.NDArray[np.uint8]) -> str:
    """Return an image, (height, width, channels) uint8, as a data URI."""
    stream = io.BytesIO()
    Image.fromarray(image.squeeze()).save(stream, "PNG")  # Pillow wants grey without a channel axis
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _svg(figure: Figure) -> str:
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    return text[text.index("<svg") :]


def plot_history(history: Sequence[Mapping[str, float]], path: Path, kept: int) -> None:
    """Write a PNG of accuracy and loss over epochs, with the `kept` epoch marked."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    epochs = [row["epoch"] for row in history]
    for axes, metric in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        axes.plot(epochs, [row[metric] for row in history], "o-", label="train")
        axes.plot(epochs, [row[f"val_{metric}"] for row in history], "o-", label="validation")
        axes.axvline(kept, color="grey", linestyle=":", label="kept epoch")
        axes.set(xlabel="epoch", ylabel=metric)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend()
    figure.suptitle("Train History")
    figure.savefig(path, dpi=100)


def plot_confusion(evaluation: dict[str, Any], path: Path) -> None:
    """Write a PNG of the confusion matrix; the colour is the share of the true class.

    evaluation: the contents of evaluation.json.
    """
    labels = list(evaluation["per_class"])
    size = 2 + 0.7 * len(labels)
    figure = Figure(figsize=(size + 1, size), layout="constrained")
    axes = figure.subplots()
    image = _draw_matrix(axes, evaluation["confusion_matrix"])
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right", parse_math=False)
    axes.set_yticks(range(len(labels)), labels, parse_math=False)
    accuracy, f1 = evaluation["accuracy"], evaluation["macro_f1"]
    title = f"{evaluation['split']}: accuracy {accuracy:.1%}, macro-F1 {f1:.3f}"
    axes.set(xlabel="predicted", ylabel="true", title=title)
    figure.colorbar(image, label="share of the true class")
    figure.savefig(path, dpi=100)


def _draw_matrix(axes: Axes, counts: Sequence[Sequence[int]]) -> AxesImage:
    shares = [[n / max(sum(row), 1) for n in row] for row in counts]
    image = axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    for i, row in enumerate(counts):
        for j, n in enumerate(row):
            color = "white" if shares[i][j] > 0.5 else "black"
            axes.text(j, i, str(n), ha="center", va="center", color=color)
    return image
