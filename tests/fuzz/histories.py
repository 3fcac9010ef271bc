"""Histories, read and added to as the daemon and its page do: with bytes changed or an end cut."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from emotion_edge.commands.doctor.history_checks import history
from emotion_edge.output.history.database import add_rows
from emotion_edge.output.history.query import Unit, read_totals
from tests.edge.output.history.rows import row

BEGIN, END = (each.replace(tzinfo=UTC) for each in (datetime.min, datetime.max))
UNITS: tuple[Unit, ...] = ("minute", "hour", "day")


def inputs(folder: Path, random: Random) -> Iterator[Path]:
    """Yield damaged histories; often in the header, or in the rows, at the end of the last page."""
    whole = folder / "whole"
    add_rows(whole, [row(label, minute) for label in ("happy", "sad") for minute in range(20)])
    content = whole.read_bytes()
    for number in range(2**31):
        path = folder / f"history-{number}.db"
        path.write_bytes(_damaged(content, random))
        yield path


def _damaged(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 2, 5, 30))):
        begin, end = random.choice(
            ((0, 100), (0, len(changed)), (len(changed) - 900, len(changed)))
        )
        changed[random.randrange(begin, end)] = random.choice((0, 255, random.randrange(256)))
    return bytes(changed[: random.randrange(len(changed)) if random.random() < 0.1 else None])


def try_input(path: Path) -> None:
    """Check it, read it in each unit, and add to it."""
    try:
        list(history(path))
        for unit in UNITS:
            list(read_totals(path, BEGIN, END, unit))
        add_rows(path, [row()], (0, 1e10))
    finally:
        for log in path.parent.glob(f"{path.name}-*"):
            log.unlink()
