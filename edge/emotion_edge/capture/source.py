"""Open a source of frames by the name that the user gives as --source."""

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from emotion_edge.capture.camera import CameraSettings, Opener
from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.frame_rate import limit_rate
from emotion_edge.capture.image_source import images_in, images_matching, read_images
from emotion_edge.capture.picamera2_camera import picamera2_opener
from emotion_edge.capture.raw_stdin import read_raw_frames
from emotion_edge.capture.reconnect import stream_camera
from emotion_edge.capture.recording import recording_camera
from emotion_edge.capture.v4l2_webcam import v4l2_opener
from emotion_edge.capture.video_source import read_video
from emotion_edge.errors import UserError
from emotion_edge.imaging.picture_formats import IMAGE_SUFFIXES

PICAMERA, WEBCAM, REPLAY = "picamera2", "v4l2:", "replay:"


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """The arguments of `open_source`, except its stop event."""

    source: str
    size: tuple[int, int] | None = None
    every: float = 0.0
    camera: CameraSettings = field(default_factory=CameraSettings)

    @property
    def live(self) -> bool:
        """Whether frames come at their own pace, and a late one is dropped, as by a camera."""
        return self.source == PICAMERA or self.source.startswith((WEBCAM, REPLAY))

    def open(self, stop: Event) -> Generator[Frame | CameraLost, None, None]:
        """Return the frames, as `open_source` does."""
        return open_source(
            self.source, size=self.size, every=self.every, stop=stop, settings=self.camera
        )


def open_source(
    source: str,
    *,
    size: tuple[int, int] | None = None,
    every: float = 0.0,
    stop: Event | None = None,
    settings: CameraSettings = CameraSettings(),  # noqa: B008 - it is frozen
) -> Generator[Frame | CameraLost, None, None]:
    """Return the frames of an image, folder, glob, video or camera, or of stdin.

    source: a path, a glob, "picamera2", "v4l2:DEVICE", "replay:DIR" for a recording played like a
        camera, or "-" for raw RGB24 frames on stdin. Only cameras and recordings yield CameraLost.
        Frames of images are unrelated to each other and have no times.
    size: (width, height) of the frames on stdin, required there.
    every: seconds between frames: pauses between images; for a video, camera, recording or stdin,
        the frames in between are skipped. 0 yields every frame.
    stop: ends the iterator when set. settings: used by cameras.
    Raises UserError if the source cannot be used. After the last image, raises UserError if none
    could be read and RunError if some could not. Raises RunError if a camera hangs.
    """
    stop = stop or Event()
    if not source:
        raise UserError("--source is empty")
    if source == "-":
        if size is None:
            raise UserError("--source - needs --size WxH: raw frames do not contain their size")
        return limit_rate(read_raw_frames(*size, stop), every)
    if opener := _camera_opener(source, settings):
        return limit_rate(stream_camera(source, opener, settings, stop), every)
    return open_files(source, every=every, stop=stop)


def _camera_opener(source: str, settings: CameraSettings) -> Opener | None:
    """Return the opener of the camera that `source` names; None if it names no camera."""
    if source == PICAMERA:
        return picamera2_opener(settings)
    if source.startswith(WEBCAM):
        return v4l2_opener(Path(source.removeprefix(WEBCAM)), settings)
    if source.startswith(REPLAY):
        return recording_camera(Path(source.removeprefix(REPLAY)))
    return None


def open_files(
    source: str, *, every: float = 0.0, stop: Event | None = None
) -> Generator[Frame, None, None]:
    """Return the frames of an image, a folder, a glob or a video; see `open_source`."""
    stop = stop or Event()
    path = Path(source)
    if path.is_dir():
        return read_images(images_in(path), every, stop)
    if path.is_file():
        if path.suffix.lower() in IMAGE_SUFFIXES:
            return read_images([path], every, stop)
        return read_video(path, every, stop)
    if path.exists():  # opening a named pipe would block and ignore signals
        raise UserError(
            f"--source {source}: neither a file nor a folder",
            "raw frames come on stdin: --source - --size WxH",
        )
    return read_images(images_matching(source), every, stop)
