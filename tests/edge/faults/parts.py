"""The parts of a fault: a real broker, a listener, and the daemon as a process."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.edge.conftest import INT8, command, save

USER, PASSWORD = "hall", "correct horse"
PREFIX = "test/hall"
PATIENCE = 30.0  # seconds until a test gives up waiting; nothing here should take a fifth of it


def until(check: Callable[[], object], what: str, patience: float = PATIENCE) -> object:
    """Wait until `check` returns something true, and return it."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := check():
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {patience:g} s for {what}")


def colours(folder: Path, rows: list[tuple[str, float, str]]) -> Path:
    """Write a recording of plain colours: rows of (colour, seconds, fault)."""
    for colour in {colour for colour, _, _ in rows}:
        save(folder / f"{colour}.png", colour)
    lines = [f"{colour}.png,{seconds:.3f},{fault}" for colour, seconds, fault in rows]
    (folder / "times.csv").write_text("file,seconds,fault\n" + "\n".join(lines) + "\n")
    return folder


def steady(folder: Path, seconds: float = 120, rate: float = 10) -> Path:
    """Write a recording that is red for a second, then green for one, then blue, and so on."""
    order = ("red", "green", "blue")
    rows = [(order[int(i / rate) % 3], i / rate, "") for i in range(int(seconds * rate))]
    return colours(folder, rows)


@dataclass
class Certificates:
    """PEM files: an authority, certificates it has signed, and their keys."""

    folder: Path

    def __getattr__(self, name: str) -> Path:
        """Return the path of ca, ca_key, good, good_key, expired, …"""
        return self.folder / f"{name}.pem"

    def make(self) -> Self:
        """Make them with openssl: `good` for localhost, `expired`, `other` for another name."""
        self._openssl("req -x509 -newkey rsa:2048 -nodes -subj /CN=tests -days 9", "ca", key=True)
        for name, host, days in (("good", "localhost", 9), ("expired", "localhost", 0)):
            self._sign(name, host, days)
        self._sign("other", "elsewhere.example", 9)
        self._sign("client", "client", 9)
        return self

    def _sign(self, name: str, host: str, days: int) -> None:
        request = self.folder / f"{name}.csr"
        self._run(
            f"req -newkey rsa:2048 -nodes -subj /CN={host} -keyout {self.folder}/{name}_key.pem "
            f"-addext subjectAltName=DNS:{host} -out {request}"
        )
        span = f"-days {days}" if days else "-not_before 20200101000000Z -not_after 20200201000000Z"
        if not days:  # `x509 -req` of OpenSSL 3.0 knows no -not_after; `ca` does
            self._expired(request, self.folder / f"{name}.pem")
            return
        self._run(
            f"x509 -req -in {request} -CA {self.ca} -CAkey {self.ca_key} -CAcreateserial "
            f"-copy_extensions copy {span} -out {self.folder}/{name}.pem"
        )

    def _expired(self, request: Path, certificate: Path) -> None:
        (self.folder / "index.txt").touch()
        (self.folder / "serial").write_text("7000\n")
        (self.folder / "ca.conf").write_text(
            f"[ca]\ndefault_ca=x\n[x]\ndatabase={self.folder}/index.txt\n"
            f"serial={self.folder}/serial\nnew_certs_dir={self.folder}\ndefault_md=sha256\n"
            "policy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n"
        )
        self._run(
            f"ca -batch -config {self.folder}/ca.conf -cert {self.ca} -keyfile {self.ca_key} "
            f"-startdate 20200101000000Z -enddate 20200201000000Z -in {request} -out {certificate}"
        )

    def _openssl(self, words: str, name: str, *, key: bool) -> None:
        self._run(f"{words} -keyout {self.folder}/{name}_key.pem -out {self.folder}/{name}.pem")

    def _run(self, words: str) -> None:
        subprocess.run(["openssl", *words.split()], check=True, capture_output=True, timeout=60)


class Mosquitto:
    """A broker on a port of its own."""

    def __init__(self, folder: Path, certificates: Certificates | None = None) -> None:
        """certificates: then only by TLS, and with `USER` and `PASSWORD`."""
        self.folder, self.certificates = folder, certificates
        folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.configure("good")
        self.process: subprocess.Popen[bytes] | None = None

    def configure(self, certificate: str, *, allow: bool = True, more: str = "") -> None:
        """Write the configuration. allow: whether the password is right."""
        # It would drop root and then not read files of ours.
        lines = [f"listener {self.port} 127.0.0.1", "user root", "log_type all", more]
        if self.certificates:
            names = {"certfile": certificate, "keyfile": f"{certificate}_key", "cafile": "ca"}
            lines += [f"{key} {getattr(self.certificates, n)}" for key, n in names.items()]
            passwords = self.folder / "passwords"
            word = PASSWORD if allow else "another one"
            subprocess.run(
                ["mosquitto_passwd", "-b", "-c", passwords, USER, word], check=True, timeout=30
            )
            lines += [f"password_file {passwords}", "allow_anonymous false"]
        else:
            lines += ["allow_anonymous true"]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def start(self) -> Self:
        """Start it and wait until it listens."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["mosquitto", "-c", self.folder / "mosquitto.conf"], stdout=log, stderr=log
            )
        until(self._listens, "mosquitto to listen")
        return self

    def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self.process:
            self.send(signal.SIGKILL)
            self.process.wait()
            self.process = None

    @property
    def secured(self) -> bool:
        """Whether it wants TLS and a password."""
        return self.certificates is not None

    @property
    def url(self) -> str:
        """What --to is given."""
        where = f"localhost:{self.port}/{PREFIX}"
        return f"mqtts://{USER}@{where}" if self.secured else f"mqtt://{where}"

    @property
    def options(self) -> list[object]:
        """What else the daemon is given."""
        options: list[object] = ["--to", self.url]
        return [*options, "--ca-file", self.certificates.ca] if self.certificates else options

    def client(self, *, user: bool = True) -> Client:
        """Return a connected client of the tests' own."""
        client = Client(CallbackAPIVersion.VERSION2)
        if self.certificates:
            client.tls_set(str(self.certificates.ca))
            client.username_pw_set(USER, PASSWORD if user else "wrong")
        client.connect("localhost", self.port)
        client.loop_start()
        return client


class Listener:
    """Everything that is published, as it comes: (topic, payload, retained)."""

    def __init__(self, broker: Mosquitto) -> None:
        """Subscribe to all topics and wait until that is so."""
        self.heard: list[tuple[str, str, bool]] = []
        self.qos: dict[str, int] = {}
        self._ready = threading.Event()
        self.client = client = broker.client()
        client.on_message = self._hear
        client.on_subscribe = lambda *_: self._ready.set()
        client.subscribe("#", qos=1)
        assert self._ready.wait(PATIENCE)

    def _hear(self, client: object, userdata: object, message: object) -> None:
        self.qos[message.topic] = message.qos
        self.heard.append((message.topic, message.payload.decode(errors="replace"), message.retain))

    def of(self, name: str) -> list[str]:
        """Return what has been heard on a topic below the prefix."""
        return [text for topic, text, _ in self.heard if topic == f"{PREFIX}/{name}"]

    def wait(self, name: str, payload: str, *, after: int = 0, patience: float = PATIENCE) -> int:
        """Wait for a payload on a topic; return how many messages had come by then."""

        def found() -> int:
            for i, (topic, text, _) in enumerate(self.heard[after:], start=after + 1):
                if topic == f"{PREFIX}/{name}" and text == payload:
                    return i
            return 0

        return int(until(found, f"{payload!r} on {name}; heard {self.heard[after:]}", patience))

    def attributes(self) -> dict:
        """Return the last attributes."""
        return json.loads(self.of("attributes")[-1])

    def say(self, payload: str | bytes, *, retain: bool = False) -> None:
        """Publish on …/set."""
        self.client.publish(f"{PREFIX}/set", payload, qos=1, retain=retain).wait_for_publish(30)


class Daemon:
    """`emotion-edge run` as a process, with stdout and stderr in files."""

    def __init__(self, folder: Path, *options: object, **more: object) -> None:
        """Start it with the tiny model of colours; `more` goes to Popen."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "EMOTION_EDGE_PASSWORD": PASSWORD, **more.pop("env", {})}
        arguments = ("run", "--model", INT8, "--faces", "off", *options)
        with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
            given = {"stdout": out, "stderr": err, "stdin": subprocess.DEVNULL, **more}
            self.process = subprocess.Popen(command(*arguments), env=environment, **given)

    @property
    def stdout(self) -> list[dict]:
        """The whole lines so far."""
        text = (self.folder / "stdout").read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    @property
    def stderr(self) -> str:
        """What it has logged so far."""
        return (self.folder / "stderr").read_text()

    def wait_stderr(self, text: str) -> None:
        """Wait until it has logged this."""
        until(lambda: text in self.stderr, f"{text!r} on stderr")

    def wait_lines(self, count: int) -> None:
        """Wait for so many more lines on stdout."""
        before = len(self.stdout)
        until(lambda: len(self.stdout) >= before + count, f"{count} more lines on stdout")

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; return the exit code and the seconds until it ended."""
        start = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE), time.monotonic() - start

    def kill(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
