"""The broker that `bench.fleet` measures."""

import os
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from emotion_edge.errors import RunError

HOST = "127.0.0.1"
START_TIMEOUT_S = 30.0
Value = TypeVar("Value")


def wait_for(check: Callable[[], Value], expected: str, timeout_s: float) -> Value:
    """Call `check` until it returns something true, and return that.

    Raises RunError, which names what was expected, after `timeout_s` seconds.
    """
    deadline = time.monotonic() + timeout_s
    while not (value := check()):
        if time.monotonic() > deadline:
            raise RunError(f"no {expected} within {timeout_s:g} s")
        time.sleep(0.02)
    return value


class Broker:
    """A mosquitto that logs no messages and stores nothing on disk."""

    def __init__(self, folder: Path) -> None:
        """folder: for its configuration and its log; it must exist."""
        self.port = _free_port()
        self._log, self._config = folder / "log", folder / "mosquitto.conf"
        self._process: subprocess.Popen[bytes] | None = None
        # As another user than root it could not read the configuration.
        self._config.write_text(
            f"listener {self.port} {HOST}\nallow_anonymous true\nuser root\n"
            "persistence false\nlog_type error\nlog_type warning\n"
        )

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        command = ["mosquitto", "-c", str(self._config)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(self._accepts, "answer from mosquitto", START_TIMEOUT_S)

    def _accepts(self) -> bool:
        if self._running.poll() is not None:
            raise RunError(f"mosquitto ended: {self._log.read_text()}")
        with suppress(OSError):
            socket.create_connection((HOST, self.port), timeout=1).close()
            return True
        return False

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time since its start."""
        fields = (self._proc / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> int:
        """Resident memory in bytes."""
        return int((self._proc / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    @property
    def open_files(self) -> int:
        """Number of open file descriptors."""
        return len(list((self._proc / "fd").iterdir()))

    @property
    def _proc(self) -> Path:
        return Path(f"/proc/{self._running.pid}")

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None
        return self._process


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])


def refused_connections() -> int:
    """Return how many connections the kernel has refused because a listen queue was full.

    It counts those to all programs of this machine since its start.
    """
    table = Path("/proc/net/netstat").read_text().splitlines()
    names, values = (line.split() for line in table[:2])
    return int(values[names.index("ListenDrops")])
