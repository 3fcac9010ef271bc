"""The result of a check of `emotion-edge doctor`."""

from typing import NamedTuple

from emotion_edge.errors import escape


class Finding(NamedTuple):
    """status: "ok", "warn" or "fail". remedy: what to do; "" if it is ok."""

    check: str
    status: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" -> {self.remedy}" if self.remedy else ""
        return escape(f"{self.status:4}  {self.check}: {self.found}{remedy}")


def explain(check: str, error: Exception, remedy: str) -> Finding:
    """Return a failure from an error. Our messages say what is wrong, then "; " and a remedy.

    remedy: for messages without one.
    """
    found, _, own = str(error).partition("; ")
    return Finding(check, "fail", found or type(error).__name__, own or remedy)
