"""Webcams, without a real one: a double of linuxpy, no webcam."""

import errno
import os
import subprocess
import time
from contextlib import closing
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from linuxpy.video import device as linuxpy
from PIL import Image
from skimage import data

from emotion_edge.capture.camera import CameraError
from emotion_edge.capture.v4l2_webcam import BUFFERS, V4L2Camera
from emotion_edge.util.installation import install_hint
from tests.edge.capture.picamera2_double import python_path
from tests.edge.command_line import command, edge, own_lines
from tests.edge.models import INT8

ASTRONAUT = data.astronaut()[:480, :512]


def frame_format(name: str, stride: int = 0) -> linuxpy.Format:
    return linuxpy.Format(512, 480, linuxpy.PixelFormat[name], 0, stride)


def jpeg(pixels: np.ndarray = ASTRONAUT) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return file.getvalue()


class Driver:
    """A double of linuxpy's VideoCapture: frames to read, and a file descriptor to wait on."""

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


def test_the_newest_frame_is_taken_and_missed_ones_are_counted(driver):
    webcam = V4L2Camera(linuxpy, driver, frame_format("MJPEG"), 10)
    driver.send(jpeg(), 1.0)
    assert webcam.read(0.1)[1:] == (1.0, 0)
    driver.send(jpeg(), 1.1)
    driver.send(jpeg(), 1.2)
    assert webcam.read(0.1)[1:] == (1.2, 1)
    driver.send(b"damaged", 1.3)
    driver.send(jpeg(), 1.4)
    assert webcam.read(0.1)[1:] == (1.4, 1)


def test_frames_that_waited_in_full_buffers_are_dropped(driver):
    webcam = V4L2Camera(linuxpy, driver, frame_format("MJPEG"), 10)
    for i in range(BUFFERS + 1):
        driver.send(jpeg(), 1 + i / 10)
    assert webcam.read(0.1).seconds == 1 + BUFFERS / 10


def test_a_faster_webcam_is_limited_to_the_requested_rate(driver):
    webcam = V4L2Camera(linuxpy, driver, frame_format("MJPEG"), 10)
    taken = []
    for i in range(30):
        driver.send(jpeg(ASTRONAUT[:32, :32]), i / 30)
        if frame := webcam.read(0):
            taken.append(frame[1:])
    assert taken == [(pytest.approx(i / 10), 0) for i in range(10)]


def test_a_read_times_out(driver):
    start = time.monotonic()
    assert V4L2Camera(linuxpy, driver, frame_format("MJPEG"), 10).read(0.2) is None
    assert 0.15 < time.monotonic() - start < 10


def test_an_unplugged_webcam_is_an_error(driver):
    driver.send(OSError(errno.ENODEV, "No such device"), 0)
    with pytest.raises(CameraError, match="the camera was unplugged"):
        V4L2Camera(linuxpy, driver, frame_format("MJPEG"), 10).read(0.2)


def test_the_daemon_waits_for_a_missing_webcam():
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


def test_a_file_that_is_not_a_camera_is_refused(tmp_path):
    (tmp_path / "file").touch()
    result = edge("run", "--model", INT8, "--source", f"v4l2:{tmp_path / 'file'}", "--faces", "off")
    assert result.returncode == 2
    assert own_lines(result.stderr)[-1] == "emotion-edge: error: --source v4l2: not a camera"


def test_without_linuxpy_the_error_says_how_to_install_it(tmp_path):
    (tmp_path / "linuxpy.py").write_text("raise ImportError")
    environment = {**os.environ, "PYTHONPATH": python_path(tmp_path)}
    result = edge(
        "run", "--model", INT8, "--source", "v4l2:/dev/video0", "--faces", "off", env=environment
    )
    assert result.returncode == 2
    assert f"needs linuxpy: {install_hint('webcam')}\n" in result.stderr
