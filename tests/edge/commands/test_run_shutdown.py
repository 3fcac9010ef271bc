"""`emotion-edge run` ends on --frames, signals, a closed pipe and a full disk."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.edge.command_line import EVERY_FRAME, command, json_lines, own_lines, run_every_frame
from tests.edge.models import INT8
from tests.edge.pictures import raw_frames

RAW = raw_frames("red", "blue", "green")


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """A function that starts the daemon with pipes; it is killed after the test."""
    processes = []

    def start(*arguments: object) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command("run", "--model", INT8, *EVERY_FRAME, "--source", *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


def test_frames_ends_it_while_the_producer_continues(start):
    process = start("-", "--size", "40x30", "--frames", 2)
    process.stdin.write(RAW)
    process.stdin.flush()  # stdin stays open
    assert process.wait(timeout=30) == 0
    assert len(json_lines(process.stdout.read())) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("waiting_for", ["stdin", "the next picture"])
def test_a_signal_ends_a_wait_immediately_and_cleanly(number, waiting_for, photos, start):
    stdin = waiting_for == "stdin"
    process = start("-", "--size", "40x30") if stdin else start(photos, "--every", 600)
    if stdin:
        process.stdin.write(RAW[:3600])
        process.stdin.flush()
    assert process.stdout.readline()  # the loop runs
    sent = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=30) == 0
    assert time.monotonic() - sent < 10  # not the 600 s it would have waited
    assert own_lines(process.stderr.read().decode()) == []


def test_a_closed_stdout_is_not_an_error(start):
    process = start("-", "--size", "40x30")
    process.stdin.write(RAW)
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdout.close()
    for _ in range(3):
        try:
            process.stdin.write(RAW)
            process.stdin.flush()
        except BrokenPipeError:
            break  # it has ended already
    assert process.wait(timeout=30) == 0
    assert own_lines(process.stderr.read().decode()) == []


def test_piping_into_head_is_not_an_error(photos):
    line = (
        " ".join(command("run", "--model", INT8, *EVERY_FRAME, "--source", photos)) + " | head -1"
    )
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0
    assert len(json_lines(result.stdout)) == 1
    assert own_lines(result.stderr) == []


def test_a_full_disk_is_one_line_and_exit_code_1(photos):
    with Path("/dev/full").open("w") as full:
        result = run_every_frame(photos, stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert result.returncode == 1
    (line,) = own_lines(result.stderr)
    assert "No space left on device" in line
