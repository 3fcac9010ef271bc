"""What goes wrong in words a user can act on, and the exit codes that say whose turn it is.

Shared by the three programs: 2 for bad input or configuration, 1 for failure at run time.
"""

import re
import sys
from collections.abc import Callable

MASK = "********"


class UserError(Exception):
    """Bad input or configuration: the message says what is wrong, where, and what to do."""


class RunError(Exception):
    """A failure at run time that is not the user's doing."""


def exit_code(program: str, main: Callable[[], int]) -> int:
    """Run `main` and turn its errors into one line on stderr and an exit code.

    Returns what `main` returns; 2 after a UserError; 1 after a RunError or an OSError (full disk,
    missing permission); 130 after Ctrl-C. Anything else is our defect and keeps its traceback.
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
    """Hide what may be a password in a URL, also in one that is mistyped ("mqtt:/u:word@host")."""
    pattern = r"^([^:/]*:/*[^:@]*:|[^:/]*:(?!/)).*@"
    return re.sub(pattern, rf"\1{MASK}@", text, flags=re.DOTALL)


def _fail(program: str, error: object, code: int) -> int:
    print(f"{program}: error: {error}", file=sys.stderr)
    return code
