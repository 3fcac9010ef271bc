"""Command-line options of cameras."""

import argparse
from pathlib import Path

from emotion_edge.capture.camera import CameraSettings
from emotion_edge.cli.argument_types import Size, camera_number, frame_size, rate, seconds
from emotion_edge.errors import UserError


def usual_source(model: Path = Path("/proc/device-tree/model")) -> str | None:
    """Return the camera of a Raspberry Pi where this is one."""
    try:
        return "picamera2" if model.read_bytes().startswith(b"Raspberry Pi") else None
    except OSError:
        return None


def add_camera(parser: argparse.ArgumentParser) -> None:
    """Add an option for each of `emotion_edge.capture.camera.Settings`."""
    group = parser.add_argument_group("cameras")
    add, usual = group.add_argument, CameraSettings()
    add(
        "--camera",
        type=camera_number,
        default=usual.number,
        metavar="N",
        help="which of picamera2's (default: %(default)s)",
    )
    add(
        "--resolution",
        type=frame_size,
        default=Size(*usual.resolution),
        metavar="WxH",
        help="what to ask the camera for (default: %(default)s)",
    )
    add(
        "--fps",
        type=rate,
        default=usual.fps,
        metavar="N",
        help="frames per second (default: %(default)g)",
    )
    add(
        "--stream",
        choices=("main", "lores"),
        default=usual.stream,
        help="picamera2's; lores comes in YUV from all Raspberry Pis (default: %(default)s)",
    )
    add(
        "--rotate",
        type=int,
        choices=(0, 90, 180, 270),
        default=usual.rotate,
        help="turn the picture clockwise, before it is flipped (default: %(default)s)",
    )
    switch = argparse.BooleanOptionalAction
    add("--hflip", action=switch, default=False, help="exchange left and right")
    add("--vflip", action=switch, default=False, help="exchange top and bottom")
    add(
        "--stall",
        type=seconds,
        default=usual.stall,
        metavar="SECONDS",
        help="without a frame for so long, open the camera anew (default: %(default)g)",
    )


def camera_settings(args: argparse.Namespace) -> CameraSettings:
    """Return what the options of `add_camera` say; raises UserError where they contradict."""
    if args.stall * args.fps < 2:
        raise UserError(f"--stall {args.stall:g}: no time for two frames at --fps {args.fps:g}")
    return CameraSettings(
        number=args.camera,
        resolution=args.resolution,
        fps=args.fps,
        stream=args.stream,
        rotate=args.rotate,
        hflip=args.hflip,
        vflip=args.vflip,
        stall=args.stall,
    )
