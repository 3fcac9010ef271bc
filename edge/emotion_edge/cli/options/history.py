"""Command-line options of `emotion-edge history`."""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

_FIRST, _LAST = (each.replace(tzinfo=UTC) for each in (datetime.min, datetime.max))


def add_history_options(parser: argparse.ArgumentParser) -> None:
    """Add the file, what of it to print, and how."""
    parser.set_defaults(verbose=False, format="table")
    parser.add_argument("file", type=Path, metavar="FILE", help="written by run --history")
    formats = parser.add_mutually_exclusive_group()
    for name, text in (("csv", "print CSV instead of a table"), ("json", "print a JSON array")):
        formats.add_argument(
            f"--{name}", dest="format", action="store_const", const=name, help=text
        )
    parser.add_argument(
        "--from",
        dest="start",
        type=moment,
        default=_FIRST,
        metavar="TIME",
        help="a day, 2026-11-28, or a time, 2026-11-28T20:15; local time unless it says otherwise, "
        "as 2026-11-28T19:15Z does (default: all)",
    )
    parser.add_argument(
        "--to",
        dest="end",
        type=end_moment,
        default=_LAST,
        metavar="TIME",
        help="a day, which is included, or a time, which is not (default: all)",
    )
    parser.add_argument(
        "--by",
        choices=("minute", "hour", "day"),
        default="day",
        help="a row for each label in each of these, of local time (default: %(default)s)",
    )


def moment(text: str) -> datetime:
    """Parse a time, or a day's beginning, in ISO 8601; without a zone it is local time."""
    return _local(text, timedelta())


def end_moment(text: str) -> datetime:
    """Parse a time, or a day's end."""
    return _local(text, timedelta(days=len(text) <= len("2026-11-28")))


def _local(text: str, more: timedelta) -> datetime:
    try:
        return (datetime.fromisoformat(text) + more).astimezone()
    except (ValueError, OverflowError):
        problem = f"{text[:40]!a} is not a day or a time, such as 2026-11-28 or 2026-11-28T20:15"
        raise argparse.ArgumentTypeError(problem) from None
