"""What a camera gives by HTTP: MJPEG, one picture each time, HLS, or another video."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from http.client import HTTPException
from io import BytesIO
from typing import Any

from emotion_edge.capture.camera import CameraError, CameraSettings
from emotion_edge.capture.files.video_source import FORMATS
from emotion_edge.capture.network.address import CameraAddress
from emotion_edge.capture.network.http_client import HttpClient
from emotion_edge.capture.network.jpegs import MAX_BYTES, JpegSplitter
from emotion_edge.capture.network.link import Link
from emotion_edge.capture.network.problems import RefusedError, connection_error
from emotion_edge.capture.network.video import import_av, open_video, play, video_errors
from emotion_edge.imaging.image_files import read_image
from emotion_edge.imaging.picture_formats import HEAD_BYTES, format_of

PIECE = 1 << 16  # bytes
PICTURE_TIMEOUT_S = 10.0  # for one picture
WAIT_S = 30.0  # for the next part of HLS, which may be ten seconds long
REMEDY = "give the address of the stream or picture itself; the camera's manual names it"
HLS_HEAD = b"#EXTM3U"
HLS_OPTIONS = {
    "http_persistent": "0",  # else FFmpeg connects by itself
    "allowed_extensions": "ALL",
    "allowed_segment_extensions": "ALL",
    "live_start_index": "-2",  # the last segment alone may be shorter than the wait for the next
    "format_whitelist": f"hls,aac,mp3,ac3,eac3,{FORMATS}",
}


def http_reader(
    address: CameraAddress, password: str | None, settings: CameraSettings, max_megapixels: float
) -> Callable[[Link], None]:
    """Return the reader of a camera that is asked by HTTP; raises UserError for a bad CA file."""
    HttpClient(address, password, settings.ca_file)  # raises it now
    return partial(_read, address, password, settings, max_megapixels)


def _read(
    address: CameraAddress,
    password: str | None,
    settings: CameraSettings,
    max_megapixels: float,
    link: Link,
) -> None:
    client = HttpClient(address, password, settings.ca_file)
    link.at_close(client.abort)
    try:
        with client.get(address.url) as response:
            link.answered = True
            read = _reader_of(response)
            read(client, response, link, settings.fps, max_megapixels)
    except (OSError, HTTPException, ValueError) as error:
        raise connection_error(error, address) from None


def _reader_of(response: Any) -> Callable[[HttpClient, Any, Link, float, float], None]:
    """Return the function that reads such a response, by its type and first bytes."""
    kind = response.headers.get_content_type()
    if kind.startswith("multipart/"):
        return _read_jpegs
    # Of an answer without a body there is nothing to wait for, though the connection stays open.
    head = response.peek(HEAD_BYTES)[:HEAD_BYTES] if response.length != 0 else b""
    if not head:
        raise RefusedError("it gives nothing", REMEDY)
    if head.startswith(HLS_HEAD):
        return _read_hls
    if format_of(head) and ("Content-Length" in response.headers or kind.startswith("image/")):
        return _read_pictures
    if format_of(head) == "JPEG":  # one after the other, without an end
        return _read_jpegs
    if kind.startswith(("text/", "image/")) or kind.endswith(("json", "xml", "html")):
        what = "a web page" if kind == "text/html" else kind
        raise RefusedError(f"it gives {what}, not a picture", REMEDY)
    return _read_video


def _read_jpegs(
    _client: HttpClient, response: Any, link: Link, _fps: float, max_megapixels: float
) -> None:
    splitter = JpegSplitter()
    while not link.closed.is_set() and (data := response.read1(PIECE)):
        for jpeg in splitter.feed(data):
            link.put(partial(read_image, BytesIO(jpeg), max_megapixels))


def _read_pictures(
    client: HttpClient, response: Any, link: Link, fps: float, max_megapixels: float
) -> None:
    """Ask for one picture after the other, at the rate of `fps` at most."""
    due = time.monotonic()
    while True:
        link.put(partial(read_image, BytesIO(_read_picture(response)), max_megapixels))
        response.close()
        due = max(due + 1 / fps, time.monotonic())
        if link.closed.wait(max(0.0, due - time.monotonic())):
            return
        response = client.get(client.address.url)


def _read_picture(response: Any) -> bytes:
    """Return a whole picture; raises CameraError."""
    end, data = time.monotonic() + PICTURE_TIMEOUT_S, bytearray()
    while piece := response.read1(PIECE):
        data += piece
        if len(data) > MAX_BYTES:
            raise CameraError(f"a picture of more than {MAX_BYTES >> 20} MB")
        if time.monotonic() > end:
            raise CameraError(f"a picture was not whole after {PICTURE_TIMEOUT_S:g} seconds")
    if format_of(bytes(data[:HEAD_BYTES])) is None:
        raise CameraError(
            f"it gives {'something else' if data else 'nothing'} instead of a picture"
        )
    return bytes(data)


def _read_video(
    client: HttpClient, response: Any, link: Link, _fps: float, max_megapixels: float
) -> None:
    options = {"format_whitelist": FORMATS}
    _play(client, link, max_megapixels, options, file=_Stream(response))


def _read_hls(
    client: HttpClient, response: Any, link: Link, _fps: float, max_megapixels: float
) -> None:
    def open_file(url: str, _flags: int, _options: object) -> Any:
        # A playlist must not name files of this computer.
        if url.startswith(("http://", "https://")) and not link.closed.is_set():
            with suppress(CameraError):  # a part that is gone already
                return client.get(url)
        return BytesIO()  # PyAV 14 crashes if this function raises

    url = response.url
    response.close()
    given = {"file": url, "format": "hls", "io_open": open_file}
    _play(client, link, max_megapixels, HLS_OPTIONS, **given)


def _play(
    client: HttpClient,
    link: Link,
    max_megapixels: float,
    options: Mapping[str, str],
    **given: Any,
) -> None:
    """Play a video that PyAV opens; it takes all bytes from `client`, and knows no password."""
    av = import_av(client.address)
    options = {**options, "max_pixels": str(int(max_megapixels * 1e6))}
    with (
        video_errors(av, client.address),
        open_video(av, options, WAIT_S, **given) as container,
    ):
        play(av, container, link, max_megapixels, paced=True)


class _Stream:
    """A response as PyAV reads it: as much as is there, and no seeking."""

    def __init__(self, response: Any) -> None:
        self._response = response

    def read(self, size: int) -> bytes:
        return bytes(self._response.read1(size))
