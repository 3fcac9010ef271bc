"""`emotion-edge history`: its formats and the local time."""

import csv
import io
import json
import os
import subprocess
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from emotion_edge.output.history.database import Row, add_rows
from emotion_edge.pipeline.label_times import Seen
from tests.edge.command_line import command, edge, own_lines
from tests.edge.output.history.rows import row

KEYS = ["from", "to", "label", "seconds", "count"]


def write(path: Path, times: Iterable[str], span: int = 60, label: str = "happy") -> Path:
    """Write rows of ten seconds that begin at these times, in ISO 8601 with a zone."""
    starts = (int(datetime.fromisoformat(time).timestamp()) for time in times)
    add_rows(path, [Row(start, span, label, Seen(10, 100)) for start in starts])
    return path


def show(path: Path, *options: object, zone: str = "UTC") -> subprocess.CompletedProcess[str]:
    return edge("history", path, *options, env={**os.environ, "TZ": zone})


def rows(path: Path, *options: object, zone: str = "UTC") -> list[tuple]:
    """Return begin, end and seconds of each row."""
    result = show(path, "--json", *options, zone=zone)
    assert result.returncode == 0, result.stderr
    return [(each["from"], each["to"], each["seconds"]) for each in json.loads(result.stdout)]


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "labels.db"


def test_the_formats_hold_the_same(path):
    write(path, ["2026-11-28T08:00Z", "2026-11-28T09:30Z"])
    write(path, ["2026-11-28T08:00Z"], label='開心, "sehr"')
    expected = [
        ["2026-11-28T00:00+00:00", "2026-11-29T00:00+00:00", "happy", 20.0, 200],
        ["2026-11-28T00:00+00:00", "2026-11-29T00:00+00:00", '開心, "sehr"', 10.0, 100],
    ]
    header, *lines = csv.reader(io.StringIO(show(path, "--csv").stdout))
    assert header == KEYS
    assert [[*line[:3], float(line[3]), int(line[4])] for line in lines] == expected
    listed = json.loads(show(path, "--json").stdout)
    assert [list(each) for each in listed] == [KEYS] * 2
    assert [list(each.values()) for each in listed] == expected
    header, *lines = show(path).stdout.splitlines()
    assert header.split() == ["from", "to", "seconds", "count", "label"]
    assert [line.split(maxsplit=6)[4:] for line in lines] == [
        ["20.0", "200", "happy"],
        ["10.0", "100", '開心, "sehr"'],
    ]
    assert "2026-11-28 00:00+00:00" in lines[0]


def test_by_minute_hour_and_day(path):
    times = ["2026-11-28T23:58Z", "2026-11-28T23:59Z", "2026-11-29T00:00Z", "2026-11-29T01:00Z"]
    write(path, times)
    assert [(each[0][8:16], each[2]) for each in rows(path, "--by", "minute")] == [
        *(("28T23:58", 10), ("28T23:59", 10)),
        *(("29T00:00", 10), ("29T01:00", 10)),
    ]
    assert [(each[0][8:16], each[2]) for each in rows(path, "--by", "hour")] == [
        *(("28T23:00", 20), ("29T00:00", 10), ("29T01:00", 10)),
    ]
    assert [(each[0][8:16], each[2]) for each in rows(path)] == [("28T00:00", 20), ("29T00:00", 20)]


def test_the_hour_that_comes_twice_has_two_rows_and_its_day_25_hours(path):
    write(path, ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"])
    assert rows(path, "--by", "hour", zone="Europe/Berlin") == [
        ("2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", 10),
        ("2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00", 10),
    ]
    assert rows(path, zone="Europe/Berlin") == [
        ("2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00", 20)
    ]


def test_the_day_that_lacks_an_hour_ends_at_midnight(path):
    write(path, ["2026-03-29T23:59+02:00", "2026-03-30T00:00+02:00"])
    assert rows(path, zone="Europe/Berlin") == [
        ("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00", 10),
        ("2026-03-30T00:00+02:00", "2026-03-31T00:00+02:00", 10),
    ]
    (only,) = rows(path, "--to", "2026-03-29", zone="Europe/Berlin")
    assert only[0] == "2026-03-29T00:00+01:00"


@pytest.mark.parametrize(
    ("zone", "begin"), [("Asia/Kathmandu", "13:00+05:45"), ("Asia/Kolkata", "13:00+05:30")]
)
def test_hours_are_those_of_the_wall_where_utc_has_another_minute(path, zone, begin):
    write(path, [f"2026-11-28T{begin}", f"2026-11-28T13:59{begin[5:]}"])
    ((start, _, seconds),) = rows(path, "--by", "hour", zone=zone)
    assert (start, seconds) == (f"2026-11-28T{begin}", 20)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--from", "2026-11-28"), ["28", "29"]),
        (("--to", "2026-11-28"), ["27", "28"]),
        (("--from", "2026-11-28", "--to", "2026-11-28"), ["28"]),
        (("--from", "2026-11-28T12:01"), ["29"]),
        (("--to", "2026-11-28T12:00"), ["27"]),
        (("--to", "2026-11-28T13:01+01:00"), ["27", "28"]),
        (("--from", "2026-11-28T11:00-01:00", "--to", "2026-11-28T12:01Z"), ["28"]),
        (("--from", "2030-01-01"), []),
    ],
)
def test_a_time_is_chosen(path, options, expected):
    write(path, [f"2026-11-{day}T12:00Z" for day in (27, 28, 29)])
    result = show(path, "--csv", *options)
    assert [line[8:10] for line in result.stdout.splitlines()[1:]] == expected
    assert own_lines(result.stderr) == (
        [] if expected else [f"emotion-edge: {path}: it holds nothing of that time"]
    )


def test_a_period_is_shown_whole(path):
    write(path, ["2026-11-28T12:50Z"], span=3600)
    expected = {"minute": "12:50", "hour": "12:00"}
    for unit, begin in expected.items():
        assert rows(path, "--by", unit) == [
            (f"2026-11-28T{begin}+00:00", "2026-11-28T13:50+00:00", 10)
        ]


def test_it_is_read_while_it_is_written(path):
    add_rows(path, [row(f"label {i}") for i in range(50_000)])
    reading = subprocess.Popen(command("history", path), stdout=subprocess.PIPE, text=True)
    reading.stdout.readline()
    add_rows(path, [row("label 0", 0), row("later", 1)])
    lines = reading.stdout.readlines()
    assert reading.wait(30) == 0
    assert len(lines) == 50_000
    assert "later" in show(path).stdout
