"""Command-line options of `emotion-edge update`."""

import argparse
from pathlib import Path

from emotion_edge.cli.options.install import add_watch


def add_update(parser: argparse.ArgumentParser) -> None:
    """Add the options of `update` that `run` does not have."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--enrol",
        metavar="URL",
        help="once: take models from the repository at this http:// or https:// address; needs "
        "--root",
    )
    what.add_argument(
        "--check", action="store_true", help="say what this device should run, install nothing"
    )
    what.add_argument(
        "--requested",
        action="store_true",
        help="do what the daemon asks for, by a file in --run-dir (for systemd)",
    )
    parser.add_argument(
        "--root", type=Path, metavar="FILE", help="with --enrol: the repository's root metadata"
    )
    add_watch(parser)
