"""The page's password: where it comes from, and what endangers it."""

from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.output.web.access.danger import Danger
from emotion_edge.output.web.settings import CREDENTIAL_NAME, WebSettings
from emotion_edge.system.password_file import credential_file, read_password_file

MAX_BYTES, MIN_LENGTH = 1000, 8
OPTION = "--web-password-file"


def password_path(settings: WebSettings) -> Path | None:
    """Return the file with the password; None if there is none."""
    return settings.password_file or credential_file(CREDENTIAL_NAME)


def read_web_password(settings: WebSettings) -> str | None:
    """Return the password; None without one, which only this computer's own page may be.

    Raises UserError if another is without one, and if it cannot be read, is too long or too short.
    """
    path = password_path(settings)
    if path is None:
        if settings.address.is_local:
            return None
        raise UserError(
            f"--web {settings.address}: everybody who reaches this computer could watch",
            f"give a password, {OPTION} PATH, or listen on 127.0.0.1",
        )
    password = read_password_file(OPTION, path, MAX_BYTES)
    if len(password) < MIN_LENGTH:
        raise UserError(f"{OPTION} {path}: it has fewer than {MIN_LENGTH} characters")
    return password


def transport_danger(settings: WebSettings) -> Danger | None:
    """Return what is wrong with the way that the password goes; None if nothing is."""
    if settings.address.is_local or settings.certificate:
        return None
    found = f"--web {settings.address}: the password and the picture go there unencrypted"
    return Danger(found, "give a --web-certificate, or put a server with TLS before it")
