"""Open a source of frames by the name that the user gives as --source."""

import re
from contextlib import closing
from dataclasses import dataclass, field, replace
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
_PICAMERA = re.compile(r"picamera2(?::([0-9]{1,3}))?")
_NAMED = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,31})=(.*)", re.DOTALL)


def shown_name(source: str) -> str:
    """Return the name of a source, or of a file in it, without its folder."""
    return source_name(source) if _may_be_camera(source) else Path(source).name


def is_picamera(source: str) -> bool:
    """Tell whether a source is picamera2, or a numbered camera of it, such as picamera2:1."""
    return bool(_PICAMERA.fullmatch(source))


def _may_be_camera(source: str) -> bool:
    local = source == "-" or is_picamera(source) or source.startswith(WEBCAM)
    return local or is_network_camera(source)


def split_name(text: str) -> tuple[str, str]:
    """Return the name and the source of "NAME=CAMERA", such as door=picamera2; else "" and `text`.

    A file may have a name like that, so only cameras, stdin and recordings are named. After the
    name of a source there may be nothing, which is a mistake.
    """
    named = _NAMED.fullmatch(text)
    if named and not named[2].strip():
        return named[1], ""
    if named and (_may_be_camera(named[2]) or named[2].startswith(REPLAY)):
        return named[1], named[2]
    return "", text


def source_name(source: str) -> str:
    """Return what frames and messages call a source: an address without its login."""
    return parse_camera_address(source).shown if is_network_camera(source) else source


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """The arguments of `open_source`, except its stop event.

    given_name: what the user calls the source; "": nothing.
    """

    source: str
    given_name: str = ""
    size: tuple[int, int] | None = None
    stdin_live: bool = False
    every: float = 0.0
    max_megapixels: float = MAX_MEGAPIXELS
    camera: CameraSettings = field(default_factory=CameraSettings)

    @property
    def live(self) -> bool:
        """Whether frames come at their own pace, and a late one is dropped, as by a camera."""
        if self.source == "-":
            return self.stdin_live
        return _may_be_camera(self.source) or self.source.startswith(REPLAY)

    @property
    def name(self) -> str:
        """What messages call the source."""
        return self.given_name or source_name(self.source)

    @property
    def may_be_camera(self) -> bool:
        """Whether a camera may take the frames now: nobody knows where those on stdin are from."""
        return _may_be_camera(self.source)

    @property
    def shown(self) -> str:
        """The source's name without the folder of a file."""
        return self.given_name or shown_name(self.source)

    def open(self, stop: Event) -> Frames:
        """Return the frames, as `open_source` does; they have the name that was given."""
        frames = open_source(
            self.source,
            size=self.size,
            stdin_live=self.stdin_live,
            every=self.every,
            max_megapixels=self.max_megapixels,
            stop=stop,
            settings=self.camera,
        )
        return _called(self.given_name, frames) if self.given_name else frames


def _called(name: str, frames: Frames) -> Frames:
    with closing(frames):
        for frame in frames:
            yield replace(frame, source=name)
            del frame  # before the next one is decoded


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

    source: a path, a glob, "picamera2" or "picamera2:NUMBER", "v4l2:DEVICE", an address of a
        network camera, "replay:DIR" for a recording played as a camera, or "-" for raw RGB24 frames
        on stdin. Cameras and recordings also yield CameraLost. Frames of images are unrelated and
        have no times.
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
    if numbered := _PICAMERA.fullmatch(source):
        number = settings.number if numbered[1] is None else int(numbered[1])
        return picamera2_opener(replace(settings, number=number))
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
