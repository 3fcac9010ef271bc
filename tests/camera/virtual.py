"""Our camera module on unmodified picamera2 and libcamera's virtual cameras; `make test-camera`.

tests/camera/run runs it in a root folder of Debian 13 with two virtual cameras, which see a red and
a blue wall. They have no ISP: they deliver NV12 whatever format is requested.
"""

import gc
import json
import os
import signal
import subprocess
import time

import numpy as np
import pytest
from picamera2 import Picamera2

from emotion_edge.capture.camera import CameraError, CameraSettings
from emotion_edge.capture.picamera2_camera import BUFFERS, picamera2_opener

COLOURS = {"red": (220, 20, 30), "blue": (20, 30, 220)}  # tests/edge/pictures.py
MODEL = "/opt/tiny.int8.tflite"
NUMBERS = {camera["Model"]: number for number, camera in enumerate(Picamera2.global_camera_info())}
# libcamera 0.7.1 reports BT.709 for frames whose levels it copies unchanged from the JPEG.
TOLERANCE = 40


def files() -> int:
    """Return how many files this process has open after a garbage collection."""
    gc.collect()
    return sum(map(_is_open, range(1024)))  # /proc is not mounted


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def test_both_cameras_are_there():
    assert set(NUMBERS) == {"red", "blue"}


@pytest.mark.parametrize("colour", COLOURS)
def test_frames_have_the_colour_of_the_wall(colour):
    with picamera2_opener(CameraSettings(number=NUMBERS[colour]))() as camera:
        assert camera._config["format"] == "NV12"  # not the requested format
        shots = [camera.read(2) for _ in range(20)]
    for shot in shots:
        assert shot.pixels.shape == (480, 640, 3)
        assert np.abs(shot.pixels.mean((0, 1)) - COLOURS[colour]).max() < TOLERANCE
    span = np.diff([shot.seconds for shot in shots]).mean()
    assert 0.09 < span < 0.3  # it delivers hundreds per second; ten were requested


def test_lores_is_a_stream_of_its_own():
    with picamera2_opener(CameraSettings(stream="lores", number=NUMBERS["red"]))() as camera:
        pixels = camera.read(2).pixels
    assert np.abs(pixels.mean((0, 1)) - COLOURS["red"]).max() < TOLERANCE


def test_a_camera_out_of_buffers_is_waited_for_a_while_and_closed():
    with picamera2_opener(CameraSettings())() as camera:
        assert camera.read(2) is not None
        held = []
        while len(held) < BUFFERS:  # take all, so that the camera stalls
            held.append(camera._camera.capture_request(wait=2))
        start = time.monotonic()
        assert [camera.read(0.2) for _ in range(3)] == [None] * 3
        assert 0.5 < time.monotonic() - start < 1.5
    assert time.monotonic() - start < 3
    for request in held:
        request.release()


def test_a_frame_that_comes_after_the_last_look_is_given_back():
    with picamera2_opener(CameraSettings())() as camera:
        assert camera.read(2) is not None
        assert camera.read(0) is None
        time.sleep(0.2)
        assert not camera._done.empty()
    assert camera._done.empty()


def test_every_request_goes_back():
    with picamera2_opener(CameraSettings(fps=240))() as camera:
        for _ in range(500):
            assert camera.read(2) is not None


def test_it_can_be_opened_again_and_again_without_leaving_files_open():
    opener = picamera2_opener(CameraSettings())
    counts = []
    for _ in range(12):
        with opener() as camera:
            assert camera.read(2) is not None
        counts.append(files())
    assert counts[-1] - counts[1] < 5  # a leak would add 10; threads come and go


def test_a_camera_that_is_in_use_says_so_and_leaves_no_file_open():
    opener = picamera2_opener(CameraSettings())
    with opener():
        counts = []
        for _ in range(20):
            with pytest.raises(CameraError, match=r"cannot be opened: .*busy"), opener():
                pass
            counts.append(files())
        assert counts[-1] - counts[1] < 10  # a leak would add 18; threads come and go


def test_a_camera_that_is_not_there_says_so():
    with (
        pytest.raises(CameraError, match="no camera 7 among the 2"),
        picamera2_opener(CameraSettings(number=7))(),
    ):
        pass


def test_the_size_is_what_the_camera_gives():
    with picamera2_opener(CameraSettings(resolution=(1280, 720)))() as camera:
        assert camera.read(2).pixels.shape == (480, 640, 3)


def command(colour: str, *options: object) -> list[str]:
    arguments = ("run", "--model", MODEL, "--source", "picamera2", "--faces", "off")
    return ["emotion-edge", *arguments, "--camera", str(NUMBERS[colour]), *map(str, options)]


@pytest.mark.parametrize("colour", COLOURS)
def test_the_daemon_names_the_colour(colour):
    result = subprocess.run(
        command(colour, "--frames", 6), capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["label"] for row in rows] == [colour]
    # LiteRT logs that it misses /proc.
    lines = result.stderr.splitlines()
    assert [s for s in lines if not s.startswith(("INFO: ", "Error in cpuinfo: "))] == []


def test_the_daemon_ends_when_told():
    with subprocess.Popen(command("red"), stdout=subprocess.PIPE, text=True) as process:
        assert json.loads(process.stdout.readline())["label"] == "red"
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
