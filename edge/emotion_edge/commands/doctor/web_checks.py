"""Checks of the page: `emotion-edge doctor`."""

from collections.abc import Callable, Iterator
from socket import socket

from emotion_edge.commands.doctor.finding import Finding, is_open_to_others
from emotion_edge.output.web.access.password import (
    password_path,
    read_web_password,
    transport_danger,
)
from emotion_edge.output.web.access.tls import certificate_danger
from emotion_edge.output.web.settings import WebSettings
from emotion_edge.util.address import Address
from emotion_edge.util.installation import install_hint

IN_USE = "if the service serves it: sudo systemctl stop emotion-edge; else name another port"


def page(settings: WebSettings) -> Iterator[Finding]:
    """Check the library, the address, the password and the certificate of `--web`."""
    try:
        from tornado.netutil import bind_sockets  # noqa: PLC0415 - optional
    except ImportError:
        yield Finding("page", "fail", "tornado is not installed", install_hint("web"))
        return
    yield _listen(settings.address, bind_sockets)
    read_web_password(settings)  # raises UserError if it cannot be used
    for path in filter(None, (password_path(settings), settings.key or settings.certificate)):
        if is_open_to_others(path):
            found = f"{path}: others than its owner can use it"
            yield Finding("page", "warn", found, f"chmod 600 {path}")
    for danger in filter(None, (transport_danger(settings), certificate_danger(settings))):
        yield Finding("page", danger.status, danger.found, danger.remedy)


def _listen(address: Address, bind: Callable[[int, str], list[socket]]) -> Finding:
    """Listen at the address for a moment."""
    try:
        for each in bind(address.port, address.host):
            each.close()
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host name"
        return Finding("page", "fail", f"--web {address}: {reason}", IN_USE)
    return Finding("page", "ok", f"--web {address}: nobody else listens there")
