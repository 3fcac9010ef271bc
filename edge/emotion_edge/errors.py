"""Errors that a user can act on, the exit codes of all three programs, and text safe to print.

Exit code 2 means bad input or configuration, 1 a failure at run time.
"""

import re
import sys
import unicodedata
from collections.abc import Callable

MASK = "********"
# Controls (ESC among them), format controls such as those that reverse the direction of writing,
# lone surrogates, and separators of lines and paragraphs.
_CONTROLS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # format controls that words in some scripts, and emoji, are made of


class UserError(Exception):
    """Bad input or configuration: the message says what is wrong, where, and how to fix it."""


class RunError(Exception):
    """A failure at run time that the user did not cause."""


def exit_code(program: str, main: Callable[[], int]) -> int:
    """Run `main`; turn its errors into one line on stderr and an exit code.

    Returns the result of `main`; 2 after a UserError; 1 after a RunError or an OSError (full disk,
    missing permission); 130 after Ctrl-C. Any other exception is a bug and keeps its traceback.
    """
    try:
        return main()
    except UserError as error:
        return _fail(program, error, 2)
    except (RunError, OSError) as error:
        return _fail(program, error, 1)
    except KeyboardInterrupt:
        return _fail(program, "interrupted", 130)


def mask(text: str) -> str:
    """Mask a password in a URL, even in a malformed one such as "mqtt:/user:secret@host"."""
    pattern = r"^([^:/]*:/*[^:@]*:|[^:/]*:(?!/)).*@"
    return re.sub(pattern, rf"\1{MASK}@", text, flags=re.DOTALL)


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
    print(f"{program}: error: {escape(str(error))}", file=sys.stderr)
    return code
