"""The page's certificate: whether it can be used, and until when."""

import logging
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.output.web.access.danger import Danger
from emotion_edge.output.web.settings import WebSettings
from emotion_edge.util.regular_file import check_regular

SOON = timedelta(days=14)
# OpenSSL's number of an error (X509_V_ERR_CERT_HAS_EXPIRED, openssl/x509_vfy.h).
_EXPIRED = 10
log = logging.getLogger(__name__)


def tls_context(settings: WebSettings) -> ssl.SSLContext | None:
    """Return what encrypts connections; None without a certificate.

    Raises UserError if certificate and key cannot be used.
    """
    if settings.certificate is None:
        if settings.key:
            raise UserError("--web-key needs --web-certificate")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load_certificate(context, settings.certificate, settings.key)
    return context


def _load_certificate(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    _check_readable("--web-certificate", certificate)
    if key:
        _check_readable("--web-key", key)
    try:
        # Without a password function OpenSSL would ask for one on the terminal.
        context.load_cert_chain(certificate, key, lambda: "")
    except (ssl.SSLError, ValueError):
        raise UserError(
            f"--web-certificate {certificate}: not a certificate and its key in PEM, without a "
            "password; a key in a separate file needs --web-key"
        ) from None


def _check_readable(option: str, path: Path) -> None:
    try:
        check_regular(path.stat())
        path.open("rb").close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{option} {path}: cannot read it: {reason}") from None


def certificate_danger(settings: WebSettings) -> Danger | None:
    """Return what is wrong with the certificate's dates; None if nothing is, or there is none.

    Raises UserError as `tls_context` does.
    """
    server = tls_context(settings)
    if server is None or settings.certificate is None:
        return None
    where, renew = f"--web-certificate {settings.certificate}", "renew it, then reload the service"
    try:
        end = _end(server, settings.certificate)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            return Danger(f"{where}: it has expired, so browsers warn of the page", renew, "fail")
        clock = "is the clock of this computer right?"
        return Danger(f"{where}: {error.verify_message}", clock, "fail")
    if end - datetime.now(UTC) < SOON:
        return Danger(f"{where}: it expires on {end:%Y-%m-%d}", renew)
    return None


def _end(server: ssl.SSLContext, certificate: Path) -> datetime:
    """Return until when a certificate is valid; raises SSLCertVerificationError if it is not.

    The standard library shows it only to a client that has verified it, so one connects in memory,
    and trusts nothing else.
    """
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags = ssl.VERIFY_X509_PARTIAL_CHAIN
    client.load_verify_locations(certificate)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (asking, answering) * 3:
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    found = asking.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)
