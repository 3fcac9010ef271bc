"""The password for brokers: where it comes from, and what endangers it."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.address.text_rules import LIMIT
from emotion_edge.system.core_dumps import hide_memory
from emotion_edge.util.regular_file import read_regular_file

PASSWORD_VARIABLE = "EMOTION_EDGE_PASSWORD"  # noqa: S105 - the variable's name
CREDENTIAL_NAME = "emotion-edge.password"  # among systemd's credentials
AROUND = 64  # bytes of a file that are not the password's: a byte order mark, ends of lines


def read_password(file: Path | None) -> str | None:
    """Return the password from `file`, systemd's credentials or the environment; None without one.

    A byte order mark and ends of lines after the password do not count. From now on other processes
    cannot read this one's memory. Raises UserError if the password cannot be read, or is empty, too
    long, or not one line of UTF-8.
    """
    hide_memory()
    file = file or credential()
    if file is None:
        text = os.environ.get(PASSWORD_VARIABLE)
        return _decode(PASSWORD_VARIABLE, os.fsencode(text)) if text else None
    where = f"--password-file {file}"
    try:
        return _decode(where, read_regular_file(file, LIMIT + AROUND))
    except OSError as error:
        raise UserError(f"{where}: cannot read it: {error.strerror}") from None


def _decode(where: str, content: bytes) -> str:
    try:
        password = content.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UserError(f"{where}: cannot read it: not UTF-8") from None
    if not password:
        raise UserError(f"{where}: it is empty")
    if re.search(r"[\0\r\n]", password):
        raise UserError(f"{where}: it is not one line of text; write the password alone, in UTF-8")
    if len(password.encode()) > LIMIT:
        raise UserError(f"{where}: it has more than the {LIMIT:,} bytes that MQTT can send")
    return password


def credential() -> Path | None:
    """Return the file in which systemd passes the password, if it does."""
    path = Path(os.environ.get("CREDENTIALS_DIRECTORY", ""), CREDENTIAL_NAME)
    try:
        return path if path.is_absolute() and path.exists() else None
    except PermissionError:  # reported when it is read
        return path


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
