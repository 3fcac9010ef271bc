"""Print a history that `emotion-edge run --history FILE` writes: how long and how often each label
was seen in each day, hour or minute.

  emotion-edge history labels.db
  emotion-edge history labels.db --by hour --from 2026-11-28 --csv > hours.csv

The columns (and the keys with --json):
  from, to  begin and end, in this computer's local time, with its distance from UTC
  label     a label of the model; unknown, which a face has while it has no sure label; no_face
  seconds   for how long faces had it; each face counts, so two faces make two seconds a second
  count     how often a face had it: once for each face in each frame
no_face has the time in which nobody was in view, and the number of such frames. There is no row for
time in which the daemon did not run, was paused or had no camera.

The file holds UTC, so it reads the same wherever it is copied, and when the clocks change. It can
be read while the daemon writes it, once a minute. With `run --aggregate` a row is a whole period.
Exit codes: 0 done, 1 the file cannot be read now, 2 no such file, or not a history.
"""

import csv
import io
import json
import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from emotion_edge.errors import UserError
from emotion_edge.output.history.query import Total, Unit, read_totals

Format = Literal["table", "csv", "json"]
COLUMNS = ("from", "to", "label", "seconds", "count")
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class HistorySettings:
    """What to print. start, end: with a time zone, see `read_totals`."""

    file: Path
    format: Format
    start: datetime
    end: datetime
    unit: Unit


def history(settings: HistorySettings) -> Generator[str, None, None]:
    """Yield the lines; raises UserError or RunError if the file cannot be read."""
    if settings.start >= settings.end:
        raise UserError("--from is not before --to")
    totals = read_totals(settings.file, settings.start, settings.end, settings.unit)
    first = list(islice(totals, 1))  # before the first line: it may fail
    if not first:
        log.warning("%s: it holds nothing of that time", settings.file)
    yield from _FORMATS[settings.format](chain(first, totals))


def _table(totals: Iterable[Total]) -> Iterator[str]:
    yield f"{'from':22}  {'to':22}  {'seconds':>9}  {'count':>9}  label"
    for total in totals:
        start, end = (each.isoformat(" ", "minutes") for each in (total.start, total.end))
        seen = total.seen
        yield f"{start:22}  {end:22}  {seen.seconds:9.1f}  {seen.count:9}  {total.label}"


def _csv(totals: Iterable[Total]) -> Iterator[str]:
    for values in (COLUMNS, *map(_values, totals)):
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(values)
        yield line.getvalue()


def _json(totals: Iterable[Total]) -> Iterator[str]:
    """Yield one array, a row on a line."""
    before = "["
    for total in totals:
        row = dict(zip(COLUMNS, _values(total), strict=True))
        yield before + json.dumps(row, ensure_ascii=False)
        before = ","
    yield "]" if before == "," else "[]"


def _values(total: Total) -> tuple[str, str, str, float, int]:
    start, end = (each.isoformat(timespec="minutes") for each in (total.start, total.end))
    return start, end, total.label, round(total.seen.seconds, 3), total.seen.count


_FORMATS: dict[Format, Callable[[Iterable[Total]], Iterator[str]]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
}
