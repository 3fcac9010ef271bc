"""The two pictures of a run: history.png and confusion.png."""

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from train.checkpoint import History


def plot_history(history: History, path: Path, kept: int) -> None:
    """Draw the Train History: accuracy and loss over epochs, the `kept` epoch marked."""
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
    """Draw the confusion matrix of an evaluation, with recall as the colour."""
    counts = evaluation["confusion_matrix"]
    labels = list(evaluation["per_class"])
    size = 2 + 0.7 * len(labels)
    figure = Figure(figsize=(size + 1, size), layout="constrained")
    axes = figure.subplots()
    shares = [[n / max(sum(row), 1) for n in row] for row in counts]
    image = axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    for i, row in enumerate(counts):
        for j, n in enumerate(row):
            color = "white" if shares[i][j] > 0.5 else "black"
            axes.text(j, i, n, ha="center", va="center", color=color)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right", parse_math=False)
    axes.set_yticks(range(len(labels)), labels, parse_math=False)
    accuracy, f1 = evaluation["accuracy"], evaluation["macro_f1"]
    title = f"{evaluation['split']}: accuracy {accuracy:.1%}, macro-F1 {f1:.3f}"
    axes.set(xlabel="predicted", ylabel="true", title=title)
    figure.colorbar(image, label="share of the true class")
    figure.savefig(path, dpi=100)
