"""A real MQTT broker on this machine."""

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.edge.brokers.certificates import Certificates
from tests.edge.waiting import until

USER, PASSWORD = "hall", "correct horse"
PREFIX = "test/hall"
DISCOVERY = "homeassistant/device/emotion-edge-test-hall-dd7a7ddd79ef/config"
# The `broker` fixture runs a test with a broker of each kind unless one of these marks it.
plain_broker = pytest.mark.parametrize("broker", ["plain"], indirect=True)
tls_broker = pytest.mark.parametrize("broker", ["tls"], indirect=True)


def free_port() -> int:
    """Return a TCP port of this machine that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Mosquitto:
    """A broker on a free port."""

    def __init__(self, folder: Path, certificates: Certificates | None = None) -> None:
        """Configure the broker; with certificates, it requires TLS, `USER` and `PASSWORD`."""
        if not shutil.which("mosquitto"):
            pytest.skip("mosquitto is not installed")
        self.folder, self.certificates = folder, certificates
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.configure("good")
        self.process: subprocess.Popen[bytes] | None = None

    def configure(self, certificate: str, *, allow: bool = True, more: str = "") -> None:
        """Write the configuration. allow: whether the broker accepts `PASSWORD`."""
        # Mosquitto would give up root, and could then not read these files.
        lines = [f"listener {self.port} 127.0.0.1", "user root", "log_type all", more]
        if self.certificates:
            names = {"certfile": certificate, "keyfile": f"{certificate}_key", "cafile": "ca"}
            lines += [f"{key} {getattr(self.certificates, n)}" for key, n in names.items()]
            lines += [f"password_file {self._write_password(allow=allow)}", "allow_anonymous false"]
        else:
            lines += ["allow_anonymous true"]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def _write_password(self, *, allow: bool) -> Path:
        path, word = self.folder / "passwords", PASSWORD if allow else "another one"
        subprocess.run(["mosquitto_passwd", "-b", "-c", path, USER, word], check=True, timeout=30)
        return path

    def start(self) -> Self:
        """Start the broker and wait until it listens."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["mosquitto", "-c", self.folder / "mosquitto.conf"], stdout=log, stderr=log
            )
        until(self._listens, "mosquitto to listen")
        return self

    def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def send(self, number: signal.Signals) -> None:
        """Send the broker a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End the broker at once, as a power cut does."""
        if self.process:
            self.send(signal.SIGKILL)
            self.process.wait()
            self.process = None

    @property
    def log(self) -> str:
        """The broker's log so far."""
        return (self.folder / "log").read_text()

    @property
    def secured(self) -> bool:
        """Whether the broker requires TLS and a password."""
        return self.certificates is not None

    @property
    def url(self) -> str:
        """The value for --to."""
        address = f"localhost:{self.port}/{PREFIX}"
        return f"mqtts://{USER}@{address}" if self.secured else f"mqtt://{address}"

    @property
    def options(self) -> list[object]:
        """The options with which the daemon connects."""
        options: list[object] = ["--to", self.url]
        return [*options, "--ca-file", self.certificates.ca] if self.certificates else options

    def client(self) -> Client:
        """Return a connected client."""
        client = Client(CallbackAPIVersion.VERSION2)
        if self.certificates:
            client.tls_set(str(self.certificates.ca))
            client.username_pw_set(USER, PASSWORD)
        client.connect("localhost", self.port)
        client.loop_start()
        return client


@contextmanager
def secured(folder: Path) -> Iterator[Mosquitto]:
    """Run a broker with TLS and a password. folder: for its files and certificates."""
    certificates = folder / "certificates"
    certificates.mkdir()
    broker = Mosquitto(folder / "broker", Certificates(certificates).make()).start()
    try:
        yield broker
    finally:
        broker.kill()
