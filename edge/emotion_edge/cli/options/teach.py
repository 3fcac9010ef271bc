"""Command-line options of `teach`."""

import argparse
from pathlib import Path

from emotion_edge.cli.argument_types import count
from emotion_edge.cli.options.camera import add_source
from emotion_edge.cli.options.model import add_common, add_model
from emotion_edge.cli.options.shared import add_detector
from emotion_edge.cli.options.web import add_web


def add_teach(parser: argparse.ArgumentParser) -> None:
    """Add all options of `teach`."""
    add = parser.add_argument
    add("--from", dest="pictures", type=Path, metavar="DIR", help="class folders, not a source")
    add(
        "--to",
        type=Path,
        default=Path("taught.json"),
        metavar="FILE",
        help="the taught file to write (default: %(default)s)",
    )
    add("--forget", action="store_true", help="remove FILE, and teach nothing")
    add(
        "--label",
        action="append",
        default=[],
        help="teach this one, and others only if they are named, too (default: all in DIR, or the "
        "model's)",
    )
    add("--only", action="store_true", help="leave out the model's labels that are not taught")
    add("--count", type=count, default=20, help="faces of each label (default: %(default)s)")
    add_model(parser)
    add("--keep-features", action="store_true", help="keep them, and add to those in FILE")
    add_web(parser, "the lesson, which also asks for consent,")
    add_source(parser, required=False)
    parser.set_defaults(source=None)  # so that it is known whether it was given
    add_detector(parser)
    add_common(parser)
