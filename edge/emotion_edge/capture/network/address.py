"""The address of a network camera: rtsp[s]:// or http[s]://[user[:password]@]host[:port]/path."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from emotion_edge.errors import UserError, mask
from emotion_edge.util.address import in_url

PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
FORM = "an address is rtsp[s]:// or http[s]://[user@]host[:port]/path"
ENCODE = (
    "write the characters : / ? # @ % of a user or password as %3A %2F %3F %23 %40 %25, or leave "
    "the password out and give --source-password-file"
)


def is_network_camera(source: str) -> bool:
    """Return whether a source is an address, right or wrong, of a network camera."""
    return source.partition("://")[0].lower() in PORTS and "://" in source


@dataclass(frozen=True)
class CameraAddress:
    """The address of a network camera.

    host: a name, or an IP address without brackets. target: the path and the query. user, password:
    None where the address has none.
    """

    scheme: str
    host: str
    port: int | None
    target: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.scheme in ("rtsps", "https")

    @property
    def any_port(self) -> int:
        """The port, which is the scheme's where the address names none."""
        return self.port or PORTS[self.scheme]

    @property
    def origin(self) -> str:
        """The address as far as the path."""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{in_url(self.host)}{port}"

    @property
    def url(self) -> str:
        """The address without user and password."""
        return self.origin + self.target

    @property
    def shown(self) -> str:
        """The address for people: without the login, and with other secrets masked."""
        return mask(self.url)

    def with_login(self, password: str | None) -> str:
        """Return the address with its user and a password, for a library that takes no other."""
        if self.user is None:
            return self.url
        login = quote(self.user, safe="") + (":" + quote(password, safe="") if password else "")
        return self.url.replace("://", f"://{login}@", 1)


def parse_camera_address(source: str) -> CameraAddress:
    """Parse an address; raises UserError, whose message never holds a password."""
    scheme, _, rest = source.partition("://")
    if re.match(r"[^/?#@\[]+:[^/?#@]*[/?#].*@", rest, re.DOTALL):
        raise UserError(f"--source {scheme}://...: a / ? or # stands before its @", ENCODE)
    try:
        parts = urlsplit(source)
        port, host = parts.port, parts.hostname
    except ValueError:  # a port that is none, brackets without an IPv6 address
        raise _error(source, "its host or port is none") from None
    if not host or port == 0:
        raise _error(source, "there is no host in it" if not host else "its port is none")
    if not source.isprintable() or re.search(r"\s", source):
        raise _error(source, "a space or an invisible character is in it")
    if parts.fragment:
        raise _error(source, "# has no meaning in it")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    user, password = (None if x is None else unquote(x) for x in (parts.username, parts.password))
    if user is not None and "@" in parts.netloc.rpartition("@")[0]:
        raise UserError(f"--source {parts.scheme}://...: it has two @", ENCODE)
    return CameraAddress(parts.scheme, host, port, _ascii(target), user, password)


def _ascii(target: str) -> str:
    """Return a path as it goes over the network; what is encoded already stays so."""
    return quote(target, safe="%/:?=&;,+$!*'()~@[]|")


def _error(source: str, problem: str) -> UserError:
    return UserError(f"--source {mask(source)}: {problem}", FORM)
