"""The address of an MQTT broker: mqtt[s]://[user@]host[:port]/prefix."""

import hashlib
import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import unquote

from emotion_edge.output.mqtt.address.schemes import PORTS, scheme_remedy
from emotion_edge.output.mqtt.address.text_rules import prefix_problem, text_problem
from emotion_edge.util.address import Address

FORM = "not mqtt[s]://[user@]host[:port]/prefix, nor - for stdout"
REFUSAL = (
    "every user of this computer could see a password in it: use --password-file or the "
    "environment variable EMOTION_EDGE_PASSWORD"
)
LAST_PORT, LONGEST_NAME = 65_535, 253
READABLE, DIGEST = 40, 12  # in a device's id: characters of the prefix, and hexadecimal digits


class AddressError(ValueError):
    """Not a broker's address. The message never repeats the text, which may hold a password."""


@dataclass(frozen=True)
class Broker:
    """A broker, and the prefix of our topics there. user: None without a login.

    host: a name, or an IP address without brackets.
    """

    host: str
    port: int
    tls: bool
    user: str | None
    prefix: str

    @property
    def device_id(self) -> str:
        """The device's id in Home Assistant, different for each prefix: letters, digits, - and _.

        Its end is a digest of the prefix, because what stands before it may be the same for others.
        """
        digest = hashlib.sha256(self.prefix.encode()).hexdigest()[:DIGEST]
        own = self.prefix.removeprefix("emotion-edge/")
        readable = re.sub(r"[^A-Za-z0-9_]+", "-", own)[:READABLE].strip("-")
        return "-".join(filter(None, ("emotion-edge", readable, digest)))

    @property
    def old_device_id(self) -> str:
        """The device's id in version 0.1, which different prefixes could share."""
        return re.sub(r"[^A-Za-z0-9_-]", "-", f"emotion-edge-{self.prefix}")

    @property
    def is_local(self) -> bool:
        """Whether what is sent to it stays on this computer."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host.removesuffix(".") == "localhost"

    def __str__(self) -> str:
        return f"mqtt{'s' if self.tls else ''}://{Address(self.host, self.port)}"


def parse_address(text: str) -> Broker:
    """Parse "mqtt[s]://[user@]host[:port]/prefix"; raises AddressError.

    Scheme and host may be in capitals. User and prefix may have percent-encoded characters. The
    default prefix is emotion-edge/ and this computer's name.
    """
    scheme, found, rest = text.partition("://")
    scheme = scheme.lower() if found else ""
    if scheme not in PORTS:
        raise AddressError(f"{FORM}: {scheme_remedy(scheme)}")
    authority, _, path = rest.partition("/")
    user, at, place = authority.rpartition("@")
    if ":" in user or "@" in path:
        raise AddressError(f"{REFUSAL}; write %3A for : in a user, and %40 for @ in a prefix")
    if re.search(r"[?#]", rest):
        raise AddressError(f"{FORM}: it has ? or #, which a user or a prefix has as %3F or %23")
    if at and not user:
        raise AddressError(f"{FORM}: there is no user before @")
    host, port = _host_and_port(place, PORTS[scheme])
    return Broker(host, port, scheme == "mqtts", _user(user) if at else None, _prefix(path))


def _host_and_port(text: str, default: int) -> tuple[str, int]:
    match = re.fullmatch(r"(?:\[([^]]*)\]|([^:\[\]]*))(?::([^:]*))?", text)
    if not match:
        raise AddressError(
            f"{FORM}: an IPv6 address needs brackets, such as mqtts://[fd00::1]:8883/hall"
        )
    address, name, digits = match.groups()
    host = _name(name) if address is None else _ipv6(address)
    port = default if digits is None else _port(digits)
    return host, port


def _port(digits: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", digits) or not 1 <= int(digits) <= LAST_PORT:
        raise AddressError(f"{FORM}: the port is not from 1 to {LAST_PORT}")
    return int(digits)


def _ipv6(text: str) -> str:
    """Return the usual spelling; a zone may be given as %eth0 or, as URLs have it, %25eth0."""
    try:
        address = ipaddress.IPv6Address(text.replace("%25", "%"))
    except ValueError:
        address = None
    if not address or not re.fullmatch(r"[A-Za-z0-9._-]*", address.scope_id or ""):
        raise AddressError(f"{FORM}: there is no IPv6 address in its brackets")
    return str(address)


def _name(text: str) -> str:
    """Return a host's name in lower case and ASCII."""
    try:
        name = text.encode("idna").decode().lower() if len(text) <= LONGEST_NAME else ""
    except UnicodeError:  # a label that is too long, or characters that no name has
        name = ""
    # Names of containers have underscores. A dot at the end is the root's.
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", name):
        raise AddressError(f"{FORM}: there is no host in it, or none that can exist")
    return name


def _user(text: str) -> str:
    user = _decoded(text)
    if problem := text_problem(user):
        raise AddressError(f"the user {problem}")
    return user


def _prefix(path: str) -> str:
    prefix = _decoded(path.removesuffix("/")) or f"emotion-edge/{socket.gethostname()}"
    if problem := prefix_problem(prefix):
        raise AddressError(f"the prefix {problem}")
    return prefix


def _decoded(text: str) -> str:
    """Return a text without percent-encoding; bytes that are not UTF-8 become surrogates."""
    return unquote(text, errors="surrogateescape")
