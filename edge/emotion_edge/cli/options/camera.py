"""Command-line options of sources: --source, and all that cameras and stdin need."""

import argparse
from pathlib import Path
from typing import Any

from emotion_edge.capture.camera import CameraSettings
from emotion_edge.capture.network.login import CA_OPTION, CREDENTIAL_NAME, PASSWORD_OPTION
from emotion_edge.cli.argument_types import (
    Size,
    camera_number,
    frame_size,
    megapixels,
    rate,
    seconds,
)
from emotion_edge.imaging.image_files import MAX_MEGAPIXELS


def default_source(model: Path = Path("/proc/device-tree/model")) -> str | None:
    """Return "picamera2" on a Raspberry Pi, else None."""
    try:
        return "picamera2" if model.read_bytes().startswith(b"Raspberry Pi") else None
    except OSError:
        return None


class _AppendInstead(argparse._AppendAction):
    """Appends to what was given before, but not to the default."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option: Any = None) -> None:
        if getattr(namespace, self.dest, None) is self.default:
            setattr(namespace, self.dest, None)
        super().__call__(parser, namespace, values, option)


def add_source(parser: argparse.ArgumentParser, *, required: bool, several: bool = False) -> None:
    """Add --source, --size and the options of cameras. several: --source gives a list."""
    default = default_source()
    text = (
        "picamera2 (default on a Raspberry Pi; its second camera is picamera2:1), v4l2:DEVICE for "
        "a webcam, the address of a network camera (rtsp[s]:// or http[s]://[user@]host/path), an "
        "image, a folder, a glob in quotes, a video file, replay:DIR for a recording at its own "
        "pace, or - for raw RGB24 on stdin"
    )
    if several:
        parser.add_argument(
            "--source",
            action=_AppendInstead,
            default=[default] if default else None,
            help=f"{text}; NAME=CAMERA gives a camera a name, and is repeated for several cameras",
        )
    else:
        required = required and default is None
        parser.add_argument("--source", required=required, default=default, help=text)
    parser.add_argument(
        "--size", type=frame_size, metavar="WxH", help="frame size of raw RGB24 on stdin"
    )
    parser.add_argument(
        "--live",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="stdin is a camera: take its latest frame, drop those that came before it (default: "
        "take every frame, however late)",
    )
    parser.add_argument(
        "--max-megapixels",
        type=megapixels,
        default=MAX_MEGAPIXELS,
        metavar="N",
        help="refuse larger pictures and frames, which would fill a Raspberry Pi's memory "
        "(default: %(default)g)",
    )
    add_camera(parser)


def add_camera(parser: argparse.ArgumentParser) -> None:
    """Add an option for each of the `CameraSettings`."""
    group = parser.add_argument_group("cameras")
    add, default = group.add_argument, CameraSettings()
    add(
        "--camera",
        type=camera_number,
        default=default.number,
        metavar="N",
        help="number of picamera2's camera (default: %(default)s)",
    )
    add(
        "--resolution",
        type=frame_size,
        default=Size(*default.resolution),
        metavar="WxH",
        help="frame size to ask the camera for (default: %(default)s)",
    )
    add(
        "--fps",
        type=rate,
        default=default.fps,
        metavar="N",
        help="frames per second (default: %(default)g)",
    )
    add(
        "--stream",
        choices=("main", "lores"),
        default=default.stream,
        help="picamera2's stream; every Raspberry Pi has lores in YUV (default: %(default)s)",
    )
    _add_orientation(group, default)
    _add_network(group)
    add(
        "--stall",
        type=seconds,
        default=default.stall,
        metavar="SECONDS",
        help="reopen the camera after this many seconds without a frame (default: %(default)g)",
    )


def _add_network(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        PASSWORD_OPTION,
        type=Path,
        metavar="PATH",
        help="a network camera's password, for the user in its address (default: "
        f"{CREDENTIAL_NAME} among systemd's credentials)",
    )
    group.add_argument(
        CA_OPTION,
        type=Path,
        metavar="PATH",
        help="certificates that rtsps:// and https:// trust (default: the system's)",
    )


def _add_orientation(group: argparse._ArgumentGroup, default: CameraSettings) -> None:
    group.add_argument(
        "--rotate",
        type=int,
        choices=(0, 90, 180, 270),
        default=default.rotate,
        help="turn the picture clockwise, before it is flipped (default: %(default)s)",
    )
    switch = argparse.BooleanOptionalAction
    group.add_argument("--hflip", action=switch, default=False, help="swap left and right")
    group.add_argument("--vflip", action=switch, default=False, help="swap top and bottom")
