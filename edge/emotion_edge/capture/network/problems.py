"""What went wrong with a network camera, and what to do about it. No message holds a password."""

import socket
import ssl
from http.client import HTTPException

from emotion_edge.capture.camera import CameraError
from emotion_edge.capture.network.address import CameraAddress
from emotion_edge.capture.network.login import PASSWORD_OPTION

NO_ANSWER = "is it switched on, the address right, a firewall between?"
# OpenSSL's error number for a certificate of the future (X509_V_ERR_CERT_NOT_YET_VALID).
NOT_YET = 9
STATUS = {
    403: ("it refuses this user (403)", "let the user see the picture, in the camera's settings"),
    404: ("there is nothing at this path (404)", "correct the path; the camera's manual names it"),
    410: ("there is nothing at this path any more (410)", "the camera's manual names the path"),
}


class RefusedError(CameraError):
    """What retrying does not help, unless it worked before: a wrong path or password, no picture.

    found: what is wrong. remedy: what to do about it.
    """

    def __init__(self, found: str, remedy: str) -> None:
        """Join both to the message."""
        super().__init__(f"{found}; {remedy}")
        self.found, self.remedy = found, remedy


def status_error(code: int, address: CameraAddress) -> CameraError:
    """Return what a status of HTTP or RTSP means, as an error."""
    if code == 401:
        return _login_error(address)
    if code in STATUS:
        return RefusedError(*STATUS[code])
    if code in (408, 429) or code >= 500:
        return CameraError(f"it answers with an error ({code}), so it may be busy")
    return RefusedError(f"it refuses the request ({code})", "correct the address")


def _login_error(address: CameraAddress) -> CameraError:
    if address.user is None:
        where = f"{address.scheme}://USER@{address.host}"
        remedy = f"write {where}... and give {PASSWORD_OPTION} PATH"
        return RefusedError("it asks for a login (401)", remedy)
    remedy = "try them in the camera's own page; some have another user for the stream"
    return RefusedError(f"it refuses the user {address.user} or the password (401)", remedy)


def connection_error(error: BaseException, address: CameraAddress) -> CameraError:
    """Return what an exception of a connection means, as an error."""
    reason = getattr(error, "reason", None)  # urllib's
    error = reason if isinstance(reason, BaseException) else error
    if isinstance(error, CameraError):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_error(error)
    if isinstance(error, ssl.SSLError):
        plain = address.scheme.removesuffix("s")
        found = f"no TLS connection: {error.reason or 'it broke'}"
        return RefusedError(found, f"is it {plain}:// at this port?")
    return CameraError(_meaning(error, address))


def _meaning(error: BaseException, address: CameraAddress) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"no computer has the name {address.host}; correct it, or give its IP address"
    if isinstance(error, TimeoutError):
        return f"no answer; {NO_ANSWER}"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at port {address.any_port}; is the port right?"
    if isinstance(error, ConnectionError):
        return "it ends the connection"
    if isinstance(error, HTTPException):
        return f"its answer is not HTTP as it must be ({type(error).__name__})"
    return getattr(error, "strerror", None) or f"it fails ({type(error).__name__})"


def _certificate_error(error: ssl.SSLCertVerificationError) -> CameraError:
    found = f"its certificate is refused: {error.verify_message.rstrip('.')}"
    if error.verify_code == NOT_YET:
        return CameraError(f"{found}; is the clock here wrong?")
    remedy = (
        "give the certificate of the authority that signed it, or its own, by --source-ca-file, "
        "and the name that is in it as the host"
    )
    return RefusedError(found, remedy)
