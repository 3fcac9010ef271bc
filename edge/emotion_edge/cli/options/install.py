"""Command-line options for installing a model."""

import argparse
from pathlib import Path

from emotion_edge.cli.argument_types import seconds


def add_install(parser: argparse.ArgumentParser) -> None:
    """Add FILE and the options of `install-model` that `run` does not have."""
    add = parser.add_argument
    add("file", type=Path, nargs="?", metavar="FILE", help="a .tflite written by convert")
    add("--rollback", action="store_true", help="use the model again that was in use before")
    add("--name", default="", help="what to call the model (default: FILE's name)")
    add_watch(parser)


def add_watch(parser: argparse.ArgumentParser) -> None:
    """Add --watch."""
    parser.add_argument(
        "--watch",
        type=seconds,
        default=120.0,
        metavar="SECONDS",
        help="how long the daemon has to work with the model before it counts as installed; 0 does "
        "not look (default: %(default)g)",
    )
