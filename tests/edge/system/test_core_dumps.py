"""A process that crashes leaves no core dump: it would hold the password and frames."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.brokers.mosquitto import plain_broker

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def crash(process: subprocess.Popen) -> bool:
    """Crash a process; return whether Linux dumped its memory to a file or a program."""
    process.send_signal(signal.SIGABRT)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == -signal.SIGABRT
    return os.WCOREDUMP(status)


@pytest.fixture
def unlimited_dumps():
    """Let the processes that a test starts dump all their memory."""
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    if limits[1] != resource.RLIM_INFINITY:
        pytest.skip("core dumps are limited here")
    resource.setrlimit(resource.RLIMIT_CORE, UNLIMITED)
    yield
    resource.setrlimit(resource.RLIMIT_CORE, limits)


@pytest.fixture
def dumps(unlimited_dumps, tmp_path):
    """A folder where a process that crashes leaves its core dump."""
    folder = tmp_path / "crashes"
    folder.mkdir()
    if not crash(subprocess.Popen(["sleep", "60"], cwd=folder)):
        pytest.skip("this machine makes no core dumps")
    for file in folder.glob("core*"):
        file.unlink()
    return folder


@plain_broker
def test_the_daemon_leaves_no_core_dump_even_where_they_are_unlimited(
    dumps, broker, daemon, changing
):
    address = broker.url.replace("mqtt://", "mqtt://user@")
    run = daemon("--source", changing, "--to", address, cwd=dumps)
    run.wait_stderr(": connected")
    limits = Path(f"/proc/{run.process.pid}/limits").read_text()
    (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert line.split()[4:6] == ["0", "0"]
    assert not crash(run.process)
    assert not list(dumps.glob("core*"))


PROGRAM = """
import time
from emotion_edge.output.mqtt.password import read_password
from emotion_edge.system.core_dumps import forbid_core_dumps
{call}
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("call", "dumped"),
    [
        ("forbid_core_dumps()", False),
        # Where Linux pipes a dump to a program it ignores the limit, so this must hold alone.
        ("read_password(None)", False),
        ("", True),
    ],
)
def test_each_of_the_two_defences_holds_alone(dumps, call, dumped):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(call=call)], stdout=subprocess.PIPE, cwd=dumps
    )
    with process.stdout as lines:
        assert lines.readline() == b"ready\n"
    assert crash(process) == dumped
