"""A camera that streams by RTSP: GStreamer's server as a process, which Debian's Python runs."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Self

import pytest

PYTHON = "/usr/bin/python3"  # Debian's, which has the bindings that apt installs
SERVER = Path(__file__).with_name("gstreamer_server.py")
NEEDS = "apt install gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-good"
# As gstreamer_server.py takes them. login: USER:PASSWORD. pem: a certificate with its key.
OPTIONS = {"login": "", "kind": "digest", "pem": "", "transport": "TCP"}
_IMPORTS = """
import gi
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
assert all(map(Gst.ElementFactory.find, ("matroskademux", "rtph264pay")))
"""


@cache
def is_installed() -> bool:
    """Return whether GStreamer's server is there."""
    try:
        checked = subprocess.run([PYTHON, "-c", _IMPORTS], capture_output=True, check=False)
    except OSError:
        return False
    return checked.returncode == 0


class RtspCamera:
    """The server, as a context that kills it."""

    def __init__(self, video: Path, **options: str) -> None:
        """video: as `videos.encode` writes it, in Matroska. options: see `OPTIONS`."""
        if not is_installed():
            pytest.skip(f"GStreamer's RTSP server is not installed: {NEEDS}")
        self._arguments = {**OPTIONS, **options}.values()
        self._video, self.port = video, 0

    def __enter__(self) -> Self:
        given = map(str, (self._video, self.port, *self._arguments))
        self.process = subprocess.Popen(
            [PYTHON, SERVER, *given], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def url(self, login: str = "", path: str = "/stream", scheme: str = "rtsp") -> str:
        """Return the address of the stream."""
        return f"{scheme}://{login}localhost:{self.port}{path}"
