"""The files that `emotion-edge update` and the daemon share, as that command writes them."""

import json
import os
from contextlib import AbstractContextManager
from pathlib import Path

from emotion_edge.system.lock_file import hold

STATE = {
    "version": 1,
    "checked": "2026-11-30T04:00:00Z",
    "installed": "2026-11",
    "latest": "2026-12",
    "progress": None,
    "problem": "",
    "rejected": {"ab" * 32: "its golden vector fails"},
}
MESSAGE = {
    "installed_version": "2026-11",
    "latest_version": "2026-12",
    "in_progress": False,
    "update_percentage": None,
    "checked": "2026-11-30T04:00:00Z",
    "problem": "",
}


class SharedFiles:
    """A folder of models and a runtime folder."""

    def __init__(self, folder: Path) -> None:
        """Make both, empty."""
        self.models, self.run_dir = folder / "models", folder / "run"
        self.models.mkdir()
        self.run_dir.mkdir()

    @property
    def state(self) -> Path:
        """The file that tells of updates."""
        return self.models / "update.json"

    @property
    def request(self) -> Path:
        """The file that asks for one."""
        return self.run_dir / "update-request"

    @property
    def options(self) -> list[object]:
        """The daemon's options."""
        return ["--models", self.models, "--run-dir", self.run_dir]

    def say(self, **changed: object) -> None:
        """Write the state, with some values changed."""
        self.write(json.dumps({**STATE, **changed}))

    def updating(self) -> AbstractContextManager[None]:
        """Hold the lock of an update that runs."""
        return hold(self.models / "update.lock", mode=0o644)

    def write(self, text: str) -> None:
        """Replace the state by a text at once, as the command does."""
        new = self.models / ".new"
        new.write_text(text)
        os.replace(new, self.state)  # noqa: PTH105 - the system's call itself
