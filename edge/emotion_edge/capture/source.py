"""Where frames come from: cameras, picture files, a video, a recording, or raw frames on stdin.

`open_source` turns the word a user gave for --source into an iterator of frames.
"""

import glob
import logging
import os
import select
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np

from emotion_edge.capture.camera import CameraSettings, Opener
from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.frame_rate import limit_rate
from emotion_edge.capture.picamera2_camera import picamera2_opener
from emotion_edge.capture.reconnect import stream_camera
from emotion_edge.capture.recording import recording_camera
from emotion_edge.capture.v4l2_camera import v4l2_opener
from emotion_edge.errors import RunError, UserError, mask
from emotion_edge.imaging.image_files import IMAGE_SUFFIXES, ImageError, find_images, read_image
from emotion_edge.util.timeouts import POLL_S, interruptible_sleep

PICAMERA, WEBCAM, REPLAY = "picamera2", "v4l2:", "replay:"
Pictures = Generator[Frame, None, None]
Stream = Generator[Frame | CameraLost, None, None]
log = logging.getLogger("emotion-edge")


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """Where frames come from: the arguments of `open_source`, except its stop event."""

    source: str
    size: tuple[int, int] | None = None
    every: float = 0.0
    camera: CameraSettings = field(default_factory=CameraSettings)


def open_source(
    source: str,
    *,
    size: tuple[int, int] | None,
    every: float,
    stop: Event,
    settings: CameraSettings = CameraSettings(),  # noqa: B008 - it is frozen
) -> Stream:
    """Return the frames of an image, a folder, a glob, a video, a camera, or "-" for stdin.

    Those of pictures are unrelated to each other, the others are streams. Cameras are "picamera2",
    "v4l2:DEVICE" and what stands in for one, "replay:DIR"; only they are ever `Lost`.
    size: (width, height) of the raw RGB24 frames on stdin, which do not tell it themselves.
    every: seconds from one frame to the next: of waiting between pictures, of the video's or the
        recording's time, of the clock on stdin, where the frames between are dropped. 0 takes
        every frame.
    stop: when set, the iterator ends. settings: of a camera.
    Raises UserError for a source that is not there, RunError where some pictures were unreadable.
    """
    if not source:
        raise UserError("--source is empty")
    if source == "-":
        if size is None:
            raise UserError("--source - needs --size WxH: raw frames do not tell their size")
        return limit_rate(_stdin(*size, stop), every)
    if opener := _camera(source, settings):
        return limit_rate(stream_camera(source, opener, settings, stop), every)
    return open_files(source, every=every, stop=stop)


def _camera(source: str, settings: CameraSettings) -> Opener | None:
    """Return the opener of the camera that `source` names, if it names one."""
    if source == PICAMERA:
        return picamera2_opener(settings)
    if source.startswith(WEBCAM):
        return v4l2_opener(Path(source.removeprefix(WEBCAM)), settings)
    if source.startswith(REPLAY):
        return recording_camera(Path(source.removeprefix(REPLAY)))
    return None


def open_files(source: str, *, every: float, stop: Event) -> Pictures:
    """Return the frames of an image, a folder, a glob or a video, as `open_source` does."""
    path = Path(source)
    if path.is_dir():
        return _pictures(_some(find_images(path), f"{source}: no picture in it"), every, stop)
    if path.is_file():
        if path.suffix.lower() in IMAGE_SUFFIXES:
            return _pictures([path], every, stop)
        return _video(path, every, stop)
    if path.exists():  # opening a named pipe would wait for ever, deaf to signals
        raise UserError(
            f"--source {source}: neither a file nor a folder; raw frames come on stdin: "
            "--source - --size WxH"
        )
    names = sorted(glob.glob(source, recursive=True))
    matches = [path for path in map(Path, names) if not path.is_dir()]
    complaint = f"{mask(source)}: no such file, and no picture matches it"
    return _pictures(_some(matches, complaint), every, stop)


def source_includes(source: str, path: Path) -> bool:
    """Say whether the file `path`, which exists, is one that `source` reads, or lies among them."""
    name = source.removeprefix(REPLAY)
    return any(
        place.exists() and (place.samefile(path) or place.resolve() in path.resolve().parents)
        for place in map(Path, (name, *glob.glob(name, recursive=True)))
    )


def _some(paths: list[Path], complaint: str) -> list[Path]:
    if not paths:
        raise UserError(f"--source {complaint}")
    return paths


def _pictures(paths: list[Path], every: float, stop: Event) -> Pictures:
    failed = 0
    for index, path in enumerate(paths):
        interruptible_sleep(every if index else 0, stop)
        if stop.is_set():
            return
        try:
            pixels = read_image(path)
        except ImageError as error:
            log.warning("%s: cannot read it: %s", path, error)
            failed += 1
            continue
        yield Frame(str(path), index, pixels)
    if failed:
        kind = UserError if failed == len(paths) else RunError
        raise kind(f"{failed} of {len(paths)} pictures could not be read")


def _video(path: Path, every: float, stop: Event) -> Pictures:
    try:
        import av  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        raise UserError(
            f"{path}: not a picture; to read videos: pip install 'emotion-edge[video]'"
        ) from None
    due = 0.0
    try:
        with av.open(path) as container:
            if not container.streams.video:
                raise UserError(f"{path}: neither a picture nor a video")
            stream = container.streams.video[0]
            rate = float(stream.average_rate or 25)
            for index, frame in enumerate(container.decode(stream)):
                if stop.is_set():
                    return
                # Raw H.264, what rpicam-vid writes, has a rate but no times.
                now = index / rate if frame.time is None else frame.time
                if now + 0.5 / rate >= due:  # the nearest frame: times are not exact
                    due = max(due + every, now)
                    pixels = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                    # A phone held upright films lying down and notes the rotation.
                    yield Frame(str(path), index, np.rot90(pixels, frame.rotation // 90), now)
    except av.FFmpegError as error:
        raise UserError(f"{path}: cannot read it as a video: {error.strerror}") from None


def _stdin(width: int, height: int, stop: Event) -> Iterator[Frame]:
    if sys.stdin is None:
        raise UserError("--source -: stdin is closed")
    length = width * height * 3
    index = 0
    while data := _read_exactly(length, index, stop):
        pixels = np.frombuffer(data, np.uint8).reshape(height, width, 3)
        yield Frame("-", index, pixels, time.monotonic())
        index += 1


def _read_exactly(length: int, index: int, stop: Event) -> bytes:
    """Read one frame from stdin; b"" at its end, or when `stop` is set."""
    data = bytearray()
    descriptor = sys.stdin.fileno()
    while len(data) < length and not stop.is_set():
        # Wait a little at a time: a read that blocks for ever would not see the stop event.
        if not select.select([descriptor], [], [], POLL_S)[0]:
            continue
        part = os.read(descriptor, length - len(data))
        if not part and data:
            raise UserError(
                f"stdin ended in the middle of frame {index}: {len(data)} of {length} bytes; "
                "is --size right?"
            )
        if not part:
            break
        data += part
    return bytes(data) if len(data) == length else b""
