"""Command-line options of `emotion-edge update`."""

import argparse
from pathlib import Path

from emotion_edge.cli.argument_types import seconds
from emotion_edge.system.paths import MODELS, RUN_DIR


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
    add = parser.add_argument
    add("--root", type=Path, metavar="FILE", help="with --enrol: the repository's root metadata")
    add(
        "--watch",
        type=seconds,
        default=120.0,
        metavar="SECONDS",
        help="how long the daemon has to work with a new model before it counts as installed; 0 "
        "does not look (default: %(default)g)",
    )
    add("--models", type=Path, default=MODELS, metavar="DIR", help="(default: %(default)s)")
    add("--run-dir", type=Path, default=RUN_DIR, metavar="DIR", help="(default: %(default)s)")
