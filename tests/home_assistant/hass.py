"""Home Assistant as a process, and what a person would see in it."""

import http.client
import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from tests.edge.brokers.mosquitto import free_port
from tests.edge.waiting import until

CONFIG = Path(__file__).parent / "config"
DASHBOARD = Path(__file__).parents[2] / "docs" / "home-assistant-card.yaml"
START_S = 180


class HomeAssistant:
    """A Home Assistant that is connected to a broker."""

    def __init__(self, folder: Path, broker_port: int) -> None:
        """Configure it in a folder. $HOME_ASSISTANT is how to run it."""
        self.folder, self.port = folder, free_port()
        shutil.copytree(CONFIG, folder)
        for name in ("configuration.yaml", ".storage/core.config_entries"):
            text = (folder / name).read_text()
            text = text.replace("@PORT@", str(self.port)).replace("@BROKER@", str(broker_port))
            (folder / name).write_text(text)
        card = DASHBOARD.read_text().replace("\n", "\n        ")
        (folder / "the-card.yaml").write_text(f"views:\n  - cards:\n      - {card}\n")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it and wait until its components are there."""
        command = [
            *shlex.split(os.environ["HOME_ASSISTANT"]),
            "--config",
            self.folder,
            "--skip-pip",
        ]
        # Its packages are its own.
        clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
        with (self.folder / "output").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=clean)
        until(self._answers, "Home Assistant to answer", START_S)
        return self

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        with suppress(OSError, AssertionError):
            return bool(self.states())
        return False

    def stop(self) -> None:
        """Let it write everything and end."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(120) in (0, 100), self.log
        self.process = None

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return (self.folder / "output").read_text()

    def ask(self, do: str, **given: object) -> Any:
        """Call a method of the component `probe`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", "/api/probe", json.dumps({"do": do, **given}))
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        assert answer.status == 200, (answer.status, text)
        return json.loads(text)

    def states(self) -> dict[str, dict[str, Any]]:
        """Return all states by the entities' ids."""
        time.sleep(0.2)  # because the tests ask again and again
        return self.ask("states")

    def state(self, entity: str) -> str | None:
        """Return the state of an entity, None if it is not there."""
        return self.states().get(entity, {}).get("state")

    def ours(self, device: str = "emotion_") -> dict[str, str]:
        """Return the states of our devices' entities; device: what their ids begin with."""
        found = {name: each["state"] for name, each in self.states().items()}
        return {name: s for name, s in found.items() if name.partition(".")[2].startswith(device)}

    def wait(self, entity: str, *states: str | None) -> None:
        """Wait until an entity has one of these states."""
        until(lambda: self.state(entity) in states, f"{entity}: {states}; {self.ours()}", 60)
