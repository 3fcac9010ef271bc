"""Command-line options that tell the people in view what runs: a sign and a light."""

import argparse
import os
from pathlib import Path

from emotion_edge.cli.argument_types import gpio_pin
from emotion_edge.errors import is_plain
from emotion_edge.system.texts import LANGUAGES, locale_language


def add_people_in_view(parser: argparse.ArgumentParser) -> None:
    """Add the options of `run` that tell people in view what runs."""
    add = parser.add_argument_group("people in view").add_argument
    add(
        "--indicator",
        type=gpio_pin,
        metavar="PIN",
        help="a GPIO pin, such as GPIO17, for a light: it is high while a camera's pictures are "
        "analysed, and low while paused; other sources leave it alone",
    )
    for name, text in (("purpose", "what it is for"), ("contact", "whom to ask, and where")):
        help_text = f"{text}: --web shows it with its notice"
        add(f"--{name}", type=_line, default="", metavar="TEXT", help=help_text)


def _line(text: str) -> str:
    """Parse one line of text; it may have the spaces of other scripts."""
    if not is_plain(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not one line of text")
    return text


def add_notice(parser: argparse.ArgumentParser) -> None:
    """Add the options of `notice`."""
    parser.set_defaults(verbose=False)
    add = parser.add_argument
    add(
        "--lang",
        choices=LANGUAGES,
        default=locale_language(os.environ),
        help="the sign's language (default: the locale's, here %(default)s)",
    )
    add("--purpose", type=_line, default="", metavar="TEXT", help="what it is for")
    add("--contact", type=_line, default="", metavar="TEXT", help="whom to ask, and where")
    add(
        "--to",
        type=Path,
        default=Path("-"),
        metavar="PATH",
        help="the file to write, such as sign.html; - for stdout (default)",
    )
