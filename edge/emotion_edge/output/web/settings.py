"""Settings of the page."""

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from emotion_edge.util.address import Address

CREDENTIAL_NAME = "emotion-edge.web-password"  # among systemd's credentials


@dataclass(frozen=True, kw_only=True)
class WebSettings:
    """Settings of `--web`.

    address: where to listen. password_file: the password; None: systemd's credential, if there is
    one. certificate, key: PEM files for TLS. hosts: more names of this computer that a browser may
    use. picture: whether the camera's picture is shown. rate: pictures a second, at most. width: of
    a picture, in pixels, at most. viewers: how many may watch at once. purpose: what it is for.
    contact: whom to ask; "" for neither.
    """

    address: Address
    password_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    hosts: tuple[str, ...] = ()
    picture: bool = True
    rate: float = 5.0
    width: int = 320
    viewers: int = 8
    purpose: str = ""
    contact: str = ""

    @property
    def url(self) -> str | None:
        """The page's address for other computers; None if only this one reaches it."""
        if self.address.is_local:
            return None
        scheme = "https" if self.certificate else "http"
        host = self.hosts[0] if self.hosts else _name(self.address.host)
        return f"{scheme}://{Address(host, self.address.port)}/"


def _name(host: str) -> str:
    """Return the name by which others reach this computer. host: where it listens."""
    try:
        everywhere = ip_address(host).is_unspecified
    except ValueError:
        return host
    name = socket.gethostname()
    # Raspberry Pi OS answers to this name in its network, by multicast DNS.
    return (name if "." in name else f"{name}.local") if everywhere else host
