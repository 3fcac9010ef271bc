"""Checks of the source: frames, their brightness and colours: `emotion-edge doctor`."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.network.address import is_network_camera
from emotion_edge.capture.network.login import PASSWORD_OPTION, password_path
from emotion_edge.capture.source import PICAMERA, WEBCAM, SourceSettings, is_picamera
from emotion_edge.commands.doctor.finding import Finding, explain, is_open_to_others
from emotion_edge.commands.doctor.model_checks import need_detector
from emotion_edge.errors import RunError, UserError
from emotion_edge.faces.network_file import INSTALL
from emotion_edge.faces.types import Box
from emotion_edge.pipeline.factory import AnalyzerSettings
from emotion_edge.system.paths import SYSTEM_FILE

FIRST_FRAME_TIMEOUT_S = 25.0  # more than a camera may take to open
LOOK_S = 2.0  # how long to take frames
KEEP_EVERY_S = 0.4  # keep only some of the frames, to save memory
BLACK = 16  # of 255: the noise of a covered lens stays below
# Everybody's skin reflects more red than blue. Between the two limits there is hardly any colour,
# as in infrared light, or the light is blue.
MIN_RED_RATIO, MAX_SWAPPED_RATIO = 1.1, 0.9
CHOICE = f'--source {PICAMERA}, or source = "{PICAMERA}" in {SYSTEM_FILE}'
CHOOSE = "install what it needs, or correct --source"
REACH = "if it says nothing, look at the stream with a player, such as ffplay or VLC"
CONNECT = (
    "if the service has the camera: sudo systemctl stop emotion-edge; else check its cable, "
    "--source, and whether this user is in the group video"
)
AGAIN = "have somebody face the camera in white light, and run doctor again"


def camera(source: SourceSettings | None, analyzer: AnalyzerSettings) -> Iterator[Finding]:
    """Take frames for `LOOK_S` seconds and judge them."""
    if source is None:
        yield Finding("camera", "warn", "no source is given", CHOICE)
        return
    yield from _open_secrets(source)
    try:
        frames = _take(source)
    except (UserError, RunError) as error:
        failed = REACH if is_network_camera(source.source) else CONNECT
        remedy = CHOOSE if isinstance(error, UserError) else failed
        yield explain("camera", error, remedy)
        return
    yield _judge_light(f"{source.name}: {_describe(frames)}", frames)
    try:
        yield _judge_colours(source.source, analyzer, frames)
    except UserError as error:
        yield explain("colours", error, INSTALL)._replace(status="warn")


def _open_secrets(source: SourceSettings) -> Iterator[Finding]:
    """Find a password's file that others can use."""
    path = password_path(source.camera.password_file) if is_network_camera(source.source) else None
    if path and is_open_to_others(path):
        found = f"{PASSWORD_OPTION} {path}: others than its owner can use it"
        yield Finding("camera", "warn", found, f"chmod 600 {path}")


def _take(settings: SourceSettings) -> list[Frame]:
    """Return some of the frames of `LOOK_S` seconds, with the first and the last.

    Raises UserError or RunError if there are none.
    """
    stop = threading.Event()
    frames = replace(settings, every=0.0).open(stop)
    timer = threading.Timer(FIRST_FRAME_TIMEOUT_S, stop.set)
    timer.daemon = True
    timer.start()
    try:
        with closing(frames):
            taken = list(_some(frames, stop))
    finally:
        timer.cancel()
    if not taken:
        raise RunError(f"{settings.name}: no frame came")
    return taken


def _some(frames: Iterator[Frame | CameraLost], stop: threading.Event) -> Iterator[Frame]:
    next_kept, end, last = 0.0, float("inf"), None
    for frame in frames:  # to the end, so that the source closes in the same way as for `run`
        if isinstance(frame, CameraLost):
            raise RunError(f"{frame.source}: {frame.reason}")
        now = time.monotonic()
        end = min(end, now + LOOK_S)
        if now >= end:
            stop.set()
        if now >= next_kept:
            next_kept, last = now + KEEP_EVERY_S, None
            yield frame
        else:
            last = frame
    if last is not None:
        yield last


def _describe(frames: list[Frame]) -> str:
    """Return the size, and the frame rate of a stream."""
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


def _judge_colours(source: str, settings: AnalyzerSettings, frames: list[Frame]) -> Finding:
    """Judge the colours by the first face; raises UserError if faces cannot be detected."""
    detector = need_detector(settings)
    for frame in frames:
        for face in detector.detect(frame.pixels):
            return judge_skin(source, red_over_blue(frame.pixels, face.box))
    return Finding("colours", "warn", "their order is unknown: no face in view", AGAIN)


def red_over_blue(pixels: npt.NDArray[np.uint8], box: Box) -> float:
    """Return mean red over mean blue inside a box of (rows, columns, 3) uint8 RGB."""
    left, top = (max(0, round(start)) for start in (box.x, box.y))
    right, bottom = round(box.x + box.side), round(box.y + box.side)
    red, _, blue = pixels[top:bottom, left:right].mean(axis=(0, 1))
    return float(red / max(blue, 1.0))


def judge_skin(source: str, ratio: float) -> Finding:
    """Judge the colours of frames in which a face has `ratio` times as much red as blue."""
    found = f"a face has {ratio:.2f} times as much red as blue"
    if ratio >= MIN_RED_RATIO:
        return Finding("colours", "ok", f"{found}, as skin does")
    if ratio > MAX_SWAPPED_RATIO:
        return Finding("colours", "warn", f"{found}: too grey to judge their order", AGAIN)
    return Finding("colours", "fail", f"{found}: red and blue are swapped", _remedy(source))


def _remedy(source: str) -> str:
    """Return what to do about swapped colours, if the light is not blue."""
    if source == "-":
        return "send R, G, B, as by ffmpeg's -pix_fmt rgb24, not bgr24"
    if is_picamera(source):
        return "--stream lores, which has no order of colours, and sudo apt full-upgrade"
    if source.startswith(WEBCAM):
        return "turn coloured light off; if it stays so, report it with the camera's name"
    return "save the pictures from R, G, B: OpenCV's imwrite takes B, G, R"
