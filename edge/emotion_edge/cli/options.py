"""Command-line options that several commands of `emotion-edge` share."""

import argparse
from pathlib import Path

from emotion_edge.cli.argument_types import count, face_side, frame_size, seconds, share, threads
from emotion_edge.cli.camera_options import add_camera, usual_source
from emotion_edge.cli.output_options import add_outlets
from emotion_edge.faces.blazeface import PACKAGE
from emotion_edge.faces.detector import DEFAULT_THRESHOLD
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.model.runtime import RUNTIMES
from emotion_edge.pipeline.smoothing import SmoothingSettings

MODELS_OWN = ("enter", "leave")  # thresholds that the contract has, unless a flag says otherwise


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add all options of `run`: each with a long name, which is its key in the TOML file.

    None is required, for the file may have it. An option takes one value or none (true), or may
    be given several times (action="append"); a `type` says by its return annotation whether that
    value is an int, a float or else text (emotion_edge.cli.config_file).
    """
    add = parser.add_argument
    add(
        "--config",
        type=Path,
        metavar="PATH",
        help="a TOML file with values for the options that are not given here (default: "
        "/etc/emotion-edge.toml, if there is one)",
    )
    add_model(parser)
    add_source(parser, required=False)
    add("--frames", type=count, metavar="N", help="stop after N frames")
    add(
        "--every",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="seconds from one frame to the next: of waiting between pictures, of the stream's "
        "time, where frames between are dropped (default: take all)",
    )
    add(
        "--all",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="a line for every frame and face of a stream",
    )
    add(
        "--heartbeat",
        type=seconds,
        default=10.0,
        metavar="SECONDS",
        help="say again what has not changed for so long; 0: never (default: %(default)g)",
    )
    add_outlets(parser)
    add(
        "--draw",
        type=Path,
        metavar="PATH",
        help="when done, write the pictures with boxes and labels to this .jpg or .png: several, "
        "or the frames of a stream in which a label changed, as a contact sheet of the first 60",
    )
    add_faces(parser)
    add_steady(parser)
    add_common(parser)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add --model."""
    parser.add_argument(
        "--model",
        type=Path,
        default=SHIPPED,
        help="a .tflite that convert wrote (default: emotion-compact, which is part of this "
        "program)",
    )


def add_source(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add --source, --size and what belongs to cameras."""
    usual = usual_source()
    parser.add_argument(
        "--source",
        required=required and usual is None,
        default=usual,
        help="picamera2 (default on a Raspberry Pi), v4l2:DEVICE for a webcam, an image, a folder, "
        "a glob in quotes, a video file, replay:DIR for a recording at its own pace, or - for raw "
        "RGB24 on stdin",
    )
    parser.add_argument(
        "--size", type=frame_size, metavar="WxH", help="frame size of raw RGB24 on stdin"
    )
    add_camera(parser)


def add_faces(parser: argparse.ArgumentParser) -> None:
    """Add what belongs to looking for faces in frames."""
    group = parser.add_argument_group("faces")
    group.add_argument(
        "--faces",
        choices=("auto", "on", "off"),
        default="auto",
        help="look for faces; off takes the whole frame for one, and so does auto (default) "
        "where the face finder's network is not installed",
    )
    group.add_argument(
        "--find-every",
        type=seconds,
        default=0.3,
        metavar="SECONDS",
        help="of a stream from one search of the whole frame to the next; between them only known "
        "faces are looked after; 0: search every frame (default: %(default)s)",
    )
    add_finder(group)


def add_finder(parser: argparse._ActionsContainer) -> None:
    """Add what belongs to the face finder itself."""
    parser.add_argument(
        "--face-model",
        type=Path,
        metavar="PATH",
        help=f"the face finder's network (default: that of {PACKAGE})",
    )
    parser.add_argument(
        "--min-face",
        type=face_side,
        metavar="PIXELS",
        help="least side of a face's box (default: 1/16 of the frame's longer side)",
    )
    parser.add_argument(
        "--face-threshold",
        type=share,
        default=DEFAULT_THRESHOLD,
        metavar="SCORE",
        help="how sure the finder must be, 0 to 1 (default: %(default)s)",
    )


def add_steady(parser: argparse.ArgumentParser) -> None:
    """Add an option for each of the rules of `emotion_edge.pipeline.smoothing`."""
    group = parser.add_argument_group("labels that hold still, in streams")
    rules = SmoothingSettings()
    for name, kind, unit, text in (
        ("window", seconds, "SECONDS", "over which scores are averaged"),
        ("enter", share, "SCORE", "from which a label is said"),
        ("leave", share, "SCORE", "below which it no longer is"),
        ("margin", share, "SCORE", "by which it must be ahead of the next one to be said"),
        ("dwell", seconds, "SECONDS", "that it must last before it is said"),
    ):
        group.add_argument(
            f"--{name}",
            type=kind,
            default=None if name in MODELS_OWN else getattr(rules, name),
            metavar=unit,
            help=f"{text} (default: {_usual(name, rules)})",
        )


def _usual(name: str, rules: SmoothingSettings) -> str:
    return "the model's" if name in MODELS_OWN else f"{getattr(rules, name):g}"


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add what belongs to running any network."""
    parser.add_argument(
        "--runtime",
        choices=["auto", *RUNTIMES],
        default="auto",
        help="the TFLite runtime; auto (default) takes the first that is installed",
    )
    parser.add_argument(
        "--threads", type=threads, default=1, metavar="N", help="for inference (default: 1)"
    )
    parser.add_argument(
        "--verbose",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="say more on stderr",
    )
