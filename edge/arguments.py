"""Command-line habits that the three programs share."""

import argparse
import re


def describe(parser: argparse.ArgumentParser, text: str) -> argparse.ArgumentParser:
    """Give a parser a description that keeps its line breaks."""
    parser.description = text
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def count(text: str) -> int:
    """Parse a whole number of at least 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def seed(text: str) -> int:
    """Parse a whole number, 0 or more, as random number generators want it."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return value


def seconds(text: str) -> float:
    """Parse a finite number of seconds, 0 or more."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds")
    return value


def frame_size(text: str) -> tuple[int, int]:
    """Parse "640x480" to (width, height) in pixels."""
    match = re.fullmatch(r"([1-9]\d{0,3})x([1-9]\d{0,3})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, such as 640x480")
    return int(match[1]), int(match[2])
