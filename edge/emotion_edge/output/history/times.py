"""The times of which a history is asked, as people write them."""

from datetime import datetime, time, timedelta

_DAY = timedelta(days=1)


def moment(text: str) -> datetime:
    """Return a time, or a day's beginning, in ISO 8601; without a zone it is local time.

    Raises ValueError.
    """
    return _local(text, timedelta())


def end_moment(text: str) -> datetime:
    """Return a time, or a day's end; raises ValueError."""
    return _local(text, _DAY if len(text) <= len("2026-11-28") else timedelta())


def one_day(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    """Return start and end; one that is None is a day of the calendar from the other.

    That day may have 23 or 25 hours. Without both it is today. Raises ValueError.
    """
    if start is None and end is None:
        start = datetime.combine(datetime.now(), time.min).astimezone()
    try:
        return start or _shifted(end, -_DAY), end or _shifted(start, _DAY)
    except OverflowError:
        raise ValueError("there is no such day") from None


def _shifted(moment: datetime | None, by: timedelta) -> datetime:
    """Return a time with the same hour of another day, in local time."""
    assert moment is not None
    return (moment.astimezone().replace(tzinfo=None) + by).astimezone()


def _local(text: str, more: timedelta) -> datetime:
    try:
        return (datetime.fromisoformat(text) + more).astimezone()
    except (ValueError, OverflowError):
        problem = f"{text[:40]!a} is not a day or a time, such as 2026-11-28 or 2026-11-28T20:15"
        raise ValueError(problem) from None
