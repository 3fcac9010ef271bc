"""The result of a check of `emotion-edge doctor`."""

from typing import NamedTuple

from emotion_edge.errors import RunError, UserError


class Finding(NamedTuple):
    """status: "ok", "warn" or "fail". remedy: what to do; "" if it is ok."""

    check: str
    status: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" -> {self.remedy}" if self.remedy else ""
        return f"{self.status:4}  {self.check}: {self.found}{remedy}"


def explain(check: str, error: UserError | RunError, remedy: str) -> Finding:
    """Return a failure from an error. remedy: for an error without one."""
    return Finding(check, "fail", error.found or type(error).__name__, error.remedy or remedy)
