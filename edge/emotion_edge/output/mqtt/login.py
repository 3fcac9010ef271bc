"""A paho client with login, certificates and retry delays."""

import os
import random
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emotion_edge.errors import UserError
from emotion_edge.output.mqtt.address import Broker
from emotion_edge.util.installation import install_hint

PASSWORD_VARIABLE = "EMOTION_EDGE_PASSWORD"  # noqa: S105 - the variable's name
CREDENTIAL_NAME = "emotion-edge.password"  # among systemd's credentials
CONNECT_TIMEOUT_S = 5.0
FIRST_RETRY_S, LAST_RETRY_S = 1, 30  # the delay doubles from the first to the last


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


def read_password(file: Path | None) -> str | None:
    """Return the password from `file`, systemd's credentials or the environment; None without one.

    Raises UserError if the file cannot be read or is empty.
    """
    file = file or credential()
    if file is None:
        return os.environ.get(PASSWORD_VARIABLE) or None
    try:
        password = file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise UserError(f"--password-file {file}: cannot read it: {reason}") from None
    if not password:
        raise UserError(f"--password-file {file}: it is empty")
    return password


def credential() -> Path | None:
    """Return the file in which systemd passes the password, if it does."""
    path = Path(os.environ.get("CREDENTIALS_DIRECTORY", ""), CREDENTIAL_NAME)
    try:
        return path if path.is_absolute() and path.exists() else None
    except PermissionError:  # reported when it is read
        return path


def make_client(broker: Broker, settings: MqttSettings) -> Any:
    """Return a paho client that is ready to connect.

    Raises UserError if paho is not installed or a file cannot be used.
    """
    try:
        from paho.mqtt.client import Client  # noqa: PLC0415 - optional
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415 - optional
    except ImportError:
        raise UserError(f"--to {broker}: needs paho-mqtt 2: {install_hint('mqtt')}") from None
    client_id = f"emotion-edge-{secrets.token_hex(6)}"  # brokers disconnect a client with ours
    client: Any = Client(CallbackAPIVersion.VERSION2, client_id=client_id)
    if broker.user is not None:
        client.username_pw_set(broker.user, read_password(settings.password_file))
    if broker.tls:
        client.tls_set_context(_tls_context(settings))
    client.connect_timeout = CONNECT_TIMEOUT_S
    # Devices that lost their broker at the same moment must not all return at the same moment.
    # Delays double, so factors from a half to one spread the retries evenly.
    factor = random.uniform(0.5, 1)
    client.reconnect_delay_set(factor * FIRST_RETRY_S, factor * LAST_RETRY_S)
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
            path.read_bytes()
    except OSError as error:
        raise UserError(f"{option} {path}: cannot read it: {error.strerror}") from None
