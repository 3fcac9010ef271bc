"""What a variant loses against Keras on the holdout, and whether chance explains it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evaluation.metrics import Scores, Targets
from evaluation.paired import PairedLoss, paired_loss

# Of McNemar's test: for top-1, and for the recall of all classes together, on one runtime.
SIGNIFICANCE = 0.01
# A net loss of so many images is never refused: points of so few say nothing.
FEW_IMAGES = 3

DropAndCap = tuple[float, float]


@dataclass(frozen=True)
class Losses:
    """The losses of a variant: in top-1, and in the recall of each class."""

    top1: PairedLoss
    recall: Sequence[PairedLoss]

    def top1_excess(self, drop: float, cap: float) -> str | None:
        """Return by what the loss exceeds the limits, None if it does not.

        drop, cap: in points. A loss above `drop` is too large unless chance explains it; a loss
        above `cap` always is.
        """
        return _excess(self.top1, drop, cap, SIGNIFICANCE, "top-1")

    def recall_excesses(self, drop: float, cap: float) -> list[str | None]:
        """Return the same for the recall of each class."""
        significance = self._recall_significance()
        return [_excess(loss, drop, cap, significance, "recall") for loss in self.recall]

    def describe(self, top1: DropAndCap, recall: DropAndCap) -> dict[str, Any]:
        """Return all losses in JSON types, with the losses that the holdout would have shown.

        top1, recall: drop and cap, see `top1_excess`.
        """
        significance = self._recall_significance()
        return {
            "top1": _describe(self.top1, *top1, SIGNIFICANCE),
            "recall": [_describe(loss, *recall, significance) for loss in self.recall],
        }

    def _recall_significance(self) -> float:
        return SIGNIFICANCE / len(self.recall)  # Bonferroni


def measure_losses(values: Scores, keras: Scores, targets: Targets) -> Losses:
    """Compare scores (N, classes) with Keras's for the true class numbers (N,)."""
    correct, reference = values.argmax(axis=1) == targets, keras.argmax(axis=1) == targets
    classes = (targets == i for i in range(values.shape[1]))
    recall = [paired_loss(correct[inside], reference[inside]) for inside in classes]
    return Losses(paired_loss(correct, reference), recall)


def _excess(
    loss: PairedLoss, drop: float, cap: float, significance: float, what: str
) -> str | None:
    if loss.lost - loss.gained <= FEW_IMAGES:
        return None
    text = f"{loss.points:.2f} points of {what} ({loss.lost} images lost, {loss.gained} gained)"
    if loss.points > cap + 1e-9:
        return f"{text}, more than the highest allowed {cap:g}"
    if loss.points > drop + 1e-9 and loss.p_value < significance:
        return f"{text}, more than the allowed {drop:g} and more than chance explains"
    return None


def _describe(loss: PairedLoss, drop: float, cap: float, significance: float) -> dict[str, Any]:
    return {
        **asdict(loss),
        "points": loss.points,
        "p_value": loss.p_value,
        "detectable_points": _detectable_points(loss, drop, cap, significance),
    }


def _detectable_points(
    loss: PairedLoss, drop: float, cap: float, significance: float
) -> float | None:
    """Return the loss that the images would have shown, None for a class without images."""
    if not loss.images:
        return None
    few = 100 * (FEW_IMAGES + 0.5) / loss.images  # half an image: the normal approximation's step
    return loss.detectable_points(max(drop, few), max(cap, few), significance)
