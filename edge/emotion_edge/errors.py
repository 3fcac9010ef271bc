"""Errors that a user can act on, the exit codes of all three programs, and text safe to print.

Exit code 2 means bad input or configuration, 1 a failure at run time.
"""

import os
import re
import sys
import unicodedata
from collections.abc import Callable
from io import TextIOWrapper
from typing import IO

MASK = "********"
# A user may follow the scheme; everything between the next colon and the last @ is a password.
_SCHEME = r"(?:[^:/@]*+:/++|(?:mqtts?|rtsps?|https?|wss?|ssl|tls|tcp):?/*+)"
_BEFORE_HOST = re.compile(
    rf"^({_SCHEME}[^:@]*+:(?!//)|[^:@/]*+:(?!/)).*@", re.IGNORECASE | re.DOTALL
)
# "mqtt://user:secret", whose @host was forgotten: a port would be digits.
_FOR_A_PORT = re.compile(
    r"^([a-z][a-z0-9+.-]*+://[^:/@\[]*+:)(?!\d{1,5}(?:[/?#]|$))[^@]*$", re.IGNORECASE | re.DOTALL
)
_IN_QUERY = re.compile(r"([?&;])([^?=&;#]*+)=[^&;#]*")
_SECRET_KEY = re.compile(r"pas|pwd|psw|token|secret|auth|key|^pw$", re.IGNORECASE)
# Some cameras have a password in the path: "/user=admin_password=secret_channel=1".
_IN_PATH = re.compile(r"((?:pass|pwd|psw|token|secret)[a-z]{0,9}=)[^/?&;#*]+", re.IGNORECASE)
# Controls (ESC among them), format controls such as those that reverse the direction of writing,
# lone surrogates, and separators of lines and paragraphs.
_CONTROLS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # format controls that words in some scripts, and emoji, are made of


class _ExplainedError(Exception):
    """found: what is wrong, and where. remedy: what to do about it, if the first does not say it.

    The message is both.
    """

    def __init__(self, found: str, remedy: str = "") -> None:
        super().__init__(f"{found}; {remedy}" if remedy else found)
        self.found, self.remedy = found, remedy


class UserError(_ExplainedError):
    """Bad input or configuration."""


class RunError(_ExplainedError):
    """A failure at run time that the user did not cause."""


def exit_code(program: str, main: Callable[[], int]) -> int:
    """Run `main`; turn its errors into one line on stderr and an exit code.

    Returns the result of `main`; 2 after a UserError; 1 after a RunError or an OSError (full disk,
    missing permission); 130 after Ctrl-C. Any other exception is a bug and keeps its traceback.
    """
    if isinstance(sys.stdout, TextIOWrapper):  # a file's name may have bytes that are not UTF-8
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return main()
    except UserError as error:
        return _fail(program, error, 2)
    except (RunError, OSError) as error:
        return _fail(program, error, 1)
    except KeyboardInterrupt:
        return _fail(program, "interrupted", 130)


def mask(text: str) -> str:
    """Mask passwords in a URL, even in a malformed one such as "mqtt:/user:secret@host"."""
    text = _BEFORE_HOST.sub(rf"\1{MASK}@", text)
    text = _FOR_A_PORT.sub(rf"\1{MASK}", text)
    text = _IN_QUERY.sub(_mask_query, text)
    return _IN_PATH.sub(rf"\1{MASK}", text) if "://" in text else text


def _mask_query(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}={MASK}" if _SECRET_KEY.search(match[2]) else match[0]


def discard(stream: IO[str] | None) -> None:
    """Redirect a standard stream to nowhere, so that the interpreter's last flush cannot fail."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_plain(text: str) -> bool:
    """Return whether a text has no control characters, so that it is one harmless line."""
    return text.isprintable() or not any(map(_is_control, text))


def escape(text: str) -> str:
    """Return the text as one line, with its control characters escaped as Python writes them."""
    if is_plain(text):
        return text
    return "".join(c.encode("unicode_escape").decode() if _is_control(c) else c for c in text)


def shorten(value: object, length: int = 60) -> str:
    """Return a value from a file for an error message: escaped, and cut if it is long."""
    try:
        text = repr(value)
    except ValueError:  # an integer of more than 4,300 digits
        text = "a number of thousands of digits"
    return escape(text if len(text) <= length else f"{text[:length]}...")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in _CONTROLS and character not in _JOINERS


def _fail(program: str, error: object, code: int) -> int:
    try:
        print(f"{program}: error: {escape(str(error))}", file=sys.stderr, flush=True)
    except OSError:  # nobody reads stderr any more
        discard(sys.stderr)
    return code
