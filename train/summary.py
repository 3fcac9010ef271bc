"""The most important figures of an evaluation, as text."""

from collections.abc import Iterator
from typing import Any

from emotion_edge.errors import escape
from train.wording import amount


def summarise(figures: dict[str, Any]) -> str:
    """Return the most important figures as a few lines of text, safe to print."""
    low, high = figures["accuracy_ci95"]
    low_f1, high_f1 = figures["macro_f1_ci95"]
    enter = figures["thresholds"]["enter"]
    lines = [
        f"{figures['model']} on {figures['split']}, {amount(figures['images'], 'picture')}:",
        f"accuracy  {figures['accuracy']:.4f} (95 % interval {low:.4f} to {high:.4f})",
        f"macro-F1  {figures['macro_f1']:.4f} ({low_f1:.4f} to {high_f1:.4f})",
        f"recall    {figures['mean_recall']:.4f}, the mean over classes",
        f"ECE       {figures['ece']:.4f}",
        f"from a score of {enter['threshold']:g}: {enter['coverage']:.1%} of the pictures named, "
        f"{enter['accuracy']:.1%} of them right",
    ]
    if unseen := figures["unseen"]:
        copies = figures["images"] - unseen["images"]
        without = amount(copies, "near-copy", "near-copies")
        lines.append(f"without {without} of other splits {unseen['accuracy']:.4f}")
    if voters := figures["voters"]:
        lines.append(f"people agree with the label in {voters['agreement']:.1%} of their votes")
    for name, part in figures["parts"].items():
        lines.append(
            f"{name}: accuracy {part['accuracy']:.4f}, mean recall {part['mean_recall']:.4f}, "
            f"ECE {part['ece']:.4f}"
        )
    return "\n".join(map(escape, [*lines, *_describe_groups(figures["named_groups"])]))


def _describe_groups(named: dict[str, Any] | None) -> Iterator[str]:
    if not named:
        return
    for name, group in named["groups"].items():
        low, high = group["accuracy_ci95"]
        yield f"{name}: {group['accuracy']:.4f} ({low:.4f} to {high:.4f}) of {group['images']}"
    if gap := named["largest_gap"]:
        low, high = gap["gap_ci95"]
        yield (
            f"largest gap: {gap['gap']:.4f} ({low:.4f} to {high:.4f}), between {gap['best']} and "
            f"{gap['worst']}"
        )
