"""Settings of the page."""

from dataclasses import dataclass
from pathlib import Path

from emotion_edge.util.address import Address

CREDENTIAL_NAME = "emotion-edge.web-password"  # among systemd's credentials


@dataclass(frozen=True, kw_only=True)
class WebSettings:
    """Settings of `--web`.

    address: where to listen. password_file: the password; None: systemd's credential, if there is
    one. certificate, key: PEM files for TLS. hosts: more names of this computer that a browser may
    use. picture: whether the camera's picture is shown. rate: pictures a second, at most. width: of
    a picture, in pixels, at most. viewers: how many may watch at once.
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
