"""Whether this device's clock can tell what has expired.

A board without a battery starts with the time of its last shutdown, or with 1970. Metadata that has
expired then looks valid, so somebody who repeats old files could keep this device from new ones;
they cannot bring older ones than it has seen, because that does not depend on the clock. TUF's
files do not say when they were signed, so only a clock that is certainly wrong is noticed: it is
before this program was installed, or before an earlier check.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from emotion_edge.errors import RunError
from emotion_edge.system.clock import FIRST_YEAR

_SLACK = timedelta(days=1)  # clocks are corrected by seconds, not by days
FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def utc_now() -> str:
    """Return the present time, as update.json has it."""
    return datetime.now(UTC).strftime(FORMAT)


def check_clock(checked: str | None) -> None:
    """Raise RunError if the clock is certainly in the past. checked: when updates last worked."""
    now = datetime.now(UTC)
    installed = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    known = {
        "this program existed": datetime(FIRST_YEAR, 1, 1, tzinfo=UTC),
        "this program was installed": installed,
        "the last check": _parse(checked),
    }
    event, latest = max(known.items(), key=lambda item: item[1])
    if now + _SLACK < latest:
        raise RunError(
            f"this device's clock says {now:%Y-%m-%d %H:%M} UTC, which is before {event} "
            f"({latest:%Y-%m-%d}), so it cannot tell what has expired",
            "set it, or wait until it is set (timedatectl), and try again",
        )


def _parse(text: str | None) -> datetime:
    try:
        return datetime.strptime(text or "", FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
