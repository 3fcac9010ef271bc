"""A device of a rollout: its folder, what it should run, and an update with its daemon running."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emotion_edge.errors import RunError
from emotion_edge.installed.daemon import Daemon
from emotion_edge.installed.switch import InstallSettings
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.model.store.choice import candidates
from emotion_edge.updates.installed_models import InstalledModels
from emotion_edge.updates.installing import Device
from emotion_edge.updates.state import read_state
from emotion_edge.updates.update import enrol, update

START_S = 60.0


class UpdatedDevice:
    """A device. number: makes its id. source: what its camera shows. watch: seconds."""

    def __init__(self, number: int, folder: Path, source: str, watch: float) -> None:
        """Make its folders, if there are none."""
        self.number, self._folder, self._source, self._watch = number, folder, source, watch
        self.models, self._run_dir = folder / "models", folder / "run"
        self._run_dir.mkdir(parents=True, exist_ok=True)

    def device(self) -> Device:
        """Return the device as an update sees it."""
        settings = InstallSettings(
            models=self.models,
            run_dir=self._run_dir,
            taught=None,
            runtime=RuntimeSettings(),
            watch=self._watch,
        )
        return Device(
            models=self.models, installer=InstalledModels(settings), id=f"device {self.number}"
        )

    def enrol(self, url: str, root: Path) -> None:
        """Let it take models from a repository."""
        list(enrol(self.device(), url, root))

    def wants_another(self) -> bool:
        """Look for a model; return whether it should run another."""
        list(update(self.device(), only_check=True))
        state = read_state(self.models)
        return state.latest != state.installed

    def install(self) -> tuple[bool, float]:
        """Update in a process of its own while the daemon runs; return whether the model stayed.

        Also returns the seconds. Raises RunError if the daemon does not work afterwards.
        """
        with self._daemon() as daemon:
            start = time.monotonic()
            words = ["-m", __name__, str(self.number), str(self._folder), str(self._watch)]
            done = subprocess.run([sys.executable, *words], capture_output=True, check=False)
            seconds = time.monotonic() - start
            path = candidates(self.models)[0]
            before = daemon.status()
            count = before.frames if before else 0
            if not daemon.wait(START_S, lambda now: now.frames != count):
                raise RunError(f"device {self.number} does not work with {path}")
        return done.returncode == 0, seconds

    @contextmanager
    def _daemon(self) -> Iterator[Daemon]:
        """Run the daemon, and start it again when it was killed, as systemd does."""
        ends = threading.Event()
        options = ["--models", self.models, "--run-dir", self._run_dir, "--faces", "off"]
        words = [sys.executable, "-m", "emotion_edge", "run", "--source", self._source]
        null = subprocess.DEVNULL
        running: list[subprocess.Popen[bytes]] = []

        def supervise() -> None:
            while not ends.is_set():
                call = [*words, *map(str, options)]
                running.append(subprocess.Popen(call, stdin=null, stdout=null, stderr=null))
                running[-1].wait()

        thread = threading.Thread(target=supervise)
        thread.start()
        try:
            daemon = Daemon(self._run_dir)
            if not daemon.wait(START_S, lambda status: status.frames > 0):
                raise RunError(f"device {self.number}: its daemon does not start")
            yield daemon
        finally:
            ends.set()
            if running:
                running[-1].kill()
            thread.join()


def main() -> int:
    """Update one device: NUMBER FOLDER WATCH. Return 1 if the model does not work there."""
    number, folder, watch = sys.argv[1:]
    device = UpdatedDevice(int(number), Path(folder), "", float(watch))
    try:
        list(update(device.device()))
    except RunError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
