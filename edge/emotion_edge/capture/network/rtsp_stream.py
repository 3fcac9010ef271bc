"""A camera's stream by RTSP, which PyAV reads itself: rtsp:// and rtsps://."""

import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from emotion_edge.capture.camera import CameraError
from emotion_edge.capture.network.address import CameraAddress
from emotion_edge.capture.network.link import Link
from emotion_edge.capture.network.problems import connection_error
from emotion_edge.capture.network.tls import make_tls_context, trusted_file
from emotion_edge.capture.network.video import import_av, open_video, play, video_errors
from emotion_edge.errors import UserError
from emotion_edge.util.installation import install_hint

TIMEOUT_S = 10.0
TLS_SINCE = 62  # libavformat of FFmpeg 8: older ones take any certificate for rtsps://
OPTIONS = {
    "rtsp_flags": "prefer_tcp",  # UDP, which some cameras want, loses packets
    "allowed_media_types": "video",
    "timeout": str(int(TIMEOUT_S * 1e6)),
    "fflags": "nobuffer",  # frames that came while the stream was looked at are late
    "fpsprobesize": "0",
}


def rtsp_reader(
    address: CameraAddress, password: str | None, ca_file: Path | None, max_megapixels: float
) -> Callable[[Link], None]:
    """Return the reader of an RTSP camera; raises UserError if PyAV cannot be used."""
    av = import_av(address)
    options = {**OPTIONS, "max_pixels": str(int(max_megapixels * 1e6))}
    if address.tls:
        if av.library_versions["libavformat"][0] < TLS_SINCE:
            hint = install_hint("video", again=True)
            raise UserError(f"--source {address.shown}: this PyAV verifies no certificate", hint)
        make_tls_context(ca_file)  # raises UserError for a file without certificates
        # The packets of UDP would not be encrypted.
        options |= {"rtsp_transport": "tcp", "tls_verify": "1"}
        options["ca_file"] = str(trusted_file(ca_file))
    url = address.with_login(password)
    return partial(_read, av, url, options, address, ca_file, max_megapixels)


def _read(
    av: Any,
    url: str,
    options: dict[str, str],
    address: CameraAddress,
    ca_file: Path | None,
    max_megapixels: float,
    link: Link,
) -> None:
    try:
        with video_errors(av, address):
            container = open_video(av, options, TIMEOUT_S, file=url, format="rtsp")
    except CameraError as error:
        if type(error) is CameraError and not link.closed.is_set():
            _connect(address, ca_file)  # FFmpeg calls most failures an "Input/output error"
        raise
    link.answered = True
    with video_errors(av, address), container:
        play(av, container, link, max_megapixels, paced=False)


def _connect(address: CameraAddress, ca_file: Path | None) -> None:
    """Connect as far as TLS; raises CameraError that says why it fails, if it does."""
    place = (address.host, address.any_port)
    try:
        with socket.create_connection(place, TIMEOUT_S / 2) as plain:
            if address.tls:
                context = make_tls_context(ca_file)
                context.wrap_socket(plain, server_hostname=address.host).close()
    except (OSError, UnicodeError) as error:
        raise connection_error(error, address) from None
