"""A board with gpiozero's mock pins and the double of a camera, for the daemon as a process."""

import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tests.edge.capture.picamera2_double import DOUBLES, plan_text, python_path
from tests.edge.daemon import Daemon
from tests.edge.pictures import save
from tests.edge.waiting import until


class Change(NamedTuple):
    """A change of the pin. seconds: since the epoch."""

    seconds: float
    high: bool


class Board:
    """A board with mock pins; its camera sees something red. environment: for the daemon."""

    def __init__(self, folder: Path) -> None:
        self._log, self._scene = folder / "pins", save(folder / "red.png", "red")
        self.environment = {
            "PYTHONPATH": os.pathsep.join(
                [str(DOUBLES / "gpio"), python_path(), os.environ.get("PYTHONPATH", "")]
            ),
            "GPIOZERO_PIN_FACTORY": "mock",
            "GPIO_LOG": str(self._log),
        }
        self.plan()

    def plan(self, **keys: object) -> None:
        """Let the camera do what these keys of the double's `PLAN` say."""
        self.environment["PICAMERA2_DOUBLE"] = plan_text(self._scene, **keys)

    @property
    def changes(self) -> list[Change]:
        """The changes of the pin until now; it is low at first."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        assert all(line.split()[1] == "GPIO17" for line in lines)
        return [Change(float(line.split()[0]), line.split()[2] == "1") for line in lines]

    @property
    def levels(self) -> list[bool]:
        """The levels that the pin has had after the first low one."""
        return [change.high for change in self.changes]

    def level_at(self, seconds: float) -> bool:
        """Return whether the pin was high at a time."""
        levels = [each.high for each in self.changes if each.seconds <= seconds]
        return bool(levels) and levels[-1]

    def wait(self, *levels: bool) -> None:
        """Wait until the pin has had these levels after the first low one."""
        until(lambda: self.levels == list(levels), f"{levels}, not {self.levels}")


def analysed(run: Daemon) -> list[float]:
    """Return when the frames that gave a line with scores were analysed, since the epoch."""
    lines = (line for line in run.stdout if line["scores"])
    return [datetime.fromisoformat(line["time"]).timestamp() for line in lines]
