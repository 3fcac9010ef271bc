"""How long each signature is valid, when it is time for a new one, and whether the clock is right.

Whoever stands between the web server and a device can hide what is new for so long at most.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tuf.api.metadata import Metadata

from emotion_edge.errors import UserError

# Before one of them is shortened, `check_clock` must know of what was signed for longer.
LIFETIMES = {
    "root": timedelta(days=365),
    "targets": timedelta(days=90),
    "snapshot": timedelta(days=90),
    "timestamp": timedelta(days=7),
}
# So long before its end, a signature is renewed.
_MARGINS = {
    "root": timedelta(days=60),
    "targets": timedelta(days=30),
    "snapshot": timedelta(days=30),
    "timestamp": timedelta(days=5),
}
_CLOCKS_DIFFER = timedelta(days=1)  # at most, between two computers that publish


def now() -> datetime:
    """Return the time as TUF writes it."""
    return datetime.now(UTC)


def expiry(role: str) -> datetime:
    """Return when a signature that is made now expires."""
    return now() + LIFETIMES[role]


def is_due(metadata: Metadata[Any]) -> bool:
    """Return whether it is time to sign this anew."""
    return metadata.signed.expires - _MARGINS[metadata.signed.type] <= now()


def is_expired(metadata: Metadata[Any]) -> bool:
    """Return whether devices refuse this because of its age."""
    return metadata.signed.is_expired(now())


def show_time(time: datetime) -> str:
    """Return a time for people."""
    return f"{time:%Y-%m-%d %H:%M} UTC"


def check_clock(signed_before: Iterable[Metadata[Any]]) -> None:
    """Raise UserError if the clock says that something was signed in the future.

    What a clock signs that is years behind, devices refuse as expired.
    """
    for each in signed_before:
        made = each.signed.expires - LIFETIMES[each.signed.type]
        if made > now() + _CLOCKS_DIFFER:
            raise UserError(
                f"this computer's clock says {show_time(now())}, but {each.signed.type} was "
                f"signed at {show_time(made)}",
                "set the clock; if it is right now, and was ahead then, sign everything anew with "
                "`rotate targets snapshot timestamp root`",
            )
