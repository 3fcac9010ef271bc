"""What to write instead of a --source that is none."""

import re
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

from emotion_edge.errors import mask
from emotion_edge.util.similar import most_similar

_STREAMS = ("rtmp", "rtmps", "udp", "tcp", "srt", "rtp", "mms")
_BROKER = "a broker is no source: give this address to --to"
_NETWORK = "a network camera: --source rtsp://HOST/PATH or http://HOST/PATH"
_OTHERS = {
    **dict.fromkeys(("mqtt", "mqtts"), _BROKER),
    **dict.fromkeys(("rtsp", "rtsps", "http", "https", "onvif", "mjpeg", "webrtc"), _NETWORK),
}
_NETWORK_NAMES = ("ipcam", "ip", "rtsp", "mjpeg", "onvif", "http", "network")
_PICAMERAS = ("picam", "picamera", "libcamera", "rpicam", "csi", "camera", "cam")
_WEBCAMS = ("webcam", "usb", "v4l2", "v4l", "video", "camera", "cam")
_PICAMERA = "a camera on a Raspberry Pi's connector: --source picamera2"
_WEBCAM = "a webcam: --source v4l2:/dev/video0"


def source_hint(source: str) -> str | None:
    """Return what to write instead of a source that is no file, folder or camera; or None."""
    if match := re.match(r"([A-Za-z][A-Za-z0-9+.-]*):/", source):
        return _url_hint(source, match[1].lower())
    if source.startswith("~"):
        return f"~ is not expanded here: --source {_expanded(source)}"
    return _camera_hint(source.strip().lower())


def _url_hint(source: str, scheme: str) -> str | None:
    if scheme == "file":
        return f"write the path: --source {unquote(urlsplit(source).path)}"
    if scheme in _STREAMS:
        return (
            f"{scheme}:// is not read directly; let ffmpeg read it: ffmpeg -i "
            f"{shlex.quote(mask(source))} -f rawvideo -pix_fmt rgb24 -s 640x480 - | "
            "emotion-edge run --source - --size 640x480 --live"
        )
    if scheme in ("v4l", "v4l2"):
        return _device_hint(source.partition(":")[2])
    other = None if len(scheme) == 1 else "addresses of this kind are not read: give a file's path"
    return _OTHERS.get(scheme, other)


def _camera_hint(name: str) -> str | None:
    if match := re.fullmatch(r"(?:v4l2?:)?(?:video)?([0-9]{1,3})", name):
        return _device_hint(f"/dev/video{match[1]}")
    if name.startswith(("/dev/video", "/dev/v4l")):
        return _device_hint(name)
    if name in ("stdin", "pipe", "/dev/stdin"):
        return "raw frames on stdin: --source - --size WxH"
    if re.match(r"rtsps?:|https?:|(\d{1,3}\.){3}\d{1,3}([:/]|$)|www\.", name):
        return _NETWORK
    if name == "replay":
        return "a recording: --source replay:DIR"
    kind = name.rstrip(":0123456789")
    on_pi = kind in _PICAMERAS or most_similar(kind, ["picamera"], 0.75)
    hints = [_PICAMERA] if on_pi else []
    if kind in _WEBCAMS:
        hints.append(_WEBCAM)
    if kind in _NETWORK_NAMES:
        hints.append(_NETWORK)
    return ", ".join(hints) or None


def _device_hint(device: str) -> str:
    return f"a webcam: --source v4l2:{device}"


def device_hint(path: Path) -> str:
    """Return what to write instead of a device, a named pipe or a socket."""
    if re.match(r"/dev/(video|v4l|media)", str(path)):
        return _device_hint(str(path))
    return "raw frames come on stdin: --source - --size WxH"


def _expanded(source: str) -> str:
    try:
        return str(Path(source).expanduser())
    except RuntimeError:  # no such user
        return "/home/..."
