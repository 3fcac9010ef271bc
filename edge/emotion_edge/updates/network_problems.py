"""What went wrong between this device and a repository's server, in words."""

import socket
import ssl
from http.client import HTTPException, InvalidURL

from emotion_edge.updates.address import RepositoryAddress

# OpenSSL's error number for a certificate of the future (X509_V_ERR_CERT_NOT_YET_VALID).
NOT_YET = 9
NETWORK = "check the network and the address"
STATUS = {
    401: "the server wants a user and a password (401): enrol with https://USER:PASSWORD@HOST/…",
    403: "the server refuses it (403); check the address, and whether this device may read it",
    404: "there is no such file (404); check the address, and whether the repository is complete",
    410: "there is no such file any more (410); check the address",
}
_BROKEN = "the connection broke off, or is not HTTP ({kind}); try again later"
# The repository's own was parsed before.
_BAD_ADDRESS = "a redirect, or a proxy of the environment, has an address that is none"
_MEANINGS: dict[type[BaseException], str] = {  # the first that fits
    ssl.SSLError: "there is no TLS connection ({kind}); try http://, or another port",
    socket.gaierror: f"the name {{host}} is not known here; {NETWORK}",
    UnicodeError: f"the name {{host}} is not known here; {NETWORK}",
    TimeoutError: f"no answer; {NETWORK}",
    ConnectionRefusedError: f"nothing listens there; {NETWORK}",
    ConnectionError: _BROKEN,
    InvalidURL: _BAD_ADDRESS,
    HTTPException: _BROKEN,
    ValueError: _BAD_ADDRESS,
}


def status_words(code: int) -> str:
    """Return what a status of HTTP means."""
    if code in STATUS:
        return STATUS[code]
    if 300 <= code < 400:
        return f"its redirects lead nowhere ({code})"
    if code in (408, 429) or 500 <= code < 600:
        return f"the server has a problem ({code}); try again later"
    if 400 <= code < 500:
        return f"the server refuses it ({code})"
    return f"the server's answer has no meaning in HTTP ({code}); {NETWORK}"


def connection_words(error: BaseException, address: RepositoryAddress) -> str:
    """Return what an exception of a connection means."""
    reason = getattr(error, "reason", None)  # urllib's
    error = reason if isinstance(reason, BaseException) else error
    if isinstance(error, ssl.SSLCertVerificationError):
        clock = "; check this device's clock" if error.verify_code == NOT_YET else ""
        return f"the server's certificate is refused: {error.verify_message.rstrip('.')}{clock}"
    for kind, words in _MEANINGS.items():
        if isinstance(error, kind):
            return words.format(host=address.host, kind=type(error).__name__)
    return f"{getattr(error, 'strerror', None) or type(error).__name__}; {NETWORK}"
