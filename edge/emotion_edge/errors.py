"""Errors that a user can act on, and the exit codes of all three programs.

Exit code 2 means bad input or configuration, 1 a failure at run time.
"""

import os
import re
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import IO

MASK = "********"


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
    """Mask a password in a URL, even in a malformed one such as "mqtt:/user:secret@host"."""
    pattern = r"^([^:/]*:/*[^:@]*:|[^:/]*:(?!/)).*@"
    return re.sub(pattern, rf"\1{MASK}@", text, flags=re.DOTALL)


def discard(stream: IO[str] | None) -> None:
    """Redirect a standard stream to nowhere, so that the interpreter's last flush cannot fail."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _fail(program: str, error: object, code: int) -> int:
    try:
        print(f"{program}: error: {error}", file=sys.stderr, flush=True)
    except OSError:  # nobody reads stderr any more
        discard(sys.stderr)
    return code
