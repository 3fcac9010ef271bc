"""The running daemon, seen from another process: its status, and the signals that it obeys."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from emotion_edge.errors import RunError
from emotion_edge.installed.status import DaemonStatus, read_status
from emotion_edge.system.processes import send_signal, systemd_unit

POLL_S = 0.1
SYSTEMCTL_S = 120.0


class Daemon:
    """The daemon whose status is in a folder; after a restart it is another process."""

    def __init__(self, run_dir: Path) -> None:
        """Look whether there is one. unit: of systemd, or None."""
        self._folder = run_dir
        status = self.status()
        self.unit = systemd_unit(status.pid) if status and shutil.which("systemctl") else None
        self._restarts = self._show("NRestarts")  # by itself; a restart by hand sets it to 0

    def status(self) -> DaemonStatus | None:
        """Return its status; None if it does not run."""
        return read_status(self._folder)

    def wait(self, seconds: float, wanted: Callable[[DaemonStatus], bool]) -> DaemonStatus | None:
        """Return the first status that is wanted, None if there is none in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (status := self.status()) and wanted(status):
                return status
            time.sleep(POLL_S)
        return None

    def reload(self) -> None:
        """Let it load the model again; raises RunError if this user may not ask for it."""
        self._send(signal.SIGHUP)

    def kill(self) -> None:
        """End one that hangs; systemd, or whatever else has started it, starts it again."""
        self._send(signal.SIGKILL)

    def restart(self) -> bool:
        """Restart its service, which reads its credentials again; return whether it runs."""
        if self.unit is None:
            return False
        self._systemctl("restart", self.unit)
        return self._show("ActiveState") == "active"

    def was_stopped_by_somebody(self) -> bool:
        """Return whether systemd was told to stop or restart it, so that its end is no fault.

        Waits until it has stopped or started again.
        """
        deadline = time.monotonic() + SYSTEMCTL_S
        while self._show("ActiveState") in ("activating", "deactivating"):
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        by_itself = int(self._show("NRestarts") or 0) > int(self._restarts or 0)
        return self.is_stopped() or (self._show("ActiveState") == "active" and not by_itself)

    def is_stopped(self) -> bool:
        """Return whether it is a service that somebody has stopped."""
        return self._show("ActiveState") == "inactive" and self._show("Result") == "success"

    def _send(self, number: signal.Signals) -> None:
        if status := self.status():
            try:
                send_signal(status.pid, status.started, number)
            except PermissionError:
                raise RunError(
                    f"the daemon, process {status.pid}, belongs to another user",
                    "call it by sudo",
                ) from None

    def _show(self, name: str) -> str:
        if self.unit is None:
            return ""
        return self._systemctl("show", "--value", "--property", name, self.unit)

    def _systemctl(self, *words: str) -> str:
        try:
            done = subprocess.run(
                ["systemctl", *words],  # noqa: S607 - wherever the system has it
                capture_output=True,
                timeout=SYSTEMCTL_S,
                check=False,
                text=True,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout.strip()
