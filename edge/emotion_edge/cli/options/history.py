"""Command-line options of `emotion-edge history`."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from emotion_edge.output.history.times import end_moment, moment

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
        type=_typed(moment),
        default=_FIRST,
        metavar="TIME",
        help="a day, 2026-11-28, or a time, 2026-11-28T20:15; local time unless it says otherwise, "
        "as 2026-11-28T19:15Z does (default: all)",
    )
    parser.add_argument(
        "--to",
        dest="end",
        type=_typed(end_moment),
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


def _typed(parse: Callable[[str], datetime]) -> Callable[[str], datetime]:
    """Return a parser whose ValueError's text argparse prints."""

    def typed(text: str) -> datetime:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return typed
