"""Webcams without a real one: linuxpy, the bytes that webcams send, and missing webcams."""

import errno
import os
import subprocess
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from linuxpy.video import device as linuxpy
from PIL import Image
from skimage import data

from emotion_edge.capture.camera import CameraError
from emotion_edge.capture.v4l2_camera import BUFFERS, V4L2Camera, decode
from tests.edge.conftest import INT8, command, edge, own_words

ASTRONAUT = data.astronaut()[:480, :512]


def sent(name: str, stride: int = 0) -> linuxpy.Format:
    return linuxpy.Format(512, 480, linuxpy.PixelFormat[name], 0, stride)


def jpeg(pixels: np.ndarray = ASTRONAUT) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return file.getvalue()


def without_huffman_tables(picture: bytes) -> bytes:
    """Return a JPEG as many webcams send it: without Huffman tables, as they are standard."""
    parts, at = [picture[:2]], 2
    while picture[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
        if picture[at + 1] != 0xC4:
            parts.append(picture[at:end])
        at = end
    return b"".join([*parts, picture[at:]])


def test_mjpeg_is_decoded_also_without_huffman_tables():
    short = without_huffman_tables(jpeg())
    assert len(short) < len(jpeg())
    for frame in (jpeg(), short):
        pixels = decode(frame, sent("MJPEG"))
        assert pixels.shape == ASTRONAUT.shape
        assert np.abs(pixels.astype(int) - ASTRONAUT).mean() < 5


def test_yuyv_is_decoded_with_its_padding():
    luma, blue, red = np.asarray(Image.fromarray(ASTRONAUT).convert("YCbCr")).transpose(2, 0, 1)
    rows = np.stack([luma, np.where(np.arange(512) % 2, np.roll(red, 1, 1), blue)], 2)
    limited = rows.astype(float) * [219 / 255, 224 / 255] + [16, 16]
    limited[:, :, 1] = (rows[:, :, 1] - 128.0) * 224 / 255 + 128
    frame = np.pad(limited.round().astype(np.uint8).reshape(480, 1024), ((0, 0), (0, 64)))
    pixels = decode(frame.tobytes(), sent("YUYV", 1088))
    assert pixels.shape == ASTRONAUT.shape
    assert np.abs(pixels.astype(int) - ASTRONAUT).mean() < 5


def test_frames_damaged_on_the_wire_are_no_frames():
    assert decode(b"", sent("MJPEG")) is None
    assert decode(jpeg()[:9000], sent("MJPEG")) is None
    assert decode(bytes(1024 * 480 - 1), sent("YUYV", 1024)) is None
    assert decode(bytes(1024 * 480), sent("YUYV", 1000)) is None


class Driver:
    """A double of linuxpy's VideoCapture: a file descriptor to wait for, and frames to read."""

    def __init__(self):
        self.device, self._write = os.pipe()
        self.buffer, self._frames = self, []

    def send(self, frame: bytes | OSError, seconds: float) -> None:
        flags = linuxpy.BufferFlag.TIMESTAMP_MONOTONIC
        self._frames.append(SimpleNamespace(data=frame, timestamp=seconds, flags=flags))
        os.write(self._write, b".")

    def raw_read(self):
        os.read(self.device, 1)
        frame = self._frames.pop(0)
        if isinstance(frame.data, OSError):
            raise frame.data
        return frame

    def get_fps(self):
        return 10

    def close(self):
        os.close(self.device)
        os.close(self._write)


@pytest.fixture
def driver():
    with closing(Driver()) as driver:
        yield driver


def test_the_newest_frame_is_taken_and_what_was_missed_is_counted(driver):
    webcam = V4L2Camera(linuxpy, driver, sent("MJPEG"), 10)
    driver.send(jpeg(), 1.0)
    assert webcam.read(0.1)[1:] == (1.0, 0)
    driver.send(jpeg(), 1.1)
    driver.send(jpeg(), 1.2)
    assert webcam.read(0.1)[1:] == (1.2, 1)
    driver.send(b"damaged", 1.3)
    driver.send(jpeg(), 1.4)
    assert webcam.read(0.1)[1:] == (1.4, 1)


def test_frames_that_waited_in_full_buffers_are_too_old(driver):
    webcam = V4L2Camera(linuxpy, driver, sent("MJPEG"), 10)
    for i in range(BUFFERS + 1):
        driver.send(jpeg(), 1 + i / 10)
    assert webcam.read(0.1).seconds == 1 + BUFFERS / 10


def test_a_webcam_faster_than_asked_is_thinned(driver):
    webcam = V4L2Camera(linuxpy, driver, sent("MJPEG"), 10)
    taken = []
    for i in range(30):
        driver.send(jpeg(ASTRONAUT[:32, :32]), i / 30)
        if shot := webcam.read(0):
            taken.append(shot[1:])
    assert taken == [(pytest.approx(i / 10), 0) for i in range(10)]


def test_waiting_for_a_webcam_has_an_end(driver):
    start = time.monotonic()
    assert V4L2Camera(linuxpy, driver, sent("MJPEG"), 10).read(0.2) is None
    assert 0.15 < time.monotonic() - start < 10


def test_a_webcam_that_is_unplugged_says_so(driver):
    driver.send(OSError(errno.ENODEV, "No such device"), 0)
    with pytest.raises(CameraError, match="the camera was unplugged"):
        V4L2Camera(linuxpy, driver, sent("MJPEG"), 10).read(0.2)


def test_a_webcam_that_is_not_there_is_waited_for():
    with subprocess.Popen(
        command("run", "--model", INT8, "--source", "v4l2:/dev/video77", "--faces", "off"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert '"no_camera"' in process.stdout.readline()
        process.terminate()
        assert process.wait(10) == 0
        assert "/dev/video77: no such device; is it plugged in?" in process.stderr.read()


def test_what_is_no_camera_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    result = edge("run", "--model", INT8, "--source", f"v4l2:{tmp_path / 'file'}", "--faces", "off")
    assert result.returncode == 2
    assert own_words(result.stderr)[-1] == "emotion-edge: error: --source v4l2: not a camera"


def test_without_linuxpy_it_says_how_to_install_it(tmp_path):
    (tmp_path / "linuxpy.py").write_text("raise ImportError")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path.cwd() / 'edge'}"}
    result = edge(
        "run", "--model", INT8, "--source", "v4l2:/dev/video0", "--faces", "off", env=environment
    )
    assert result.returncode == 2
    assert "pip install 'emotion-edge[webcam]'" in result.stderr
