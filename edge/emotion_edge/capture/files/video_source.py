"""Frames of a video file, decoded by PyAV."""

from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

from emotion_edge.capture.files.picture_search import VIDEO_SUFFIXES, is_like_video
from emotion_edge.capture.files.video_frames import (
    Clock,
    displayed_pixels,
    displayed_size,
    frame_rate,
)
from emotion_edge.capture.frame import Frame
from emotion_edge.errors import RunError, UserError
from emotion_edge.imaging.joined_videos import PartFile, find_videos
from emotion_edge.imaging.picture_formats import HEAD_BYTES, format_of
from emotion_edge.util.installation import install_hint

CUT_OFF = "it is cut off, its end is missing"
MAX_FAILURES = 10  # reads in a row that fail; then the rest of the file is lost
# FFmpeg reads more, but playlists (HLS, SDP) open other files and addresses, and text is "drawn".
FORMATS = (
    "3g2,3gp,asf,av1,avi,dv,flv,h264,hevc,ivf,m4a,m4v,matroska,mj2,mjpeg,mov,mp4,mpeg,mpegts,"
    "mpegvideo,mpjpeg,mxf,nut,obu,ogg,rm,vc1,webm,yuv4mpegpipe"
)


def read_video(
    path: Path, every: float, stop: Event, max_megapixels: float
) -> Generator[Frame, None, None]:
    """Yield a video's frames, `every` seconds of its own time apart, until `stop` is set.

    Of joined videos each is read. Times never go back: where the video's own times do, they go on
    one frame later. Pixels that are not square are made so. What cannot be decoded is skipped.
    Raises UserError if PyAV is not installed, the file is no video, a frame is larger than
    `max_megapixels` or none can be decoded, and RunError at the end if some could not, or the file
    is cut off.
    """
    if not path.stat().st_size:
        raise UserError(f"{path}: neither a picture nor a video: it is empty")
    av = _import_av(path)
    decoder = _Decoder(av, stop)
    try:
        with path.open("rb") as file:
            yield from _frames(path, file, decoder, every, max_megapixels)
    except (av.FFmpegError, OSError) as error:
        if stop.is_set():
            return
        reason = f"cannot read it as a video: {error.strerror}{_why(path, decoder)}"
        raise UserError(f"{path}: {reason}") from None
    if not stop.is_set():
        _check_whole(path, decoder)


def _check_whole(path: Path, decoder: "_Decoder") -> None:
    end = f": {CUT_OFF}" if decoder.missing else ""
    if not decoder.count:
        raise UserError(f"{path}: no frame of this video can be decoded{end}")
    if decoder.missing or decoder.damaged:
        lost = decoder.damaged or "the last"
        raise RunError(f"{path}: {lost} frames could not be decoded; {decoder.count} could{end}")


def _why(path: Path, decoder: "_Decoder") -> str:
    """Return why a file may not be read, for an error message."""
    if decoder.missing:
        return f"; {CUT_OFF}"
    return f"; {decoder.count} frames before it could" if decoder.count else _guess(path)


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


def _open(av: Any, file: PartFile, max_megapixels: float) -> Any:
    """Open a container. Its metadata may be in any encoding.

    FFmpeg looks at the content to know its format, but takes a film of one JPEG for a picture.
    """
    format_ = "mjpeg" if format_of(file.read(HEAD_BYTES)) == "JPEG" else None
    file.seek(0)
    options = {"format_whitelist": FORMATS, "max_pixels": str(int(max_megapixels * 1e6))}
    if int(av.__version__.split(".")[0]) >= 19:  # it decodes metadata when they are asked for
        return av.open(file, format=format_, options=options)
    return av.open(file, format=format_, options=options, metadata_errors="replace")


def _hint(path: Path) -> str:
    """Return a name from which FFmpeg takes a hint: not one that could be an address."""
    suffix = path.suffix.lower()
    return f"video{suffix if suffix in VIDEO_SUFFIXES else ''}"


def _video_stream(path: Path, container: Any, missing: int) -> Any:
    """Return the first video; raise UserError if there is none but a song's cover."""
    for stream in container.streams.video:
        if not stream.disposition & stream.disposition.attached_pic:
            return stream
    if missing:
        raise UserError(f"{path}: no moving picture is in it: {CUT_OFF}")
    kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
    raise UserError(f"{path}: neither a picture nor a video: it has {kinds}, but no moving picture")


class _Decoder:
    """Decodes streams.

    count: frames so far; damaged: what could not be decoded; missing: bytes at the file's end.
    """

    def __init__(self, av: Any, stop: Event) -> None:
        self.av, self.stop = av, stop
        self.count, self.damaged, self.missing = 0, 0, 0

    def frames(self, container: Any, stream: Any) -> Iterator[Any]:
        for packet in self._packets(container, stream):
            try:
                decoded = packet.decode()
            except self.av.error.EOFError:
                continue
            except self.av.FFmpegError:
                self.damaged += 1
                continue
            for frame in decoded:
                if self.stop.is_set():
                    return
                yield frame
                self.count += 1

    def _packets(self, container: Any, stream: Any) -> Iterator[Any]:
        """Yield the packets, also those behind a damaged place."""
        failures = 0
        while failures < MAX_FAILURES:
            try:
                for packet in container.demux(stream):
                    if self.stop.is_set():
                        return
                    failures = 0
                    yield packet
                return
            except self.av.FFmpegError:
                self.damaged += not failures
                failures += 1


def _frames(
    path: Path, file: BinaryIO, decoder: _Decoder, every: float, max_megapixels: float
) -> Iterator[Frame]:
    start, due = 0.0, None
    for part in find_videos(file, decoder.stop):
        decoder.missing = part.missing
        part_file = PartFile(file, part, decoder.stop, _hint(path))
        with _open(decoder.av, part_file, max_megapixels) as container:
            stream = _video_stream(path, container, part.missing)
            clock = Clock(frame_rate(stream), start)
            for frame in decoder.frames(container, stream):
                size = _checked_size(path, frame, stream, max_megapixels)
                seconds = clock.time(frame.time)
                due = seconds if due is None else due
                # The nearest frame, because times are inexact.
                if seconds + 0.5 * clock.interval >= due:
                    due = max(due + every, seconds)
                    yield Frame(str(path), decoder.count, displayed_pixels(frame, size), seconds)
            start = clock.following


def _checked_size(path: Path, frame: Any, stream: Any, max_megapixels: float) -> tuple[int, int]:
    """Return the displayed size of a frame; raise UserError if it is larger than the limit."""
    size = displayed_size(frame, stream)
    if size[0] * size[1] > max_megapixels * 1e6:
        raise UserError(
            f"{path}: a frame of {size[0]} x {size[1]} pixels is more than the "
            f"{max_megapixels:g} megapixels of --max-megapixels"
        )
    return size
