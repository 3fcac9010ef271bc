"""`emotion-edge run --history`: a real daemon, whose history agrees with what it prints."""

import signal
import time
from collections import Counter
from itertools import pairwise

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.command_line import edge_in_python
from tests.edge.models import INT8, with_contract
from tests.edge.output.history.rows import rows_of, totals_of
from tests.edge.recordings import write_changing_colours, write_colours


def printed(lines: list[dict]) -> dict[str, tuple[float, int]]:
    """Return seconds and count of each label in the lines of --all; no_camera is not a label."""
    counts = Counter(line["label"] for line in lines if line["reason"] != "no_camera")
    seconds = Counter()
    for before, line in pairwise(lines):
        if "no_camera" not in (before["reason"], line["reason"]):
            seconds[line["label"]] += line["seconds"] - before["seconds"]
    return {label: (pytest.approx(seconds[label], abs=0.01), counts[label]) for label in counts}


def test_the_totals_are_those_of_the_lines_on_stdout(daemon, tmp_path):
    path = tmp_path / "labels.db"
    source = write_changing_colours(tmp_path / "recording", seconds=7)
    run = daemon("--source", f"replay:{source}", "--all", "--history", path)
    assert run.process.wait(30) == 0
    found = totals_of(path)
    assert found == printed(run.stdout)
    assert sum(seconds for seconds, _ in found.values()) == pytest.approx(6.9, abs=0.01)
    now = time.time()
    assert all(start % 60 == 0 and now - 90 < start <= now for start, *_ in rows_of(path))


def test_while_there_is_no_camera_no_time_passes(daemon, tmp_path):
    path = tmp_path / "labels.db"
    rows = [("red", i / 10, "vanish" if 10 <= i < 25 else "") for i in range(60)]
    source = write_colours(tmp_path / "recording", rows)
    run = daemon("--source", f"replay:{source}", "--all", "--history", path)
    assert run.process.wait(30) == 0
    found = totals_of(path)
    assert found == printed(run.stdout)
    assert 1.5 < sum(seconds for seconds, _ in found.values()) < 3


@plain_broker
def test_while_it_is_paused_no_time_passes(broker, daemon, changing, tmp_path):
    path = tmp_path / "labels.db"
    run = daemon("--source", changing, "--history", path, *broker.options)
    listener = Listener(broker)
    at = listener.wait("state", "green")
    listener.send("pause")
    at = listener.wait("state", "unknown", after=at)
    time.sleep(4)
    listener.send("resume")
    listener.wait("state", "blue", after=at)
    frames = listener.attributes()["frames"]
    assert run.end()[0] == 0
    found = totals_of(path)
    count = sum(each[1] for each in found.values())
    assert frames <= count <= frames + 40
    assert sum(each[0] for each in found.values()) == pytest.approx(count / 10, abs=0.6)


def test_another_models_labels_come_after_the_former_ones(daemon, changing, tmp_path):
    path, model = tmp_path / "labels.db", tmp_path / "model.tflite"
    model.write_bytes(INT8.read_bytes())
    run = daemon("--source", changing, "--model", model, "--history", path)
    run.wait_lines(2)
    model.write_bytes(with_contract(labels=("藍", "vert & gris", "it's red")))
    run.process.send_signal(signal.SIGHUP)
    run.wait_stderr("loaded again")
    run.wait_lines(4)
    assert run.end()[0] == 0
    found = set(totals_of(path))
    assert found & {"red", "green", "blue"}
    assert found & {"藍", "vert & gris", "it's red"}


def test_with_aggregate_it_holds_the_totals_of_the_counts_and_nothing_finer(daemon, tmp_path):
    path = tmp_path / "labels.db"
    source = write_changing_colours(tmp_path / "recording", seconds=64)
    run = daemon("--source", f"replay:{source}", "--aggregate", 1, "--history", path)
    assert run.process.wait(120) == 0
    (counts,) = run.stdout
    found = totals_of(path)
    assert {label: count for label, (_, count) in found.items()} == counts["counts"]
    assert sum(seconds for seconds, _ in found.values()) == pytest.approx(60, abs=0.5)
    assert len({start for start, *_ in rows_of(path)}) == 1  # the rest has no period that ended


def test_without_the_option_sqlite_is_not_loaded(photos):
    program = "main(arguments); print({'sqlite3', '_sqlite3'} & {*sys.modules})"
    result = edge_in_python(program, "run", "--model", INT8, "--source", photos)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "set()"
