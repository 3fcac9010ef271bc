"""Passwords in files: the brokers', the page's and the camera's."""

import os
import re
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.system.core_dumps import hide_memory
from emotion_edge.util.regular_file import read_regular_file

AROUND = 64  # bytes of a file that are not the password's: a byte order mark, ends of lines


def read_password_file(option: str, path: Path, limit: int) -> str:
    """Return the password in a file; a byte order mark and ends of lines after it do not count.

    From now on other processes cannot read this one's memory. option: the one that names the file,
    for messages. limit: the password's most bytes. Raises UserError if it cannot be read, or is
    empty, too long, or not one line of UTF-8.
    """
    hide_memory()
    where = f"{option} {path}"
    try:
        return decode_password(where, read_regular_file(path, limit + AROUND), limit)
    except OSError as error:
        raise UserError(f"{where}: cannot read it: {error.strerror}") from None


def decode_password(where: str, content: bytes, limit: int) -> str:
    """Return the password in `content`; `where` it comes from, and errors: `read_password_file`."""
    try:
        password = content.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UserError(f"{where}: cannot read it: not UTF-8") from None
    if not password:
        raise UserError(f"{where}: it is empty")
    if re.search(r"[\0\r\n]", password):
        raise UserError(f"{where}: it is not one line of text; write the password alone, in UTF-8")
    if len(password.encode()) > limit:
        raise UserError(f"{where}: it has more than the {limit:,} bytes that are possible")
    return password


def credential_file(name: str) -> Path | None:
    """Return the file in which systemd passes the credential `name`, if it does."""
    path = Path(os.environ.get("CREDENTIALS_DIRECTORY", ""), name)
    try:
        return path if path.is_absolute() and path.exists() else None
    except PermissionError:  # reported when it is read
        return path
