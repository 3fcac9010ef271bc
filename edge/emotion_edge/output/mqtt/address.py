"""Where an MQTT broker is, and how one is let in there."""

import os
import random
import re
import secrets
import socket
from argparse import ArgumentTypeError, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from emotion_edge.errors import UserError

PORTS = {"mqtt": 1883, "mqtts": 8883}  # as registered with IANA
PASSWORD_VARIABLE = "EMOTION_EDGE_PASSWORD"  # noqa: S105 - the variable's name
CREDENTIAL_NAME = "emotion-edge.password"  # its name among systemd's credentials
INSTALL = "pip install 'emotion-edge[mqtt]'"
CONNECT_TIMEOUT_S = 5.0  # seconds for a connection to come about
FIRST_RETRY_S, LAST_RETRY_S = 1, 30  # seconds, at most; each time twice as long


@dataclass(frozen=True)
class Broker:
    """A broker and the topics below `prefix` there. user: None where it asks for none."""

    host: str
    port: int
    tls: bool
    user: str | None
    prefix: str

    @property
    def device_id(self) -> str:
        """What Home Assistant knows the device as: the prefix in letters, digits, - and _."""
        return re.sub(r"[^A-Za-z0-9_-]", "-", f"emotion-edge-{self.prefix}")

    def __str__(self) -> str:
        return f"mqtt{'s' if self.tls else ''}://{self.host}:{self.port}"


def parse_address(text: str) -> Broker:
    """Parse "mqtt[s]://[user@]host[:port]/prefix"; raises ArgumentTypeError that never repeats it.

    Without a prefix it is emotion-edge/ and this computer's name.
    """
    try:
        url = urlsplit(text)
        port = url.port or PORTS[url.scheme]
        host = (url.hostname or "").encode("idna").decode()
    except (ValueError, KeyError):
        host = ""
    if not host or url.query or "#" in text:
        raise ArgumentTypeError("not mqtt[s]://[user@]host[:port]/prefix, nor - for stdout")
    if url.password is not None:
        raise ArgumentTypeError(
            "a password in it would be seen by every user of this computer: use --password-file "
            f"or the environment's {PASSWORD_VARIABLE}"
        )
    prefix = unquote(url.path).strip("/") or f"emotion-edge/{socket.gethostname()}"
    if re.search(r"[+#\x00-\x1f\x7f]|//", prefix) or prefix.startswith("$"):
        raise ArgumentTypeError(
            "the prefix may not have + # // or control characters, nor begin with $"
        )
    user = unquote(url.username) if url.username else None
    return Broker(host, port, url.scheme == "mqtts", user, prefix)


def destination(text: str) -> str:
    """Check a value of --to: "-" or an address that `parse_broker` knows."""
    if text != "-":
        parse_address(text)
    return text


def destinations(args: Namespace) -> list[str]:
    """Return what --to names, each once; stdout where nothing is."""
    return list(dict.fromkeys(args.to or ["-"]))


def brokers(args: Namespace) -> list[Broker]:
    """Return the brokers that --to names."""
    return [parse_address(text) for text in destinations(args) if text != "-"]


def read_password(file: Path | None) -> str | None:
    """Return the password from `file`, systemd's credentials or the environment; None without one.

    Raises UserError where the file cannot be read or is empty.
    """
    file = file or credential()
    if file is None:
        return os.environ.get(PASSWORD_VARIABLE) or None
    try:
        password = file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise UserError(f"--password-file {file}: cannot read it: {reason}") from None
    if not password:
        raise UserError(f"--password-file {file}: it is empty")
    return password


def credential() -> Path | None:
    """Return the file in which systemd gives the password, if it does."""
    path = Path(os.environ.get("CREDENTIALS_DIRECTORY", ""), CREDENTIAL_NAME)
    try:
        return path if path.is_absolute() and path.exists() else None
    except PermissionError:  # which is told when it is read
        return path


def make_client(broker: Broker, args: Namespace) -> Any:
    """Return a paho client with user, password, certificates and patience set, not yet connected.

    Raises UserError where paho is not installed or a file cannot be used.
    """
    try:
        from paho.mqtt.client import Client  # noqa: PLC0415 - optional
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415 - likewise
    except ImportError:
        raise UserError(f"--to {broker}: needs paho-mqtt 2: {INSTALL}") from None
    name = f"emotion-edge-{secrets.token_hex(6)}"  # brokers throw out whom they have already
    client: Any = Client(CallbackAPIVersion.VERSION2, client_id=name)
    if broker.user is not None:
        client.username_pw_set(broker.user, read_password(args.password_file))
    if broker.tls:
        client.tls_set_context(_tls(args))
    client.connect_timeout = CONNECT_TIMEOUT_S
    # A fleet that lost its broker in one moment must not come back in one. As delays double, shares
    # from a half to the whole fill the time between two tries of one device.
    share = random.uniform(0.5, 1)
    client.reconnect_delay_set(share * FIRST_RETRY_S, share * LAST_RETRY_S)
    return client


def _tls(args: Namespace) -> Any:
    """Return an SSLContext that verifies certificate and host name, always."""
    import ssl  # noqa: PLC0415 - two megabytes, which who has no broker need not spend

    _readable("--ca-file", args.ca_file)
    _readable("--client-cert", args.client_cert)
    _readable("--client-key", args.client_key)
    if args.client_key and not args.client_cert:
        raise UserError("--client-key is of no use without --client-cert")
    file: Any = args.ca_file
    try:
        context = ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        raise UserError(f"--ca-file {file}: no certificates in PEM in it") from None
    if args.client_cert:
        try:
            # Without a password function OpenSSL would ask for one on the terminal.
            context.load_cert_chain(args.client_cert, args.client_key, password=lambda: "")
        except (ssl.SSLError, ValueError):
            raise UserError(
                f"--client-cert {args.client_cert}: not a certificate and its key in PEM, without "
                "a passphrase"
            ) from None
    return context


def _readable(option: str, path: Path | None) -> None:
    try:
        if path:
            path.read_bytes()
    except OSError as error:
        raise UserError(f"{option} {path}: cannot read it: {error.strerror}") from None
