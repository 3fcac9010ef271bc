"""The password for brokers: where it comes from, and what endangers it."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.address.text_rules import LIMIT
from emotion_edge.system.core_dumps import hide_memory
from emotion_edge.system.password_file import (
    credential_file,
    decode_password,
    read_password_file,
)

PASSWORD_VARIABLE = "EMOTION_EDGE_PASSWORD"  # noqa: S105 - the variable's name
CREDENTIAL_NAME = "emotion-edge.password"  # among systemd's credentials


def read_password(file: Path | None) -> str | None:
    """Return the password from `file`, systemd's credentials or the environment; None without one.

    From now on other processes cannot read this one's memory. Raises UserError as
    `read_password_file` does.
    """
    file = file or credential()
    if file is not None:
        return read_password_file("--password-file", file, LIMIT)
    hide_memory()
    text = os.environ.get(PASSWORD_VARIABLE)
    return decode_password(PASSWORD_VARIABLE, os.fsencode(text), LIMIT) if text else None


def credential() -> Path | None:
    """Return the file in which systemd passes the password, if it does."""
    return credential_file(CREDENTIAL_NAME)


def default_origin() -> str | None:
    """Return where the password comes from without --password-file; None if there is none."""
    if path := credential():
        return str(path)
    return f"environment {PASSWORD_VARIABLE}" if os.environ.get(PASSWORD_VARIABLE) else None


def password_dangers(brokers: Sequence[Broker], file: Path | None) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the way of the password, and what to do, once for each broker.

    file: --password-file. Raises UserError as `read_password` does.
    """
    users = [broker for broker in brokers if broker.user is not None]
    if users and read_password(file) is not None:
        for broker in users:
            if not broker.tls and not broker.is_local:
                yield f"{broker}: the password goes there unencrypted", "use mqtts:// and its port"
    elif brokers and not users and (origin := default_origin()):
        yield f"{origin}: no address in --to has a user, so it is not used", "write USER@host"
