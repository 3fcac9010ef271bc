"""The address of an MQTT broker: mqtt[s]://[user@]host[:port]/prefix."""

import re
import socket
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}  # as registered with IANA


class AddressError(ValueError):
    """Not a broker's address. The message never repeats the text, which may hold a password."""


@dataclass(frozen=True)
class Broker:
    """A broker, and the prefix of our topics there. user: None without a login."""

    host: str
    port: int
    tls: bool
    user: str | None
    prefix: str

    @property
    def device_id(self) -> str:
        """The device's id in Home Assistant: the prefix in letters, digits, - and _."""
        return re.sub(r"[^A-Za-z0-9_-]", "-", f"emotion-edge-{self.prefix}")

    def __str__(self) -> str:
        return f"mqtt{'s' if self.tls else ''}://{self.host}:{self.port}"


def parse_address(text: str) -> Broker:
    """Parse "mqtt[s]://[user@]host[:port]/prefix"; raises AddressError.

    The default prefix is emotion-edge/ and this computer's name.
    """
    try:
        url = urlsplit(text)
        port = PORTS[url.scheme] if url.port is None else url.port
        host = (url.hostname or "").encode("idna").decode()
    except (ValueError, KeyError):
        host, port = "", 0
    if not (host and port) or url.query or "#" in text:
        raise AddressError("not mqtt[s]://[user@]host[:port]/prefix, nor - for stdout")
    if url.password is not None:
        raise AddressError(
            "every user of this computer could see a password in it: use --password-file or the "
            "environment variable EMOTION_EDGE_PASSWORD"
        )
    user = unquote(url.username) if url.username else None
    return Broker(host, port, url.scheme == "mqtts", user, _prefix(url.path))


def _prefix(path: str) -> str:
    prefix = unquote(path).strip("/") or f"emotion-edge/{socket.gethostname()}"
    if re.search(r"[+#\x00-\x1f\x7f]|//", prefix) or prefix.startswith("$"):
        raise AddressError("the prefix may not have + # // or control characters, nor begin with $")
    return prefix
