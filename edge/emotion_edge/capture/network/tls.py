"""Whom TLS trusts: the authorities of the system, or those in --source-ca-file."""

import ssl
from pathlib import Path

from emotion_edge.capture.network.login import CA_OPTION
from emotion_edge.errors import UserError
from emotion_edge.util.regular_file import read_regular_file

LARGEST_FILE = 16 << 20  # bytes
SYSTEM_FILES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora
)


def make_tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that verifies certificate and host name; raises UserError for a bad file."""
    try:
        if ca_file:
            read_regular_file(ca_file, LARGEST_FILE)
        context = ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        raise UserError(f"{CA_OPTION} {ca_file}: no certificates in PEM in it") from None
    except OSError as error:
        raise UserError(f"{CA_OPTION} {ca_file}: cannot read it: {error.strerror}") from None
    # Python 3.13 turned this flag on, which refuses what most cameras and small authorities make.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def trusted_file(ca_file: Path | None) -> Path:
    """Return the file of the authorities, for libraries with their own TLS; raises UserError."""
    own = ssl.get_default_verify_paths().cafile
    defaults = [Path(own), *SYSTEM_FILES] if own else list(SYSTEM_FILES)
    for path in [ca_file] if ca_file else defaults:
        if path.exists():
            return path
    raise UserError(
        "no file with the certificates of authorities is here", f"give {CA_OPTION} PATH"
    )
