"""Warn if a data set has far fewer pictures of one class than of another."""

from collections.abc import Mapping

_MAX_RATIO = 5


def describe_imbalance(counts: Mapping[str, int]) -> str:
    """Return a warning if the largest class has five times the pictures of another, else "".

    counts: the number of pictures of each class.
    """
    largest = max(counts, key=lambda label: counts[label], default="")
    rare = [label for label in counts if counts[label] * _MAX_RATIO <= counts[largest]]
    if not rare or not counts[largest]:
        return ""
    few = ", ".join(
        f"{counts[label]} of {label}" for label in sorted(rare, key=lambda x: counts[x])
    )
    return (
        f"{counts[largest]} pictures of {largest} against {few}: a network hardly learns so rare a "
        "class; add pictures of it, or leave the class out"
    )
