"""A device: its folders, and the daemon under something that starts it again, as systemd does."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from emotion_edge.installed.status import DaemonStatus, read_status
from emotion_edge.installed.switch import InstallSettings
from emotion_edge.model.runtime import RuntimeSettings
from tests.edge.command_line import command, edge
from tests.edge.waiting import until

WATCH = 2


class Device:
    """Its folders; `start` starts the daemon."""

    def __init__(self, folder: Path, source: str) -> None:
        self.folder, self.source = folder, source
        self.models, self.run_dir = folder / "models", folder / "run"
        self.run_dir.mkdir(parents=True)
        self.process: subprocess.Popen[bytes] | None = None
        self._ends = threading.Event()
        self._supervisor: threading.Thread | None = None
        self.starts = 0

    @property
    def options(self) -> tuple[object, ...]:
        return ("--models", self.models, "--run-dir", self.run_dir)

    @property
    def settings(self) -> InstallSettings:
        """What `install` takes in place of the command's options."""
        return InstallSettings(
            models=self.models,
            run_dir=self.run_dir,
            taught=None,
            runtime=RuntimeSettings(),
            watch=1,
        )

    def start(self, *more: object) -> DaemonStatus:
        """Start the daemon, again after each failure, and return its first status."""
        self._ends.clear()
        self._supervisor = threading.Thread(target=self._supervise, args=more)
        self._supervisor.start()
        return self.wait(lambda status: status.frames > 0)

    def _supervise(self, *more: object) -> None:
        words = ("run", "--source", self.source, "--faces", "off", *self.options, *more)
        with (self.folder / "stderr").open("ab") as err, (self.folder / "stdout").open("ab") as out:
            while not self._ends.is_set():
                self.starts += 1
                self.process = subprocess.Popen(command(*words), stdout=out, stderr=err)
                if self.process.wait() in (0, 2):  # as in emotion-edge.service
                    return
                time.sleep(0.1)

    def stop(self) -> None:
        """End the daemon as a power cut does."""
        self._ends.set()
        if self.process:
            self.process.kill()
        if self._supervisor:
            self._supervisor.join()

    def status(self) -> DaemonStatus | None:
        return read_status(self.run_dir)

    def wait(self, wanted) -> DaemonStatus:
        """Return the first status that is wanted."""
        found = until(
            lambda: (status := self.status()) and wanted(status) and status,
            "a status of the daemon",
        )
        assert isinstance(found, DaemonStatus)
        return found

    def goes_on(self, model: str) -> None:
        """Check that the daemon analyses frames with this model, by its SHA-256."""
        first = self.wait(lambda status: status.model == model)
        self.wait(lambda status: status.model == model and status.frames > first.frames)

    def install(
        self, *words: object, watch: float = WATCH, env: Mapping[str, object] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run install-model. env: more variables."""
        environment = os.environ | {name: str(value) for name, value in (env or {}).items()}
        given = ("install-model", *words, *self.options, "--watch", watch)
        return edge(*given, timeout=300, env=environment)

    def install_and(self, model: Path, act: Callable[[], object], *more: object) -> str:
        """Run install-model, do something while the daemon is watched, and return its stderr."""
        words = command("install-model", model, *self.options, "--watch", 8, *more)
        self.installer = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.installer.stdout
        while "watching" not in self.installer.stdout.readline():
            assert self.installer.poll() is None
        act()
        return self.installer.communicate(timeout=300)[1]

    def kill_installer(self) -> None:
        """End install-model as a power cut does."""
        self.installer.kill()

    def info(self) -> list[str]:
        """Return the first lines of `emotion-edge info`."""
        result = edge("info", "--models", self.models)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()

    @property
    def stderr(self) -> str:
        return (self.folder / "stderr").read_text()
