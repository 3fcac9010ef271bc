"""Whatever a file holds, reading and writing it ends well or with a reason."""

import random
from collections import Counter
from datetime import UTC, datetime

from emotion_edge.errors import RunError, UserError
from emotion_edge.output.history.database import add_rows
from emotion_edge.output.history.query import read_totals
from tests.edge.output.history.rows import row

ROUNDS = 400
BEGIN, END = (each.replace(tzinfo=UTC) for each in (datetime.min, datetime.max))


def damage(content: bytes) -> bytes:
    """Return a file with some bytes changed, often in its rows or its header, or with an end cut.

    The rows are at the end of the last page.
    """
    changed = bytearray(content)
    for _ in range(random.choice((1, 2, 5, 30))):
        begin, end = random.choice(
            ((0, 100), (0, len(changed)), (len(changed) - 900, len(changed)))
        )
        changed[random.randrange(begin, end)] = random.choice((0, 255, random.randrange(256)))
    return bytes(changed[: random.randrange(len(changed)) if random.random() < 0.1 else None])


def test_a_damaged_file_is_read_or_refused_and_so_is_a_write(tmp_path):
    random.seed(23)
    path = tmp_path / "labels.db"
    add_rows(path, [row(label, minute) for label in ("happy", "sad") for minute in range(20)])
    good, results = path.read_bytes(), Counter()
    uses = (
        lambda: list(read_totals(path, BEGIN, END, random.choice(("minute", "hour", "day")))),
        lambda: add_rows(path, [row()], (0, 1e10)),
    )
    for _ in range(ROUNDS):
        path.write_bytes(damage(good))
        for use in uses:
            try:
                use()
                results["used"] += 1
            except (UserError, RunError):
                results["refused"] += 1
        for log in tmp_path.glob("*-*"):
            log.unlink()
    assert min(results["used"], results["refused"]) > ROUNDS / 4
