"""What `emotion-edge doctor` hears from a broker, and what its refusals mean."""

import socket
import ssl
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from emotion_edge.commands.doctor.system_checks import Finding, explain
from emotion_edge.errors import RunError, UserError
from emotion_edge.output.mqtt.address import CREDENTIAL_NAME, PASSWORD_VARIABLE, Broker
from emotion_edge.output.mqtt.probe import RefusedError, connected_client, round_trip

# OpenSSL's numbers for what is wrong with a certificate (X509_V_ERR_…, openssl/x509_vfy.h).
NOT_YET, EXPIRED, OTHER_HOST, OTHER_ADDRESS = 9, 10, 62, 64
KIND = (
    "is that port for TLS (mqtts://, usually 8883) or not (mqtt://, usually 1883)? Its log says "
    "why, as where it asks for a --client-cert"
)
MEANINGS = (
    (
        ConnectionRefusedError,
        "nothing listens there",
        "start it; is the port right? mosquitto listens to its own computer alone until its "
        "configuration has a line with listener",
    ),
    (socket.gaierror, "no computer has that name", "correct it, or give the address in its place"),
    (ConnectionResetError, "it breaks the connection off", KIND),
    (TimeoutError, "no answer", "is it switched on, the address right, a firewall between?"),
)
SETTINGS = "correct --to and what belongs to it"


def broker(there: Broker, args: Namespace) -> Iterator[Finding]:
    """Connect, and send a message to ourselves, of which nothing stays."""
    try:
        with connected_client(there, args) as client:
            yield _converse(there, client, args.discovery)
    except UserError as error:
        yield explain("broker", error, SETTINGS)
    except RefusedError as error:
        yield Finding("broker", "fail", str(error), _let_in(there))
    except RunError as error:
        found, remedy = _words(there, error.__cause__)
        yield Finding("broker", "fail", f"{there}: {found}" if found else str(error), remedy)


def _converse(there: Broker, client: Any, discovery: str) -> Finding:
    """Say "ok" where nobody listens, beside each place where the daemon speaks, and hear it."""
    topics = {f"{there.prefix}/doctor": f"{there.prefix}/#"}
    if discovery:
        topics[f"{discovery}/device/{there.device_id}/doctor"] = f"{discovery}/#"
    deaf = topics.keys() - round_trip(client, topics, b"ok")
    if not deaf:
        found = f"connected, messages on {' and '.join(topics)} came back"
        return Finding("broker", "ok", f"{there}: {found}")
    found = f"{there}: connected, but no message came back on {' and '.join(sorted(deaf))}"
    may = " and ".join(topics[topic] for topic in sorted(deaf))
    return Finding("broker", "warn", found, f"let the user read and write {may}")


def _let_in(there: Broker) -> str:
    who = "give the user, mqtt[s]://USER@host," if there.user is None else f"check {there.user!r}"
    return (
        f"{who} and the password, which comes from --password-file or the environment's "
        f"{PASSWORD_VARIABLE} (the service's is /etc/credstore/{CREDENTIAL_NAME})"
    )


def _words(there: Broker, cause: BaseException | None) -> tuple[str, str]:
    """Return what was found, "" where that has been said, and the remedy."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate(there, cause)
    if isinstance(cause, ssl.SSLError):
        return f"no TLS comes about: {cause.reason or cause}", KIND
    for kind, found, remedy in MEANINGS:
        if isinstance(cause, kind):
            return found, remedy
    if cause is None:
        return "", KIND
    return getattr(cause, "strerror", None) or str(cause), "look at the network here, and at --to"


def _certificate(there: Broker, error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    found = f"its certificate is refused: {error.verify_message}"
    if error.verify_code == EXPIRED:
        return found, "renew the broker's certificate; or is the clock here wrong?"
    if error.verify_code == NOT_YET:
        return found, "set the clock here: sudo timedatectl set-ntp true"
    if error.verify_code in (OTHER_HOST, OTHER_ADDRESS):
        return found, f"give --to the name that is in the certificate, not {there.host}"
    return found, "give the certificate of the authority that signed it with --ca-file"
