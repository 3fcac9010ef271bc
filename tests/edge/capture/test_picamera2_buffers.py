"""Raspberry Pi cameras return every buffer and leave nothing open."""

import time
from pathlib import Path

import pytest

from emotion_edge.capture.camera import CameraError, CameraSettings
from emotion_edge.capture.picamera2_camera import BUFFERS
from tests.edge.capture.picamera2_double import first_frame
from tests.edge.waiting import until


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_every_buffer_is_returned_over_hundreds_of_frames(make_opener):
    with make_opener(CameraSettings(fps=240), rate=1000, paced=False)() as camera:
        for _ in range(300):
            assert camera.read(1) is not None
        # The double keeps one for the next job.
        until(lambda: camera._camera.missing <= 1, "the buffers")


def test_every_buffer_is_returned_when_frames_are_malformed(make_opener):
    with make_opener(array="shape")() as camera:
        for _ in range(3 * BUFFERS):
            with pytest.raises(CameraError, match="an array of"):
                camera.read(1)


def test_a_frame_that_arrives_after_a_read_timed_out_is_returned(make_opener):
    with make_opener(CameraSettings(fps=5))() as camera:
        assert camera.read(1) is not None
        assert camera.read(0.02) is None
        time.sleep(0.5)
    assert camera._camera.missing <= 1  # the double keeps one for the next job


def test_a_read_times_out_and_leaves_no_job_behind(make_opener):
    with make_opener(frames=0)() as camera:
        start = time.monotonic()
        assert [camera.read(0.1) for _ in range(3)] == [None] * 3
        assert time.monotonic() - start < 5
        assert len(camera._camera._jobs) == 1
    assert time.monotonic() - start < 10  # stop() would wait for that job forever


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"cameras": 0}, "no camera 0 among the 0 that libcamera sees"),
        (
            {"busy": True},
            "the camera cannot be opened: Failed to acquire camera: Device or resource busy",
        ),
    ],
)
def test_a_camera_that_cannot_be_opened_says_why_and_leaves_no_file_open(make_opener, plan, words):
    opener = make_opener(**plan)

    def attempt() -> None:
        with pytest.raises(CameraError, match=words), opener():
            pass

    attempt()
    before = open_files()
    for _ in range(20):
        attempt()
    assert open_files() < before + 10  # other files of this process come and go


def test_a_camera_is_busy_until_its_user_closes_it(make_opener):
    opener = make_opener()
    with opener(), pytest.raises(CameraError, match="busy"), opener():
        pass
    assert first_frame(opener) is not None
