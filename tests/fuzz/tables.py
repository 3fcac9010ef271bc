"""Recordings' tables, read and measured as `emotion-edge replay` does, but without a network."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from emotion_edge.capture.recording import TIMES, read_recording
from emotion_edge.commands import recording_truth as truths
from emotion_edge.commands.evaluate_recording import TRUTH, check_truth, table
from tests.fuzz.mutation import mutate

LABELS = ("happy", "sad")
_VALUES = (
    *("", "0", "-1", "1e308", "-1e308", "inf", "nan", "1e-320", "9" * 5000, "0x1", "1,5", "٣"),
    *("happy", "no_face", "unknown", "stall", "../../x", "/dev/zero", "\0", '"', '""', '"\n"'),
    *("é", "\ufeff", "\u2028", "=1+1", "x" * 200_000, " ", "1_0", "+1", "1e5", "0.5 "),
)
# The truth follows the times in one file, after this line.
_BORDER = "----\n"


def inputs(folder: Path, random: Random) -> Iterator[Path]:
    """Yield files with a damaged times.csv and a damaged truth.csv, one after the other."""
    for number in range(2**31):
        times = [["file", "seconds", "fault"]]
        times += [[f"{i:05}.jpg", f"{i / 10:.3f}", ""] for i in range(random.randrange(40))]
        truth = [["seconds", "person", "label", "x", "y"]]
        truth += [[str(i), "ann", random.choice(LABELS), "10", "20"] for i in range(4)]
        for _ in range(random.choice((0, 1, 1, 2))):
            random.choice(_WAYS)(random.choice((times, truth)), random)
        texts = ["".join(",".join(row) + "\n" for row in rows) for rows in (times, truth)]
        content = _BORDER.join(texts).encode()
        path = folder / f"tables-{number}.csv"
        path.write_bytes(mutate(content, random) if random.random() < 0.5 else content)
        yield path


def _change_value(rows: list[list[str]], random: Random) -> None:
    row = random.choice(rows)
    row[random.randrange(len(row))] = random.choice(_VALUES)


def _change_columns(rows: list[list[str]], random: Random) -> None:
    row = random.choice(rows[:1] or rows)
    random.shuffle(row)
    row.append(random.choice(row))


def _add_columns(rows: list[list[str]], random: Random) -> None:
    rows[0].extend(map(str, range(random.choice((1, 90, 200_000)))))


def _swap_rows(rows: list[list[str]], random: Random) -> None:
    one, other = (random.randrange(len(rows)) for _ in range(2))
    rows[one], rows[other] = rows[other], rows[one]


def _repeat_row(rows: list[list[str]], random: Random) -> None:
    rows.extend([random.choice(rows)] * random.choice((1, 1000, 50_000)))


def _move_times(rows: list[list[str]], random: Random) -> None:
    offset = random.choice((-1e9, -100, 0.01, 1e6, 1.7e9, 1e15))
    for row in rows[1:]:
        row[0] = str(offset + 0.001 * random.random())


_WAYS: tuple[Callable[[list[list[str]], Random], None], ...] = (
    _change_value,
    _change_value,
    _change_columns,
    _add_columns,
    _swap_rows,
    _repeat_row,
    _move_times,
)


def try_input(path: Path) -> None:
    """Read both tables, and measure labels that are always the same."""
    with tempfile.TemporaryDirectory() as folder:
        _try_recording(Path(folder), *path.read_bytes().partition(_BORDER.encode())[::2])


def _try_recording(folder: Path, times: bytes, truth: bytes) -> None:
    (folder / TIMES).write_bytes(times)
    (folder / TRUTH).write_bytes(truth)
    rows = read_recording(folder)
    people = truths.read_truth(folder / TRUTH, LABELS)
    check_truth(folder / TRUTH, people, rows)
    moments = []
    for keys in people.values():
        labels = [(row.seconds, truths.true_label(keys, row.seconds)) for row in rows]
        moments.append([truths.Moment(seconds, label, "happy") for seconds, label in labels])
        truths.true_place(truths.placed(keys), rows[-1].seconds)
    text = "".join(table({"steady": truths.measure(moments)}))
    assert "nan" not in text
    assert "inf" not in text
