"""Checks of MQTT brokers, and what their errors mean: `emotion-edge doctor`."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

from emotion_edge.commands.doctor.finding import Finding, explain, is_open_to_others
from emotion_edge.errors import RunError, UserError
from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.password import CREDENTIAL_NAME, PASSWORD_VARIABLE, password_dangers
from emotion_edge.output.mqtt.probe import RefusedError, connected_client, round_trip

# OpenSSL's error numbers for certificates (X509_V_ERR_…, openssl/x509_vfy.h).
NOT_YET, EXPIRED, OTHER_HOST, OTHER_ADDRESS = 9, 10, 62, 64
KIND = (
    "is that port for TLS (mqtts://, usually 8883) or not (mqtt://, usually 1883)? The broker's "
    "log says why, for example that it asks for a --client-cert"
)
MEANINGS = (
    (
        ConnectionRefusedError,
        "nothing listens there",
        "start it; is the port right? mosquitto accepts only its own computer until its "
        "configuration has a line with listener",
    ),
    (socket.gaierror, "no computer has that name", "correct it, or give the address instead"),
    (ConnectionResetError, "it closes the connection", KIND),
    (TimeoutError, "no answer", "is it switched on, the address right, a firewall between?"),
)
SETTINGS = "correct --to and its options"


def password(brokers: Sequence[Broker], settings: MqttSettings) -> Iterator[Finding]:
    """Find what endangers the password or the client's key; nothing if all is well."""
    for danger, remedy in password_dangers(brokers, settings.password_file):
        yield Finding("password", "warn", danger, remedy)
    key = settings.client_key or settings.client_cert  # one file may hold both
    for option, path in (("password-file", settings.password_file), ("client-key", key)):
        if path and is_open_to_others(path):
            found = f"--{option} {path}: others than its owner can use it"
            yield Finding("password", "warn", found, f"chmod 600 {path}")


def broker(address: Broker, settings: MqttSettings) -> Iterator[Finding]:
    """Connect, and send ourselves a message that is not retained."""
    try:
        with connected_client(address, settings) as client:
            yield _exchange(address, client, settings.discovery)
    except UserError as error:
        yield explain("broker", error, SETTINGS)
    except RefusedError as error:
        yield Finding("broker", "fail", str(error), _login_remedy(address))
    except RunError as error:
        found, remedy = _meaning(address, error.__cause__)
        yield Finding("broker", "fail", f"{address}: {found}" if found else str(error), remedy)


def _exchange(address: Broker, client: Any, discovery: str) -> Finding:
    """Publish "ok" next to the daemon's topics, which nobody subscribes to, and wait for it."""
    topics = {f"{address.prefix}/doctor": f"{address.prefix}/#"}
    if discovery:
        topics[f"{discovery}/device/{address.device_id}/doctor"] = f"{discovery}/#"
    deaf = topics.keys() - round_trip(client, topics, b"ok")
    if not deaf:
        found = f"connected, messages on {' and '.join(topics)} came back"
        return Finding("broker", "ok", f"{address}: {found}")
    found = f"{address}: connected, but no message came back on {' and '.join(sorted(deaf))}"
    may = " and ".join(topics[topic] for topic in sorted(deaf))
    return Finding("broker", "warn", found, f"let the user read and write {may}")


def _login_remedy(address: Broker) -> str:
    user = address.user
    who = "give the user, mqtt[s]://USER@host," if user is None else f"check {user!r}"
    return (
        f"{who} and the password, which comes from --password-file or the environment's "
        f"{PASSWORD_VARIABLE} (the service's is /etc/credstore/{CREDENTIAL_NAME})"
    )


def _meaning(address: Broker, cause: BaseException | None) -> tuple[str, str]:
    """Return what was found, "" if the error itself says it, and the remedy."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate(address, cause)
    if isinstance(cause, ssl.SSLError):
        return f"no TLS connection: {cause.reason or cause}", KIND
    for kind, found, remedy in MEANINGS:
        if isinstance(cause, kind):
            return found, remedy
    if cause is None:
        return "", KIND
    return getattr(cause, "strerror", None) or str(cause), "check the network here, and --to"


def _certificate(address: Broker, error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    found = f"its certificate is refused: {error.verify_message}"
    if error.verify_code == EXPIRED:
        return found, "renew the broker's certificate; or is the clock here wrong?"
    if error.verify_code == NOT_YET:
        return found, "set the clock here: sudo timedatectl set-ntp true"
    if error.verify_code in (OTHER_HOST, OTHER_ADDRESS):
        return found, f"give --to the name that is in the certificate, not {address.host}"
    return found, "give the certificate of the authority that signed it with --ca-file"
