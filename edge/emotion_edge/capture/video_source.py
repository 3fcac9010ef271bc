"""Frames of a video file, decoded by PyAV."""

import logging
from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

from emotion_edge.capture.frame import Frame
from emotion_edge.capture.picture_search import VIDEO_SUFFIXES, is_like_video
from emotion_edge.capture.video_frames import Clock, displayed_pixels, displayed_size
from emotion_edge.errors import RunError, UserError
from emotion_edge.util.installation import install_hint

RAW_FPS = 25.0  # what players assume for a stream that names no frame rate
MAX_FPS = 1000.0  # a higher rate is damage
MAX_FAILURES = 10  # reads in a row that fail; then the rest of the file is lost
# FFmpeg reads more, but playlists (HLS, SDP) open other files and addresses, and text is "drawn".
FORMATS = (
    "3g2,3gp,asf,av1,avi,dv,flv,h264,hevc,ivf,m4a,m4v,matroska,mj2,mjpeg,mov,mp4,mpeg,mpegts,"
    "mpegvideo,mpjpeg,mxf,nut,obu,ogg,rm,vc1,webm,yuv4mpegpipe"
)
log = logging.getLogger(__name__)


def read_video(
    path: Path, every: float, stop: Event, max_megapixels: float
) -> Generator[Frame, None, None]:
    """Yield a video's frames, `every` seconds of its own time apart, until `stop` is set.

    Their times never go back: where the video's own times do, as in joined files, they continue one
    frame later. Pixels that are not square are made so. What cannot be decoded is skipped. Raises
    UserError if PyAV is not installed, the file is no video, a frame is larger than
    `max_megapixels` or none can be decoded, and RunError at the end if some could not.
    """
    if not path.stat().st_size:
        raise UserError(f"{path}: neither a picture nor a video: it is empty")
    av = _import_av(path)
    try:
        with path.open("rb") as file, _open(av, file, stop, max_megapixels) as container:
            decoder = _Decoder(av, container, _video_stream(path, container), stop)
            yield from _frames(path, decoder, every, max_megapixels)
    except (av.FFmpegError, OSError) as error:
        if stop.is_set():
            return
        reason = f"cannot read it as a video: {error.strerror}{_guess(path)}"
        raise UserError(f"{path}: {reason}") from None
    if stop.is_set():
        return
    if not decoder.count:
        raise UserError(f"{path}: no frame of this video can be decoded")
    if decoder.damaged:
        raise RunError(
            f"{path}: {decoder.damaged} frames could not be decoded; {decoder.count} could"
        )


def _guess(path: Path) -> str:
    """Return what a file that is neither a picture nor a video may be, for an error message."""
    with path.open("rb") as file:
        head = file.read(4096)
    controls = bytes(range(32)).translate(None, b"\t\n\r\f\b\x1b")
    undecoded = len(head) - len(head.decode("utf-8", "ignore").encode())
    is_text = undecoded < 4 and not set(head) & set(controls)  # a last character may be cut
    return "; it is text" if is_text else "; it is neither a picture nor a video"


def _import_av(path: Path) -> Any:
    try:
        import av  # noqa: PLC0415 - optional, and slow to import

        # apt's on Bookworm, which picamera2 needs, is too old.
        if not hasattr(av.VideoFrame, "rotation"):
            raise ImportError
    except ImportError:
        if not is_like_video(path):
            raise UserError(f"{path}: not a picture{_guess(path)}") from None
        raise UserError(
            f"{path}: not a picture", f"to read videos: {install_hint('video')}"
        ) from None
    return av


def _open(av: Any, file: BinaryIO, stop: Event, max_megapixels: float) -> Any:
    """Open a container. Its metadata may be in any encoding."""
    options = {"format_whitelist": FORMATS, "max_pixels": str(int(max_megapixels * 1e6))}
    return av.open(_StoppableFile(file, stop), metadata_errors="replace", options=options)


class _StoppableFile:
    """A file that ends when `stop` is set, so that a search in a damaged one ends as well.

    FFmpeg takes a hint from the name's suffix, but not a name that could be an address.
    """

    def __init__(self, file: BinaryIO, stop: Event) -> None:
        self._file, self._stop = file, stop
        suffix = Path(file.name).suffix.lower()
        self.name = f"video{suffix if suffix in VIDEO_SUFFIXES else ''}"
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int) -> bytes:
        return b"" if self._stop.is_set() else self._file.read(size)


def _video_stream(path: Path, container: Any) -> Any:
    """Return the first video; raise UserError if there is none but a song's cover."""
    for stream in container.streams.video:
        if not stream.disposition & stream.disposition.attached_pic:
            return stream
    kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
    raise UserError(f"{path}: neither a picture nor a video: it has {kinds}, but no moving picture")


class _Decoder:
    """Decodes a stream. count: frames so far; damaged: what could not be decoded."""

    def __init__(self, av: Any, container: Any, stream: Any, stop: Event) -> None:
        self._av, self._container, self._stop = av, container, stop
        self.stream, self.count, self.damaged = stream, 0, 0

    def frames(self) -> Iterator[Any]:
        for packet in self._packets():
            try:
                decoded = packet.decode()
            except self._av.error.EOFError:
                continue
            except self._av.FFmpegError:
                self.damaged += 1
                continue
            for frame in decoded:
                if self._stop.is_set():
                    return
                yield frame
                self.count += 1

    def _packets(self) -> Iterator[Any]:
        """Yield the packets, also those behind a damaged place."""
        failures = 0
        while failures < MAX_FAILURES:
            try:
                for packet in self._container.demux(self.stream):
                    if self._stop.is_set():
                        return
                    failures = 0
                    yield packet
                return
            except self._av.FFmpegError:
                self.damaged += not failures
                failures += 1


def _frames(path: Path, decoder: _Decoder, every: float, max_megapixels: float) -> Iterator[Frame]:
    clock, due = Clock(_rate(decoder.stream)), None
    for frame in decoder.frames():
        size = displayed_size(frame, decoder.stream)
        if size[0] * size[1] > max_megapixels * 1e6:
            raise UserError(
                f"{path}: a frame of {size[0]} x {size[1]} pixels is more than the "
                f"{max_megapixels:g} megapixels of --max-megapixels"
            )
        seconds = clock.time(frame.time)
        due = seconds if due is None else due
        if seconds + 0.5 * clock.interval >= due:  # the nearest frame, because times are inexact
            due = max(due + every, seconds)
            yield Frame(str(path), decoder.count, displayed_pixels(frame, size), seconds)


def _rate(stream: Any) -> float:
    """Return a stream's frames a second, from its content where the container is silent."""
    rate = float(stream.guessed_rate or 0)
    return rate if 0 < rate <= MAX_FPS else RAW_FPS
