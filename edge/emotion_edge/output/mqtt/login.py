"""A paho client with login, certificates and retry delays."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emotion_edge.errors import UserError
from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.password import read_password
from emotion_edge.util.installation import install_hint
from emotion_edge.util.regular_file import read_regular_file

LARGEST_FILE = 16 << 20  # bytes; all authorities of a system together have a fiftieth of that
CONNECT_TIMEOUT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class MqttSettings:
    """Settings of the connections to brokers.

    password_file: the password; see `read_password` for the default. ca_file: certificates to
    trust; None: the system's. client_cert, client_key: our certificate and its key.
    keepalive: seconds. discovery: Home Assistant's discovery prefix; "" turns discovery off.
    """

    password_file: Path | None = None
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    keepalive: int = 30
    discovery: str = "homeassistant"


def make_client(broker: Broker, settings: MqttSettings, client_id: str = "") -> Any:
    """Return a paho client that is ready to connect.

    client_id: brokers disconnect a client that has the same; "" makes a random one. Raises
    UserError if paho is not installed or a file cannot be used.
    """
    try:
        from paho.mqtt.client import Client  # noqa: PLC0415 - optional
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415 - optional
    except ImportError:
        raise UserError(f"--to {broker}: needs paho-mqtt 2", install_hint("mqtt")) from None
    client_id = client_id or f"emotion-edge-{secrets.token_hex(6)}"
    client: Any = Client(CallbackAPIVersion.VERSION2, client_id=client_id)
    if broker.user is not None:
        client.username_pw_set(broker.user, read_password(settings.password_file))
    if broker.tls:
        client.tls_set_context(_tls_context(settings))
    client.connect_timeout = CONNECT_TIMEOUT_S
    return client


def _tls_context(settings: MqttSettings) -> Any:
    """Return an SSLContext, which always verifies certificate and host name."""
    import ssl  # noqa: PLC0415 - two megabytes that only TLS needs

    _check_readable("--ca-file", settings.ca_file)
    _check_readable("--client-cert", settings.client_cert)
    _check_readable("--client-key", settings.client_key)
    if settings.client_key and not settings.client_cert:
        raise UserError("--client-key needs --client-cert")
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except ssl.SSLError:
        raise UserError(f"--ca-file {settings.ca_file}: no certificates in PEM in it") from None
    # Python 3.13 turned this flag on. It refuses certificates without a key usage or an authority
    # key identifier, such as those that the commands of mosquitto-tls(7) make. Signatures, dates
    # and host names are checked without it, too.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if settings.client_cert:
        try:
            # Without a password function OpenSSL would ask for one on the terminal.
            context.load_cert_chain(settings.client_cert, settings.client_key, lambda: "")
        except (ssl.SSLError, ValueError):
            raise UserError(
                f"--client-cert {settings.client_cert}: not a certificate and its key in PEM, "
                "without a passphrase"
            ) from None
    return context


def _check_readable(option: str, path: Path | None) -> None:
    try:
        if path:
            read_regular_file(path, LARGEST_FILE)
    except OSError as error:
        raise UserError(f"{option} {path}: cannot read it: {error.strerror}") from None
