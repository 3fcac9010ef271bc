"""Types of command-line options, and a helper for --help.

All programs share them, so this imports nothing of ours.
"""

import argparse
import re
from typing import NamedTuple


def describe(parser: argparse.ArgumentParser, text: str) -> argparse.ArgumentParser:
    """Give a parser a description that keeps its line breaks."""
    parser.description = text
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def count(text: str) -> int:
    """Parse a whole number from 1 to 1,000,000,000."""
    return _whole(text, 1, 1_000_000_000)


def threads(text: str) -> int:
    """Parse a number of threads, 1 to 64: the runtimes crash with thousands."""
    return _whole(text, 1, 64)


def camera_number(text: str) -> int:
    """Parse a camera's number, from 0."""
    return _whole(text, 0, 99)


def rate(text: str) -> float:
    """Parse a frame rate, 0.1 to 240 per second."""
    value = float(text)
    if not 0.1 <= value <= 240:
        raise argparse.ArgumentTypeError(f"{text} is not from 0.1 to 240")
    return value


def face_side(text: str) -> int:
    """Parse a face's minimum side, from 16 pixels: smaller ones need thousands of windows."""
    return _whole(text, 16, 100_000)


def seed(text: str) -> int:
    """Parse the seed of a random number generator: a whole number of 32 bits."""
    return _whole(text, 0, 2**32 - 1)


def keepalive(text: str) -> int:
    """Parse MQTT's keep-alive in seconds: 16 bits in its packet, and 0 would turn it off."""
    return _whole(text, 1, 65_535)


def minutes(text: str) -> float:
    """Parse a period in minutes, 1 or more: a shorter one would describe single moments."""
    value = _not_negative(text, "a number of minutes")
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1: it would describe single moments")
    return value


def _whole(text: str, least: int, most: int) -> int:
    value = int(text)
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text} is not from {least} to {most}")
    return value


def seconds(text: str) -> float:
    """Parse a finite number of seconds, 0 or more."""
    return _not_negative(text, "a number of seconds")


def line(text: str) -> str:
    """Parse one line of printable text."""
    if not text.isprintable():
        raise argparse.ArgumentTypeError(f"{text!r} is not one line of text")
    return text


def limit(text: str) -> float:
    """Parse a finite number, 0 or more."""
    return _not_negative(text, "a number of 0 or more")


def share(text: str) -> float:
    """Parse a number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 1")
    return value


def face_threshold(text: str) -> float:
    """Parse a face's minimum score, 0.3 to 1: below, the network's answers are clutter."""
    value = float(text)
    if not 0.3 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not from 0.3 to 1")
    return value


def _not_negative(text: str, kind: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not {kind}")
    return value


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
