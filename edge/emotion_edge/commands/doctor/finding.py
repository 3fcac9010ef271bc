"""The result of a check of `emotion-edge doctor`."""

import stat
from pathlib import Path
from typing import NamedTuple

from emotion_edge.errors import RunError, UserError, escape


class Finding(NamedTuple):
    """status: "ok", "warn" or "fail". remedy: what to do; "" if it is ok."""

    check: str
    status: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" -> {self.remedy}" if self.remedy else ""
        return escape(f"{self.status:4}  {self.check}: {self.found}{remedy}")


def explain(check: str, error: UserError | RunError, remedy: str) -> Finding:
    """Return a failure from an error. remedy: for an error without one."""
    return Finding(check, "fail", error.found or type(error).__name__, error.remedy or remedy)


def is_open_to_others(path: Path) -> bool:
    """Tell whether others than its owner can use a file that holds a secret."""
    try:
        return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:  # reported when it is read
        return False
