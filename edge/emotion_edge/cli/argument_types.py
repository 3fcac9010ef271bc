"""Types of command-line options, and a helper for --help.

All programs share them, so this imports nothing of ours.
"""

import argparse
import math
import re
from contextlib import suppress
from typing import NamedTuple


def describe(parser: argparse.ArgumentParser, text: str) -> argparse.ArgumentParser:
    """Give a parser a description that keeps its line breaks."""
    parser.description = text
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def count(text: str) -> int:
    """Parse a whole number from 1 to 1,000,000,000."""
    return _whole(text, 1, 1_000_000_000)


def epochs(text: str) -> int:
    """Parse a number of epochs that may be 0."""
    return _whole(text, 0, 1_000_000_000)


def threads(text: str) -> int:
    """Parse a number of threads, 1 to 64: the runtimes crash with thousands."""
    return _whole(text, 1, 64)


def camera_number(text: str) -> int:
    """Parse a camera's number, from 0."""
    return _whole(text, 0, 99)


def face_side(text: str) -> int:
    """Parse a face's minimum side, from 16 pixels: smaller ones need thousands of windows."""
    return _whole(text, 16, 100_000)


def picture_width(text: str) -> int:
    """Parse the width of the page's picture, 64 to 1920 pixels."""
    return _whole(text, 64, 1920)


def viewers(text: str) -> int:
    """Parse how many may watch the page at once, 1 to 100."""
    return _whole(text, 1, 100)


def seed(text: str) -> int:
    """Parse the seed of a random number generator: a whole number of 32 bits."""
    return _whole(text, 0, 2**32 - 1)


def keepalive(text: str) -> int:
    """Parse MQTT's keep-alive in seconds: 16 bits in its packet, and 0 would turn it off."""
    return _whole(text, 1, 65_535)


def rate(text: str) -> float:
    """Parse a frame rate, 0.1 to 240 per second."""
    return _number(text, 0.1, 240)


def megapixels(text: str) -> float:
    """Parse a picture's greatest size in millions of pixels."""
    return _number(text, 0.01, 10_000)


def seconds(text: str) -> float:
    """Parse a number of seconds, from 0 to a year: sums of larger ones are not exact any more."""
    return _number(text, 0, 31_536_000)


def minutes(text: str) -> float:
    """Parse a period in minutes, up to a year; less than 1 would describe single moments."""
    return _number(text, 1, 525_600)


def days(text: str) -> int:
    """Parse a number of days, 1 to 36,500, which is a century."""
    return _whole(text, 1, 36_500)


def limit(text: str) -> float:
    """Parse a number from 0 to 1e30."""
    return _number(text, 0, 1e30)


def face_threshold(text: str) -> float:
    """Parse a face's minimum score, 0.3 to 1: below, the network's answers are clutter."""
    return _number(text, 0.3, 1)


def pixel(text: str) -> float:
    """Parse what a network expects of a black or white pixel, -1000 to 1000."""
    return _number(text, -1000, 1000)


def percent(text: str) -> float:
    """Parse a number from 0 to 100."""
    return _number(text, 0, 100)


def share(text: str) -> float:
    """Parse a number from 0 to 1."""
    return _number(text, 0, 1)


def _whole(text: str, least: int, most: int) -> int:
    try:
        value = int(text)
    except ValueError:  # also for thousands of digits
        raise argparse.ArgumentTypeError(f"{_shown(text)} is not a whole number") from None
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{_shown(text)} is not from {least} to {most}")
    return value


def _number(text: str, least: float, most: float) -> float:
    value = math.nan
    with suppress(ValueError):
        value = float(text)
    if math.isnan(value):
        raise argparse.ArgumentTypeError(f"{_shown(text)} is not a number")
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{_shown(text)} is not from {least:.10g} to {most:.10g}")
    return value


def _shown(text: str) -> str:
    return text if len(text) <= 40 and text.isprintable() else f"{text[:40]!a}…"


def line(text: str) -> str:
    """Parse one line of printable text."""
    if not text.isprintable():
        raise argparse.ArgumentTypeError(f"{text!r} is not one line of text")
    return text


def gpio_pin(text: str) -> str:
    """Parse the name of a GPIO pin, such as "GPIO17"."""
    if not re.fullmatch("GPIO[0-9]{1,2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a pin, such as GPIO17")
    return text


class Size(NamedTuple):
    """Width and height in pixels; its text is what `frame_size` parses."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def frame_size(text: str) -> Size:
    """Parse "640x480"."""
    match = re.fullmatch(r"([1-9]\d{0,3})x([1-9]\d{0,3})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, such as 640x480")
    return Size(int(match[1]), int(match[2]))
