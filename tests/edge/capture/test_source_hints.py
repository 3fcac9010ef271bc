"""A --source that is none: the error says what to write instead."""

import pytest

from emotion_edge.capture.source import open_source
from emotion_edge.errors import UserError

WEBCAM, PICAMERA = "--source v4l2:/dev/video0", "--source picamera2"
NETWORK = "a network camera: --source rtsp://HOST/PATH or http://HOST/PATH"
FFMPEG = (
    "-f rawvideo -pix_fmt rgb24 -s 640x480 - | emotion-edge run --source - --size 640x480 --live"
)
HINTS = {
    "0": WEBCAM,
    "12": "--source v4l2:/dev/video12",
    "webcam": WEBCAM,
    "USB": WEBCAM,
    "v4l2": WEBCAM,
    "v4l2:0": WEBCAM,
    "v4l2:": WEBCAM,
    "v4l2:video0": WEBCAM,
    "v4l:/dev/video0": WEBCAM,
    "/dev/video77": "--source v4l2:/dev/video77",
    "video0": WEBCAM,
    "camera": WEBCAM,
    "Camera ": PICAMERA,
    "picam": PICAMERA,
    "picamera": PICAMERA,
    "Picamera2": PICAMERA,
    "pycamera2": PICAMERA,
    "picamera3": PICAMERA,
    "picamera3:1": PICAMERA,
    "picamera2:": PICAMERA,
    "libcamera": PICAMERA,
    "rtmp://cam/stream": f"ffmpeg -i rtmp://cam/stream {FFMPEG}",
    "RTMP://me:secret@cam/1": "ffmpeg -i 'RTMP://me:********@cam/1'",
    "srt://cam:9000?a=1&b=2": f"ffmpeg -i 'srt://cam:9000?a=1&b=2' {FFMPEG}",
    "rtsp:/cam/stream": NETWORK,
    "http:cam/video": NETWORK,
    "rtsp": NETWORK,
    "IPcam": NETWORK,
    "192.168.1.20": NETWORK,
    "192.168.1.20:8080/video": NETWORK,
    "onvif://cam": NETWORK,
    "udp://@:1234": FFMPEG,
    "s3://bucket/x.jpg": "addresses of this kind are not read",
    "file:///tmp/a%20b.jpg": "--source /tmp/a b.jpg",
    "mqtt://broker/hall": "give this address to --to",
    "~/photo.jpg": "~ is not expanded",
    "stdin": "--source - --size WxH",
    "/dev/stdin": "--source - --size WxH",
    "replay": "--source replay:DIR",
    "none.jpg": "no such file, and no picture matches it",
}


@pytest.mark.parametrize("source", HINTS)
def test_the_error_says_what_to_write_instead(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as caught:
        open_source(source)
    assert HINTS[source] in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_of_such_a_name_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "0").write_text("text")
    with pytest.raises(UserError, match=r"^0: .*it is text"):
        list(open_source("0"))
