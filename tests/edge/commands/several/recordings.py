"""Recordings of one colour, as cameras."""

from pathlib import Path

from tests.edge.recordings import write_colours


def one_colour(folder: Path, colour: str, seconds: float = 120, fault: str = "") -> str:
    """Return a source that shows one colour, and then may fail for good."""
    rows = [(colour, i / 10, "") for i in range(int(10 * seconds))]
    if fault:
        rows.append((colour, seconds, fault))
    return f"replay:{write_colours(folder, rows)}"
