"""A lesson on a page, for tests that are its browser."""

import json
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.edge.brokers.mosquitto import free_port
from tests.edge.command_line import command
from tests.edge.commands.teach.lessons import LABELS, frame
from tests.edge.output.web.asking import Answer, ask, post
from tests.edge.output.web.browser.scenes import write_frames
from tests.edge.waiting import TIMEOUT_S, until

AGREE = {"agreed": True}


def endless(folder: Path, expression: str = "happy") -> str:
    """Return a source that shows somebody who makes one face for some minutes."""
    return write_frames(folder, [frame(expression, number) for number in range(30)])


class PageLesson:
    """`emotion-edge teach --web` without any terminal, twelve faces a label."""

    def __init__(self, source: object, file: Path, *options: object) -> None:
        """Start it, and wait until the page is there. options: beside --source, --to and --web."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        given = ("--source", source, "--to", file, "--count", 12, *LABELS)
        words = command("teach", *given, "--web", f"127.0.0.1:{self.port}", *options)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, start_new_session=True, **pipes
        )
        until(self._answers, "the page")

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.process.communicate()
        with suppress(OSError):
            return self.ask("/login").status in (200, 302)
        return False

    def ask(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """GET something."""
        return ask(self.port, path, headers)

    def post(self, path: str, content: object = None, **headers: str) -> Answer:
        """POST JSON as the page does."""
        body = b"" if content is None else json.dumps(content).encode()
        return post(self.port, path, body, **headers)

    @property
    def state(self) -> dict:
        """The present state."""
        return self.ask("/api/state").json

    def wait(self, check: Callable[[dict], object], expected: str) -> dict:
        """Wait for a state, and return it. A step takes as many frames as it needs."""
        patience = 4 * TIMEOUT_S
        return until(lambda: (state := self.state) and check(state) and state, expected, patience)

    def wait_step(self, number: int, of: int, taken: int = 0) -> dict:
        """Wait until so many faces of a step are taken, and return the step."""

        def check(state: dict) -> bool:
            step = state["step"] or {}
            return (step.get("number"), step.get("of")) == (number, of) and step["taken"] >= taken

        return self.wait(check, f"{taken} faces of step {number} of {of}")["step"]

    def wait_past(self, number: int, taken: int) -> None:
        """Wait until so many faces of a step are taken, or a later step has begun."""

        def check(state: dict) -> bool:
            step = state["step"] or {"number": 0, "taken": 0}
            return (step["number"], step["taken"]) >= (number, taken)

        self.wait(check, f"{taken} faces of step {number}")

    def end(self) -> subprocess.CompletedProcess[str]:
        """Wait for the end, and return it."""
        stdout, stderr = self.process.communicate(timeout=120)
        return subprocess.CompletedProcess(
            self.process.args, self.process.returncode, stdout, stderr
        )

    def kill(self) -> None:
        """Kill it if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
