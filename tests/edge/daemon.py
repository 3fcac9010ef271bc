"""The daemon as a process."""

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.edge.brokers.mosquitto import PASSWORD
from tests.edge.command_line import command, json_lines
from tests.edge.models import INT8
from tests.edge.waiting import TIMEOUT_S, until


class Daemon:
    """`emotion-edge run` as a process, with stdout and stderr in files."""

    def __init__(self, folder: Path, *options: object, **more: object) -> None:
        """Start the daemon with the tiny model on whole frames; `more` goes to Popen."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "EMOTION_EDGE_PASSWORD": PASSWORD, **more.pop("env", {})}
        arguments = ("run", "--model", INT8, "--faces", "off", *options)
        with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
            given = {"stdout": out, "stderr": err, "stdin": subprocess.DEVNULL, **more}
            self.process = subprocess.Popen(command(*arguments), env=environment, **given)

    @property
    def stdout(self) -> list[dict]:
        """The complete lines so far."""
        text = (self.folder / "stdout").read_text()
        return json_lines(text[: text.rfind("\n") + 1])

    @property
    def stderr(self) -> str:
        """The log so far."""
        return (self.folder / "stderr").read_text()

    @property
    def decisions(self) -> list[tuple[str, str | None]]:
        """The (label, reason) of each line so far."""
        return [(line["label"], line["reason"]) for line in self.stdout]

    def wait_stderr(self, text: str) -> None:
        """Wait until the daemon has logged this text."""
        until(lambda: text in self.stderr, f"{text!r} on stderr")

    def wait_lines(self, count: int) -> None:
        """Wait until stdout has `count` more lines than now."""
        before = len(self.stdout)
        until(lambda: len(self.stdout) >= before + count, f"{count} more lines on stdout")

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; return the exit code and the seconds until the end."""
        start = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(TIMEOUT_S), time.monotonic() - start

    def kill(self) -> None:
        """Kill the daemon if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
