"""What endangers the page, or those who see it."""

from typing import Literal, NamedTuple


class Danger(NamedTuple):
    """found: what is wrong. remedy: what to do about it. status: as `doctor` says it."""

    found: str
    remedy: str
    status: Literal["warn", "fail"] = "warn"
