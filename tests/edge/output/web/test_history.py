"""GET /api/history: the same totals as the command's."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest

from emotion_edge.output.history.database import Row, add_rows
from emotion_edge.pipeline.label_times import Seen
from tests.edge.command_line import edge
from tests.edge.output.web.asking import ask
from tests.edge.waiting import until

NOON = datetime.fromisoformat("2026-03-05T12:00:00+00:00")


@pytest.fixture(scope="module")
def minutes(tmp_path_factory):
    """A history of a day."""
    path = tmp_path_factory.mktemp("history") / "labels.db"
    start = int(NOON.timestamp())
    labels = ("happy", "no_face", "<b>&\"'")
    rows = [
        Row(start + 60 * i, 60, label, Seen(7.25, i))
        for i in range(90)
        for label in labels[: i % 4]
    ]
    add_rows(path, rows)
    return path


@pytest.fixture
def kept(site, changing, minutes):
    """A daemon that goes on with that history."""
    return site("--source", changing, "--history", minutes, "--history-days", 36_500)


@pytest.fixture
def in_berlin(site, changing, tmp_path, monkeypatch):
    """A daemon in Berlin; its history has a row in each hour around the change of the clocks."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    path = tmp_path / "labels.db"
    for month, day in ((3, 28), (10, 24)):
        first = int(datetime(2026, month, day, tzinfo=UTC).timestamp()) - 3 * 3600
        add_rows(path, [Row(first + 3600 * i, 60, "happy", Seen(1, 1)) for i in range(80)])
    return site("--source", changing, "--history", path, "--history-days", 36_500)


def test_the_rows_are_the_command_s(kept, minutes):
    for unit in ("minute", "hour", "day"):
        query = f"from=2026-03-05T00:00Z&to=2026-03-06T00:00Z&by={unit}"
        answer = ask(kept.port, f"/api/history?{query}").json
        printed = json.loads(
            edge(
                *("history", minutes, "--json", "--by", unit),
                *("--from", "2026-03-05T00:00Z", "--to", "2026-03-06T00:00Z"),
            ).stdout
        )
        assert answer["by"] == unit
        assert len(answer["rows"]) == len(printed) > 0
        for row, line in zip(answer["rows"], printed, strict=True):
            assert (row["label"], row["count"]) == (line["label"], line["count"])
            assert row["seconds"] == pytest.approx(line["seconds"], abs=0.1)
            assert datetime.fromisoformat(row["start"]) == datetime.fromisoformat(line["from"])


def test_without_a_time_it_is_today(kept):
    answer = ask(kept.port, "/api/history").json
    start, end = (datetime.fromisoformat(answer[key]) for key in ("from", "to"))
    assert answer["by"] == "hour"
    assert start.hour == start.minute == 0
    assert start <= datetime.now().astimezone() <= start + timedelta(hours=25)
    midnight = datetime.combine(start + timedelta(days=1), time.min)
    assert end == midnight.astimezone()


LONG, SHORT = "2026-10-25", "2026-03-29"  # days of 25 and 23 hours


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        (f"from={LONG}", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
        (f"from={SHORT}", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
        (f"to={LONG}", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
        (f"to={SHORT}", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
        ("from=2026-10-24&to=2026-10-25", "2026-10-24T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
        ("from=2026-10-24T20:00", "2026-10-24T20:00:00+02:00", "2026-10-25T20:00:00+01:00"),
        ("to=2026-03-29T20:00", "2026-03-28T20:00:00+01:00", "2026-03-29T20:00:00+02:00"),
        ("from=2026-10-25T01:00Z", "2026-10-25T02:00:00+01:00", "2026-10-26T02:00:00+01:00"),
        ("to=2026-10-25T00:00+00:00", "2026-10-24T02:00:00+02:00", "2026-10-25T02:00:00+02:00"),
    ],
)
def test_days_are_those_of_the_calendar(in_berlin, query, start, end):
    answer = ask(in_berlin.port, f"/api/history?{query}&by=day").json
    assert (answer["from"], answer["to"]) == (start, end)


def test_a_day_has_all_its_rows(in_berlin):
    for query, count in ((f"from={LONG}", 25), (f"to={LONG}", 25), (f"from={SHORT}", 23)):
        rows = ask(in_berlin.port, f"/api/history?{query}&by=hour").json["rows"]
        assert len(rows) == count
    both = ask(in_berlin.port, f"/api/history?from=2026-10-24&to={LONG}&by=hour").json["rows"]
    assert len(both) == 49


def test_what_is_no_time_is_refused(kept):
    wrong = ("by=week", "from=yesterday", "to=1", "from=%ff", "from=0001-01-01", "from=" + "9" * 40)
    no_days = ("from=9999-12-31", "to=9999-12-31", "to=0001-01-01", "to=0001-01-01T12:00")
    backwards = ("from=2026-11-28&to=2026-11-27", "from=2026-11-28T20:00Z&to=2026-11-28T20:00Z")
    for query in wrong + no_days + backwards:
        answer = ask(kept.port, f"/api/history?{query}")
        assert answer.status == 400, query
        assert answer.json.keys() == {"error"}
    assert "Traceback" not in kept.daemon.stderr


def test_without_a_history_there_is_none(open_site):
    answer = ask(open_site.port, "/api/history")
    assert answer.status == 404
    assert "--history" in answer.json["error"]
    assert not open_site.get("/api/state")["history"]


def test_a_damaged_history_is_no_secret_of_the_machine(site, changing, tmp_path):
    path = tmp_path / "labels.db"
    run = site("--source", changing, "--history", path)
    path.write_bytes(b"x" * 9000)
    for _ in range(3):
        answer = ask(run.port, "/api/history")
        assert answer.status == 503
        assert str(tmp_path) not in answer.json["error"]
    run.daemon.wait_stderr(f"GET /api/history: {path}")
    path.unlink()
    assert ask(run.port, "/api/history").status == 503
    add_rows(path, [Row(int(NOON.timestamp()), 60, "happy", Seen(1, 1))])
    assert ask(run.port, "/api/history").status == 200
    path.unlink()
    assert ask(run.port, "/api/history").status == 503
    until(lambda: run.daemon.stderr.count("No such file") >= 2, "the third line")
    problems = [line for line in run.daemon.stderr.splitlines() if "GET /api/history: " in line]
    assert len(problems) == 3  # once each, and again after the file could be read


def test_a_history_of_too_many_rows_is_refused(site, changing, tmp_path):
    path, start = tmp_path / "labels.db", int(NOON.timestamp())
    rows = (
        Row(start + 60 * i, 60, label, Seen(1, 1))
        for i in range(1250)
        for label in "abcdefghijklmnopq"
    )
    add_rows(path, rows)
    run = site("--source", changing, "--history", path, "--history-days", 36_500)
    query = "from=2026-03-05T00:00Z&to=2026-03-07T00:00Z"
    answer = ask(run.port, f"/api/history?{query}&by=minute")
    assert answer.status == 400
    assert "20,000 rows" in answer.json["error"]
    assert ask(run.port, f"/api/history?{query}&by=hour").status == 200
