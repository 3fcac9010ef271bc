"""Command-line options that several commands of `emotion-edge` share."""

import argparse
from pathlib import Path

from emotion_edge.cli.argument_types import (
    count,
    face_side,
    face_threshold,
    seconds,
    share,
)
from emotion_edge.cli.options.camera import add_source
from emotion_edge.cli.options.model import (
    add_common,
    add_model,
    add_prior,
    add_run_dir,
    add_taught,
)
from emotion_edge.cli.options.output import add_outputs
from emotion_edge.cli.options.web import add_web
from emotion_edge.faces.detector import DEFAULT_THRESHOLD
from emotion_edge.pipeline.smoothing import SmoothingSettings


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add all options of `run`: each has a long name, which is its key in the TOML file.

    None is required, because the file may have it. An option takes one value or none (true), or may
    be given several times (action="append"). The return annotation of its `type` tells whether the
    value is an int, a float or else text (`cli.config_file`).
    """
    add = parser.add_argument
    add(
        "--config",
        type=Path,
        metavar="PATH",
        help="a TOML file with values for options that are not given here (default: "
        "/etc/emotion-edge.toml, if it exists)",
    )
    add_model(parser)
    add_run_dir(parser, "say there what the daemon does, for install-model", None)
    add_taught(parser)
    add_prior(parser)
    add_source(parser, required=False, several=True)
    add("--frames", type=count, metavar="N", help="stop after N frames")
    add(
        "--every",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="seconds between two frames: waits between pictures, drops frames of a stream "
        "(default: take all)",
    )
    _add_reporting(parser)
    add_outputs(parser)
    add_web(parser)
    add(
        "--draw",
        type=Path,
        metavar="PATH",
        help="at the end, write the pictures with boxes and labels to this .jpg or .png: several "
        "pictures, or the frames of a stream in which a label changed, as a contact sheet of the "
        "first 60",
    )
    add_faces(parser)
    add_smoothing(parser)
    add_common(parser)


def _add_reporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--all",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="print a line for every frame and face of a stream",
    )
    parser.add_argument(
        "--heartbeat",
        type=seconds,
        default=10.0,
        metavar="SECONDS",
        help="seconds after which an unchanged label is reported again; 0: never (default: "
        "%(default)g)",
    )


def add_faces(parser: argparse.ArgumentParser) -> None:
    """Add the options for finding faces in frames."""
    group = parser.add_argument_group("faces")
    group.add_argument(
        "--faces",
        choices=("on", "off"),
        default="on",
        help="look for faces (default: on); off takes the whole frame for a face",
    )
    group.add_argument(
        "--find-every",
        type=seconds,
        default=0.3,
        metavar="SECONDS",
        help="seconds of a stream between two searches of the whole frame; in between, and up to "
        "ten times while nothing changes, only known faces are followed; "
        "0: search every frame (default: %(default)s)",
    )
    add_detector(group)


def add_detector(parser: argparse._ActionsContainer) -> None:
    """Add the options of the face detector itself."""
    parser.add_argument(
        "--min-face",
        type=face_side,
        metavar="PIXELS",
        help="minimum side of a face's box (default: 1/16 of the frame's longer side; in unrelated "
        "pictures at least 32)",
    )
    parser.add_argument(
        "--face-threshold",
        type=face_threshold,
        default=DEFAULT_THRESHOLD,
        metavar="SCORE",
        help="minimum score of a face, 0.3 to 1 (default: %(default)s)",
    )


def add_smoothing(parser: argparse.ArgumentParser) -> None:
    """Add an option for each of the `SmoothingSettings`."""
    group = parser.add_argument_group("stable labels, in streams")
    for name, kind, unit, text in (
        ("window", seconds, "SECONDS", "time constant of the average of the scores"),
        ("enter", share, "SCORE", "show a label from this score on"),
        ("leave", share, "SCORE", "stop showing it below this score"),
        ("margin", share, "SCORE", "how far it must be ahead of the next label to be shown"),
        ("dwell", seconds, "SECONDS", "how long it must last before it is shown"),
    ):
        default = getattr(SmoothingSettings(), name)
        shown = "the model's" if default is None else f"{default:g}"
        group.add_argument(
            f"--{name}",
            type=kind,
            default=default,
            metavar=unit,
            help=f"{text} (default: {shown})",
        )
