"""Nobody reads stdout or stderr for a while, or ever again."""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from emotion_edge.util.line_writer import MAX_LINES
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import free_port, plain_broker
from tests.edge.command_line import command, json_lines
from tests.edge.faults.stalling import fill, full_pipe, full_socket, stopped_terminal
from tests.edge.models import INT8
from tests.edge.output.scraping import scrape_until
from tests.edge.pictures import raw_frames
from tests.edge.recordings import write_changing_colours
from tests.edge.waiting import PROMPT_S, until

FRAMES = 600


@pytest.fixture
def fast(tmp_path) -> str:
    """A source of 50 frames a second, whose colour changes each second."""
    return f"replay:{write_changing_colours(tmp_path / 'fast', rate=50)}"


@pytest.fixture
def raw(tmp_path) -> Path:
    """A file with `FRAMES` raw frames."""
    path = tmp_path / "raw"
    path.write_bytes(raw_frames("red", "blue", "green") * (FRAMES // 3))
    return path


@pytest.fixture(params=[full_pipe, stopped_terminal, full_socket])
def stalled(request) -> Iterator[int]:
    """A descriptor on which writing blocks."""
    ours, theirs = request.param()
    yield theirs
    os.close(ours)
    os.close(theirs)


@plain_broker
def test_while_stdout_stalls_all_else_goes_on_and_a_signal_ends_it(broker, daemon, stalled, fast):
    port = free_port()
    listener = Listener(broker)
    run = daemon(
        *("--source", fast, "--all", "--metrics", port),
        *("--to", "-", *broker.options, "--heartbeat", 0.5),
        stdout=stalled,
    )
    found = scrape_until(port, lambda now: now["emotion_edge_dropped_lines_total"] >= 20)
    assert found["emotion_edge_frames_total"] >= MAX_LINES + 20
    before = listener.attributes()["frames"]
    until(lambda: listener.attributes()["frames"] > before, "more frames on MQTT")
    code, seconds = run.end()
    assert (code, seconds < PROMPT_S) == (0, True)
    listener.wait("availability", "offline")
    assert "stdout: its reader is too slow: " in run.stderr


def test_after_a_stall_the_reader_gets_whole_lines_and_the_latest_label(daemon, fast, tmp_path):
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    port = free_port()
    run = daemon("--source", fast, "--all", "--metrics", port, stdout=writing)
    os.close(writing)
    scrape_until(port, lambda now: now["emotion_edge_dropped_lines_total"] >= 100)
    with os.fdopen(reading) as reader:
        lines = [json.loads(reader.readline()) for _ in range(MAX_LINES + 50)]
        run.wait_stderr("line(s) were dropped")
        run.process.send_signal(signal.SIGTERM)
        lines += json_lines(reader.read())
    assert run.process.wait(PROMPT_S) == 0
    frames = [line["frame"] for line in lines]
    assert frames == sorted(frames)
    assert max(after - before for before, after in pairwise(frames)) > 20
    changes = [line["label"] for line in lines if line["event"] == "change"]
    assert len(changes) > 5
    assert changes == (["red", "green", "blue"] * len(changes))[: len(changes)]  # none is missing


@plain_broker
def test_with_a_broker_a_stalled_reader_holds_up_no_clip(broker, daemon, raw):
    listener = Listener(broker)
    ours, theirs = full_pipe()
    with raw.open("rb") as file:
        run = daemon(
            *("--all", "--source", "-", "--size", "40x30", "--to", "-", *broker.options),
            stdin=file,
            stdout=theirs,
        )
    until(lambda: len(listener.of("events")) == FRAMES, "every frame on MQTT")
    code, seconds = run.end()
    assert (code, seconds < PROMPT_S) == (0, True)
    assert "stdout: its reader is too slow: " in run.stderr
    os.close(ours)
    os.close(theirs)


def label_raw(raw: Path, stdout: int, **more: object) -> subprocess.Popen[bytes]:
    """Start to print a line for each frame of a file on stdin."""
    options = ("--model", INT8, "--faces", "off", "--all", "--source", "-", "--size", "40x30")
    with raw.open("rb") as file:
        return subprocess.Popen(command("run", *options), stdin=file, stdout=stdout, **more)


@pytest.mark.parametrize("blocking", [True, False])
def test_a_slow_reader_of_a_clip_loses_nothing(blocking, raw):
    reading, writing = os.pipe()
    os.set_blocking(writing, blocking)
    process = label_raw(raw, writing)
    os.close(writing)
    time.sleep(3)
    with os.fdopen(reading) as reader:
        lines = json_lines(reader.read())
    assert process.wait(30) == 0
    assert [line["frame"] for line in lines] == list(range(FRAMES))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_clip_whose_reader_stalls(number, raw):
    reading, writing = os.pipe()
    process = label_raw(raw, writing, stderr=subprocess.PIPE)
    os.close(writing)
    time.sleep(3)
    assert process.poll() is None  # the pipe is full
    process.send_signal(number)
    start = time.monotonic()
    assert process.wait(30) == 0
    assert time.monotonic() - start < PROMPT_S
    with os.fdopen(reading) as reader:
        *whole, cut = reader.read().split("\n")
    assert [json.loads(line)["frame"] for line in whole] == list(range(len(whole)))
    assert len(cut) < len(whole[0])
    assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stalled_stderr_stops_nothing(daemon, tmp_path, number):
    source = write_changing_colours(tmp_path / "recording")
    table = source / "times.csv"
    lines = table.read_text().splitlines()
    lines[40] += "vanish"  # which is logged
    table.write_text("\n".join(lines))
    ours, theirs = os.pipe()
    run = daemon("--source", f"replay:{source}", stderr=theirs)
    run.wait_lines(1)
    fill(theirs)
    until(lambda: ("unknown", "no_camera") in run.decisions, "the loss of the camera")
    run.wait_lines(1)
    code, seconds = run.end(number)
    assert (code, seconds < PROMPT_S) == (0, True)
    os.close(ours)
    os.close(theirs)


def test_a_second_ctrl_c_ends_help_whose_reader_stalls():
    ours, theirs = full_pipe()
    process = subprocess.Popen(command("run", "--help"), stdout=theirs)
    for _ in range(2):
        time.sleep(2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
    assert process.wait(PROMPT_S) == 128 + signal.SIGINT
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("arguments", [("info", INT8), ("doctor", "--faces", "off"), ("config",)])
def test_ctrl_c_ends_other_commands_whose_reader_stalls(arguments):
    ours, theirs = full_pipe()
    process = subprocess.Popen(
        command(*arguments),
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=PROMPT_S)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    os.close(ours)
    os.close(theirs)
