"""A full disk, a closed stdout, a clock that is set back, secrets and the watchdog."""

import os
import socket
import subprocess
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PASSWORD, plain_broker
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.preloading import CLOCK, compile_library
from tests.edge.recordings import write_changing_colours, write_colours


@plain_broker
def test_a_full_disk_for_stdout_ends_the_daemon_with_1_and_offline(broker, daemon, changing):
    listener = Listener(broker)
    with Path("/dev/full").open("wb") as full:
        run = daemon("--source", changing, "--to", "-", *broker.options, stdout=full)
        assert run.process.wait(20) == 1
    listener.wait("availability", "offline")
    assert "error: [Errno 28] No space left on device" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_daemon_runs_without_a_state_directory(daemon, changing, tmp_path):
    (tmp_path / "file").touch()
    run = daemon("--source", changing, env={"XDG_STATE_HOME": str(tmp_path / "file")})
    run.wait_lines(1)
    assert "prohibited" in run.stderr
    assert run.end()[0] == 0


@plain_broker
def test_a_closed_pipe_ends_the_daemon_with_0_and_offline(broker, daemon, changing):
    listener = Listener(broker)
    run = daemon("--source", changing, "--to", "-", *broker.options, stdout=subprocess.PIPE)
    run.process.stdout.readline()
    run.process.stdout.close()
    assert run.process.wait(20) == 0
    listener.wait("availability", "offline")


def test_a_closed_stdout_is_an_error_only_if_it_is_needed(daemon, changing):
    def close_stdout() -> None:
        os.close(1)

    run = daemon("--source", changing, preexec_fn=close_stdout)
    assert run.process.wait(20) == 2
    assert "stdout is closed" in run.stderr
    run = daemon("--source", changing, "--to", "mqtt://localhost:1/x", preexec_fn=close_stdout)
    run.wait_stderr("cannot connect")
    assert run.process.poll() is None


@plain_broker
def test_a_clock_set_back_an_hour_changes_only_the_reported_time(broker, daemon, tmp_path):
    offset = tmp_path / "offset"
    offset.write_text("0")
    source = f"replay:{write_changing_colours(tmp_path / 'recording')}"
    listener = Listener(broker)
    run = daemon(
        *("--source", source, "--heartbeat", 0.5, "--to", "-", *broker.options),
        env={"LD_PRELOAD": str(compile_library(CLOCK, tmp_path)), "CLOCK_OFFSET": str(offset)},
    )
    run.wait_lines(3)
    offset.write_text("-3600")
    run.wait_lines(6)
    assert run.end()[0] == 0
    times = [line["time"] for line in run.stdout]
    assert times[-1] < times[0]  # the clock was set back
    listener.wait("availability", "offline")
    assert listener.of("availability") == ["online", "offline"]
    assert listener.attributes()["time"] < times[0]
    check_steady(run.stdout)


def check_steady(lines: list[dict]) -> None:
    """Check that monotonic times and labels continue as if the clock was not set."""
    seconds = [line["seconds"] for line in lines]
    assert seconds == sorted(seconds)
    gaps = [after - before for before, after in pairwise(seconds)]
    assert max(gaps) < 60
    changes = [line["label"] for line in lines if line["event"] == "change"]
    order = ["red", "green", "blue"] * 9
    assert changes == order[: len(changes)]


def test_the_password_is_not_visible_to_others(daemon, changing):
    run = daemon("--source", changing, "--to", "mqtt://hall@localhost:1/x")
    run.wait_stderr("cannot connect")
    line = Path(f"/proc/{run.process.pid}/cmdline").read_bytes()
    assert PASSWORD.encode() not in line
    assert PASSWORD not in run.stderr
    result = edge("run", "--model", INT8, "--source", changing, "--to", "mqtt://u:hush@h/x")
    assert result.returncode == 2
    assert "--password-file" in result.stderr
    assert "hush" not in result.stderr


@pytest.mark.parametrize(("every", "expected"), [(90, b"\nWATCHDOG_USEC=150000000"), (0, b"")])
def test_the_watchdog_waits_longer_for_frames_that_are_rare_on_purpose(
    every, expected, daemon, changing, tmp_path
):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000000"}
        daemon("--source", changing, "--every", every, env=environment)
        assert systemd.recv(99) == b"READY=1" + expected


def test_only_frames_feed_the_watchdog(daemon, tmp_path):
    rows = [*(("red", i / 10, "") for i in range(20)), ("red", 2, "stall")]
    source = f"replay:{write_colours(tmp_path / 'r', rows)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        run = daemon("--source", source, "--stall", 0.5, env=environment)
        assert systemd.recv(99) == b"READY=1"
        run.wait_stderr("no frame for 0.5 seconds; trying again in 2 s")
        systemd.settimeout(0.1)
        messages = []
        with suppress(TimeoutError):
            while True:
                messages.append(systemd.recv(999))
        assert 5 <= sum(b"WATCHDOG=1" in text for text in messages) <= 20  # none while it reopens
        assert b"STATUS=no frame for 0.5 seconds" in messages
