"""Frames of a video file, decoded by PyAV."""

from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np

from emotion_edge.capture.frame import Frame
from emotion_edge.errors import UserError
from emotion_edge.util.installation import install_hint

RAW_FPS = 25.0  # what players assume for a stream that names no frame rate


def read_video(path: Path, every: float, stop: Event) -> Generator[Frame, None, None]:
    """Yield a video's frames, `every` seconds of its own time apart, until `stop` is set.

    Raises UserError if PyAV is not installed or cannot read the file.
    """
    try:
        import av  # noqa: PLC0415 - optional, and slow to import

        # apt's on Bookworm, which picamera2 needs, is too old.
        if not hasattr(av.VideoFrame, "rotation"):
            raise ImportError
    except ImportError:
        raise UserError(f"{path}: not a picture; to read videos: {install_hint('video')}") from None
    try:
        with av.open(path) as container:
            if not container.streams.video:
                raise UserError(f"{path}: neither a picture nor a video")
            yield from _decode(path, container, every, stop)
    except av.FFmpegError as error:
        raise UserError(f"{path}: cannot read it as a video: {error.strerror}") from None


def _decode(path: Path, container: Any, every: float, stop: Event) -> Iterator[Frame]:
    stream, due = container.streams.video[0], 0.0
    rate = float(stream.average_rate or RAW_FPS)
    for index, frame in enumerate(container.decode(stream)):
        if stop.is_set():
            return
        # Raw H.264 as written by rpicam-vid has a frame rate but no times.
        seconds = index / rate if frame.time is None else frame.time
        if seconds + 0.5 / rate >= due:  # the nearest frame, because times are inexact
            due = max(due + every, seconds)
            pixels = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            # Phones record upright videos sideways and store the rotation.
            yield Frame(str(path), index, np.rot90(pixels, frame.rotation // 90), seconds)
