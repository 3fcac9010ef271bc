"""Open a source of frames by the name that the user gives as --source."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from emotion_edge.capture.camera import CameraSettings, Opener
from emotion_edge.capture.files.file_source import open_files
from emotion_edge.capture.frame_rate import Frames, check_stream, limit_rate
from emotion_edge.capture.live_stdin import read_latest_frames
from emotion_edge.capture.network.address import is_network_camera, parse_camera_address
from emotion_edge.capture.picamera2_camera import picamera2_opener
from emotion_edge.capture.raw_stdin import read_raw_frames
from emotion_edge.capture.reconnect import stream_camera
from emotion_edge.capture.recording import recording_camera
from emotion_edge.capture.source_hints import source_hint
from emotion_edge.capture.v4l2_webcam import v4l2_opener
from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import MAX_MEGAPIXELS

PICAMERA, WEBCAM, REPLAY = "picamera2", "v4l2:", "replay:"


def shown_name(source: str) -> str:
    """Return the name of a source, or of a file in it, without its folder."""
    return source_name(source) if _may_be_camera(source) else Path(source).name


def _may_be_camera(source: str) -> bool:
    return source in (PICAMERA, "-") or source.startswith(WEBCAM) or is_network_camera(source)


def source_name(source: str) -> str:
    """Return what frames and messages call a source: an address without its login."""
    return parse_camera_address(source).shown if is_network_camera(source) else source


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """The arguments of `open_source`, except its stop event."""

    source: str
    size: tuple[int, int] | None = None
    stdin_live: bool = False
    every: float = 0.0
    max_megapixels: float = MAX_MEGAPIXELS
    camera: CameraSettings = field(default_factory=CameraSettings)

    @property
    def live(self) -> bool:
        """Whether frames come at their own pace, and a late one is dropped, as by a camera."""
        camera = self.source == PICAMERA or self.source.startswith((WEBCAM, REPLAY))
        return camera or is_network_camera(self.source) or (self.source == "-" and self.stdin_live)

    @property
    def name(self) -> str:
        """What messages call the source."""
        return source_name(self.source)

    @property
    def may_be_camera(self) -> bool:
        """Whether a camera may take the frames now: nobody knows where those on stdin are from."""
        return _may_be_camera(self.source)

    @property
    def shown(self) -> str:
        """The source's name without the folder of a file."""
        return shown_name(self.source)

    def open(self, stop: Event) -> Frames:
        """Return the frames, as `open_source` does."""
        return open_source(
            self.source,
            size=self.size,
            stdin_live=self.stdin_live,
            every=self.every,
            max_megapixels=self.max_megapixels,
            stop=stop,
            settings=self.camera,
        )


def open_source(
    source: str,
    *,
    size: tuple[int, int] | None = None,
    stdin_live: bool = False,
    every: float = 0.0,
    max_megapixels: float = MAX_MEGAPIXELS,
    stop: Event | None = None,
    settings: CameraSettings = CameraSettings(),  # noqa: B008 - it is frozen
) -> Frames:
    """Return the frames of an image, folder, glob, video or camera, or of stdin.

    source: a path, a glob, "picamera2", "v4l2:DEVICE", an address of a network camera, "replay:DIR"
        for a recording played as a camera, or "-" for raw RGB24 frames on stdin. Cameras and
        recordings also yield CameraLost. Frames of images are unrelated and have no times.
    size: (width, height) of the frames on stdin, required there.
    stdin_live: stdin is a camera: skip the frames that arrive while one is processed.
    every: seconds between frames: pauses between images; for a video, camera, recording or stdin,
        the frames in between are skipped. 0 yields every frame.
    max_megapixels: refuse larger pictures, video frames and frames on stdin.
    stop: ends the iterator when set. settings: used by cameras.
    Raises UserError if the source cannot be used, or ends without a frame. After the last image,
    raises UserError if none could be read and RunError if some could not; likewise for the frames
    of a video. Raises RunError if a camera hangs.
    """
    stop = stop or Event()
    if not source:
        raise UserError("--source is empty")
    if source == "-":
        read = read_latest_frames if stdin_live else read_raw_frames
        frames = read(*_checked_size(size, max_megapixels), stop)
        return limit_rate(check_stream("stdin", frames, stop), every)
    if opener := _camera_opener(source, settings, max_megapixels, stop):
        name = source_name(source)
        camera = stream_camera(name, opener, settings, stop)
        return limit_rate(check_stream(name, camera, stop), every)
    return open_files(source, every=every, stop=stop, max_megapixels=max_megapixels)


def _checked_size(size: tuple[int, int] | None, max_megapixels: float) -> tuple[int, int]:
    """Return the size of the frames on stdin; raise UserError if there is none, or a huge one."""
    if size is None:
        raise UserError("--source - needs --size WxH: raw frames do not contain their size")
    width, height = size
    if width * height > max_megapixels * 1e6:
        raise UserError(
            f"--size {width}x{height}: more than the {max_megapixels:g} megapixels of "
            "--max-megapixels"
        )
    return width, height


def _camera_opener(
    source: str, settings: CameraSettings, max_megapixels: float, stop: Event
) -> Opener | None:
    """Return the opener of the camera that `source` names; None if it names no camera."""
    if source == PICAMERA:
        return picamera2_opener(settings)
    if source.startswith(WEBCAM):
        device = source.removeprefix(WEBCAM)
        if "/" not in device:  # such as v4l2:0
            hint = source_hint(source) or "name a device, such as v4l2:/dev/video0"
            raise UserError(f"--source {source}: no such device", hint)
        return v4l2_opener(Path(device), settings)
    if is_network_camera(source):
        from emotion_edge.capture.network.camera import network_opener  # noqa: PLC0415 - memory

        return network_opener(source, settings, max_megapixels, stop)
    if source.startswith(REPLAY):
        return recording_camera(Path(source.removeprefix(REPLAY)), max_megapixels, stop)
    return None
