"""What `emotion-edge doctor` sees: frames from the source, how bright, and in which colours."""

import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.source import PICAMERA, WEBCAM, open_source
from emotion_edge.cli.camera_options import camera_settings
from emotion_edge.commands.doctor.model_checks import need_runtime
from emotion_edge.commands.doctor.system_checks import Finding, explain
from emotion_edge.errors import RunError, UserError
from emotion_edge.faces.blazeface import INSTALL, read_face_model
from emotion_edge.faces.types import Box
from emotion_edge.pipeline.factory import make_detector
from emotion_edge.system.paths import SYSTEM_FILE

FIRST = 25.0  # seconds until the first frame: more than a camera may take to open
LOOK = 2.0  # seconds of frames
APART = 0.4  # seconds from one frame that is kept to the next, to spare memory
BLACK = 16  # of 255: what noise makes of a covered lens
# Skin reflects more red than blue, on everybody. Between the two there is hardly any colour, as in
# infrared light, or the light is blue.
REDDER, BLUER = 1.1, 0.9
CHOICE = f'--source {PICAMERA}, or source = "{PICAMERA}" in {SYSTEM_FILE}'
CHOOSE = "install what it needs, or correct --source"
CONNECT = (
    "if the service has the camera: sudo systemctl stop emotion-edge; else look at its cable, at "
    "--source, and whether this user is in the group video"
)
AGAIN = "have somebody face the camera in white light, and run doctor again"


def camera(args: Namespace) -> Iterator[Finding]:
    """Take frames for `LOOK` seconds and look at them."""
    if args.source is None:
        yield Finding("camera", "warn", "no source is given", CHOICE)
        return
    try:
        frames = _take(args)
    except (UserError, RunError) as error:
        remedy = CHOOSE if isinstance(error, UserError) else CONNECT
        yield explain("camera", error, remedy)
        return
    yield _judge_light(f"{args.source}: {_describe(frames)}", frames)
    try:
        yield _judge_colours(args, frames)
    except UserError as error:
        yield explain("colours", error, INSTALL)._replace(status="warn")


def _take(args: Namespace) -> list[Frame]:
    """Return some of the frames of `LOOK` seconds, with the first and the last.

    Raises UserError or RunError where there are none.
    """
    stop, settings = threading.Event(), camera_settings(args)
    source = open_source(args.source, size=args.size, every=0, stop=stop, settings=settings)
    patience = threading.Timer(FIRST, stop.set)
    patience.daemon = True
    patience.start()
    try:
        with closing(source):
            frames = list(_some(source, stop))
    finally:
        patience.cancel()
    if not frames:
        raise RunError(f"{args.source}: no frame came")
    return frames


def _some(source: Iterator[Frame | CameraLost], stop: threading.Event) -> Iterator[Frame]:
    due, end, last = 0.0, float("inf"), None
    for frame in source:  # to its end, so that it is closed as `run` does
        if isinstance(frame, CameraLost):
            raise RunError(f"{frame.source}: {frame.reason}")
        now = time.monotonic()
        end = min(end, now + LOOK)
        if now >= end:
            stop.set()
        if now >= due:
            due, last = now + APART, None
            yield frame
        else:
            last = frame
    if last is not None:
        yield last


def _describe(frames: list[Frame]) -> str:
    """Return size and rate in words."""
    first, last = frames[0], frames[-1]
    rows, columns = first.pixels.shape[:2]
    size = f"{columns} x {rows} pixels"
    if first.seconds is None or last.seconds is None or last.seconds <= first.seconds:
        return size
    rate = (last.index - first.index) / (last.seconds - first.seconds)
    return f"{size}, {rate:.1f} frames per second"


def _judge_light(found: str, frames: list[Frame]) -> Finding:
    if max(frame.pixels.mean() for frame in frames) >= BLACK:
        return Finding("camera", "ok", found)
    remedy = "take the cap off the lens or make light, and run doctor again"
    return Finding("camera", "warn", f"{found}, nearly black", remedy)


def _judge_colours(args: Namespace, frames: list[Frame]) -> Finding:
    """Judge the colours by the first face; raises UserError where none can be looked for."""
    need_runtime(args.runtime, read_face_model(args.face_model))
    finder = make_detector(args)
    for frame in frames:
        for face in finder.detect(frame.pixels):
            return judge_skin(args.source, redness(frame.pixels, face.box))
    return Finding("colours", "warn", "their order cannot be told: no face in view", AGAIN)


def redness(pixels: npt.NDArray[np.uint8], box: Box) -> float:
    """Return mean red over mean blue inside a box of (rows, columns, 3) uint8 RGB."""
    left, top = (max(0, round(start)) for start in (box.x, box.y))
    right, bottom = round(box.x + box.side), round(box.y + box.side)
    red, _, blue = pixels[top:bottom, left:right].mean(axis=(0, 1))
    return float(red / max(blue, 1.0))


def judge_skin(source: str, ratio: float) -> Finding:
    """Judge the colours of frames in which a face has `ratio` times as much red as blue."""
    found = f"a face has {ratio:.2f} times as much red as blue"
    if ratio >= REDDER:
        return Finding("colours", "ok", f"{found}, as skin does")
    if ratio > BLUER:
        return Finding("colours", "warn", f"{found}: too grey to tell their order", AGAIN)
    return Finding("colours", "fail", f"{found}: red and blue are exchanged", _mend(source))


def _mend(source: str) -> str:
    """Return what to do about exchanged colours, unless it is a blue light."""
    if source == "-":
        return "send R, G, B, as by ffmpeg's -pix_fmt rgb24, not bgr24"
    if source == PICAMERA:
        return "--stream lores, whose format has no such order, and sudo apt full-upgrade"
    if source.startswith(WEBCAM):
        return "turn coloured light off; if it stays so, report it with the camera's name"
    return "save the pictures from R, G, B: OpenCV's imwrite takes B, G, R"
