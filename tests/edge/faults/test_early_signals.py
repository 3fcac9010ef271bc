"""Signals while the program still starts, as soon as it handles any, and a second signal."""

import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.command_line import command, own_lines
from tests.edge.models import INT8
from tests.edge.pictures import raw_frames
from tests.edge.waiting import PROMPT_S, until

DELAYS_MS = (0, 10, 20, 40, 60, 80, 100, 150, 200, 300, 400, 500, 600)


def handles_signals(process: subprocess.Popen) -> bool:
    """Whether a process handles SIGHUP, which Python itself does not."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (caught,) = (line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> signal.SIGHUP - 1 & 1)


def start(*words: object) -> subprocess.Popen[bytes]:
    """Start a command and return as soon as it handles signals."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(command(*words), stdin=pipe, stdout=pipe, stderr=pipe)
    until(lambda: handles_signals(process), "handlers")
    return process


RUN = ("run", "--model", INT8, "--faces", "off", "--all", "--source", "-", "--size", "40x30")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_at_the_start_ends_run_with_0(number):
    for delay in DELAYS_MS:
        process = start(*RUN)
        time.sleep(delay / 1000)
        process.send_signal(number)
        sent = time.monotonic()
        stdout, stderr = process.communicate(timeout=30)
        assert (process.returncode, stdout, own_lines(stderr.decode())) == (0, b"", []), delay
        assert time.monotonic() - sent < PROMPT_S


def test_a_hangup_at_the_start_does_not_end_run():
    for delay in DELAYS_MS:
        process = start(*RUN)
        time.sleep(delay / 1000)
        process.send_signal(signal.SIGHUP)
        stdout, stderr = process.communicate(raw_frames("red"), timeout=30)
        assert (process.returncode, stdout.count(b"\n")) == (0, 1), (delay, stderr)


@pytest.mark.parametrize("words", [("info", INT8), ("doctor",), ("config",), ("--version",)])
def test_ctrl_c_at_the_start_of_other_commands_is_130_or_too_late(words):
    for delay in DELAYS_MS:
        process = start(*words)
        time.sleep(delay / 1000)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
        assert process.returncode in (130, 0), (delay, stderr)
        last = own_lines(stderr.decode())[-1:]
        expected = ["emotion-edge: error: interrupted"] if process.returncode else []
        assert last == expected, delay


def code_after_two_signals() -> int:
    """Return the exit code of a start that gets a second signal, if it is still there."""
    process = start(*RUN)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.12)
    process.send_signal(signal.SIGTERM)
    return process.wait(5)


def test_a_second_signal_at_the_start_ends_it_at_once():
    codes = {code_after_two_signals() for _ in range(10)}
    assert 128 + signal.SIGTERM in codes
    assert codes <= {128 + signal.SIGTERM, 0}  # 0: it had ended before the second


def test_a_command_started_with_nohup_outlives_a_hangup():
    words = ["nohup", *command("info", INT8)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)
    until(lambda: handles_signals(process), "handlers")
    process.send_signal(signal.SIGHUP)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 0, stderr
    assert b"contract:" in stdout


def test_a_signal_ends_it_while_it_waits_for_a_broker_that_says_nothing(daemon, changing):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        run = daemon("--source", changing, "--to", f"mqtt://127.0.0.1:{port}/x")
        silent.settimeout(30)
        connection, _ = silent.accept()
        code, seconds = run.end()
        connection.close()
    assert (code, seconds < 1) == (0, True)


@plain_broker
def test_a_second_signal_ends_it_at_once(broker, daemon, changing):
    run = daemon("--source", changing, "--to", "-", *broker.options)
    run.wait_lines(1)
    broker.send(signal.SIGSTOP)  # saying goodbye takes a while
    run.process.send_signal(signal.SIGTERM)
    time.sleep(0.4)
    assert run.process.poll() is None
    code, seconds = run.end()
    assert (code, seconds < 0.3) == (128 + signal.SIGTERM, True)


@plain_broker
def test_a_signal_that_timeout_sends_twice_is_one(broker, daemon, changing):
    run = daemon("--source", changing, "--to", "-", *broker.options)
    run.wait_lines(1)
    run.process.send_signal(signal.SIGTERM)
    time.sleep(0.02)
    assert run.end()[0] == 0
