"""Raspberry Pi cameras, on a test double of picamera2 (tests/edge/doubles)."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from emotion_edge.capture.camera import CameraError, CameraSettings
from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.picamera2_camera import BUFFERS, picamera2_opener
from emotion_edge.capture.reconnect import stream_camera
from emotion_edge.cli.camera_options import default_source
from emotion_edge.imaging.pixel_formats import PixelFormatError, camera_array_to_rgb
from tests.edge.conftest import COLOURS, INT8, command, edge, own_words, save

DOUBLES, EDGE = Path(__file__).parent / "doubles", Path.cwd() / "edge"
RED, GREEN, BLUE, WHITE = *(COLOURS[name] for name in ("red", "green", "blue")), (240, 240, 240)
SCENE = np.repeat(np.repeat([[RED, GREEN], [BLUE, WHITE]], 240, 0), 320, 1).astype(np.uint8)
FAST = CameraSettings(fps=100)
FORMATS = ["BGR888", "RGB888", "XBGR8888", "XRGB8888", "YUV420", "NV12", "YUYV"]


@pytest.fixture
def pi(monkeypatch, tmp_path):
    """A function that plans the camera's behaviour and returns its opener."""
    monkeypatch.syspath_prepend(DOUBLES)
    for name in [name for name in sys.modules if name.partition(".")[0] == "picamera2"]:
        monkeypatch.delitem(sys.modules, name)
    scene = tmp_path / "scene.png"
    Image.fromarray(SCENE).save(scene)

    def plan(settings: CameraSettings = FAST, **keys: object) -> Callable:
        monkeypatch.setenv("PICAMERA2_DOUBLE", json.dumps({"scene": str(scene), **keys}))
        return picamera2_opener(settings)

    return plan


def first(opener: Callable) -> np.ndarray:
    with opener() as camera:
        return camera.read(2).pixels


def same(pixels: np.ndarray, expected: np.ndarray) -> bool:
    """Return whether two images are the same except for rounding and chroma at edges."""
    if pixels.shape != expected.shape:
        return False
    return np.percentile(np.abs(pixels.astype(int) - expected), 99) <= 3


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize(
    "size", [(640, 480), (648, 486)]
)  # 648 is not a multiple of 64: rows are padded
def test_whatever_format_the_camera_gives_red_is_red(pi, layout, size):
    pixels = first(pi(adjust={"format": layout, "size": size}))
    assert same(pixels, np.asarray(Image.fromarray(SCENE).resize(size, Image.Resampling.NEAREST)))


def test_it_asks_for_red_green_blue(pi):
    with pi()() as camera:
        assert camera._camera.camera_configuration()["main"]["format"] == "BGR888"


@pytest.mark.parametrize("space", [["Rec601", "Full"], ["Rec709", "Limited"], None])
def test_the_colour_space_is_honoured(pi, space):
    assert same(first(pi(adjust={"format": "YUV420"}, space=space)), SCENE)


@pytest.mark.parametrize("platform", ["vc4", "pisp"])
def test_lores_is_not_squashed(pi, platform):
    wide = {"resolution": (640, 360), "fps": 100}
    lores = first(pi(CameraSettings(stream="lores", **wide), platform=platform))
    assert same(lores, first(pi(CameraSettings(**wide))))
    assert not same(lores, np.asarray(Image.fromarray(SCENE).resize((320, 180))))


def test_lores_in_other_proportions_than_main_is_refused(pi):
    opener = pi(CameraSettings(stream="lores"), adjust={"size": [640, 360]})
    with pytest.raises(CameraError, match="would be squashed"), opener():
        pass


def test_frames_come_as_often_as_asked_and_the_newest_wins(pi):
    with pi(CameraSettings(fps=20))() as camera:
        shots = [camera.read(1) for _ in range(10)]
        spans = np.diff([shot.seconds for shot in shots])
        assert spans.min() > 0.045
        before = time.monotonic()
        time.sleep(0.5)
        late = camera.read(1)
    assert late.seconds > before + 0.2
    assert late.dropped >= 4


def test_a_camera_that_sets_its_own_pace_is_thinned(pi):
    with pi(CameraSettings(fps=10), paced=False, rate=60)() as camera:
        shots = [camera.read(1) for _ in range(6)]
    assert np.diff([shot.seconds for shot in shots]).min() > 0.07


def test_without_time_stamps_the_clock_is_used(pi):
    with pi(stamped=False)() as camera:
        assert camera.read(1).seconds == pytest.approx(time.monotonic(), abs=5)


def test_every_buffer_is_given_back_over_hundreds_of_frames(pi):
    with pi(CameraSettings(fps=240), rate=1000, paced=False)() as camera:
        for _ in range(300):
            assert camera.read(1) is not None
        time.sleep(0.1)
        assert camera._camera.missing <= 1  # the one that is kept for the next job


def test_every_buffer_is_given_back_when_frames_are_malformed(pi):
    with pi(array="shape")() as camera:
        for _ in range(3 * BUFFERS):
            with pytest.raises(CameraError, match="an array of"):
                camera.read(1)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"array": "shape"}, r"\(480, 640\) instead of \(480, 640, 3\) for BGR888"),
        ({"array": "stride", "adjust": {"format": "YUV420"}}, r"\(720, 672\) instead of"),
        ({"short": 32}, "cannot reshape"),
    ],
)
def test_an_array_that_contradicts_the_configuration_is_an_error(pi, keys, words):
    with pytest.raises(CameraError, match=words):
        first(pi(**keys))


def test_a_format_that_is_not_read_is_an_error():
    config = {"format": "SRGGB10", "size": (640, 480), "stride": 800}
    with pytest.raises(PixelFormatError, match="unsupported pixel format SRGGB10"):
        camera_array_to_rgb(np.zeros((480, 800), np.uint8), config, None)


def test_a_frame_that_comes_after_the_last_look_is_given_back(pi):
    with pi(CameraSettings(fps=5))() as camera:
        assert camera.read(1) is not None
        assert camera.read(0.02) is None
        time.sleep(0.5)
    assert camera._camera.missing <= 1  # the one that is kept for the next job


def test_waiting_for_a_frame_has_an_end_and_leaves_nothing_behind(pi):
    with pi(frames=0)() as camera:
        start = time.monotonic()
        assert [camera.read(0.1) for _ in range(3)] == [None] * 3
        assert time.monotonic() - start < 5
        assert len(camera._camera._jobs) == 1
    assert time.monotonic() - start < 10  # stop() would wait for that job for ever


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"cameras": 0}, "no camera 0 among the 0 that libcamera sees"),
        (
            {"busy": True},
            "the camera cannot be opened: Failed to acquire camera: Device or resource busy",
        ),
    ],
)
def test_a_camera_that_does_not_open_says_why_and_leaves_no_file_open(pi, keys, words):
    opener = pi(**keys)

    def attempt() -> None:
        with pytest.raises(CameraError, match=words), opener():
            pass

    attempt()
    before = open_files()
    for _ in range(20):
        attempt()
    assert open_files() < before + 10  # other files of this process come and go


def test_one_that_is_in_use_by_ourselves_is_busy_until_it_is_closed(pi):
    opener = pi()
    with opener(), pytest.raises(CameraError, match="busy"), opener():
        pass
    assert first(opener) is not None


def test_it_stalls_after_50_frames_and_is_opened_again(pi):
    opener = pi(openings=[{"frames": 50}, {}])
    events, stop = [], Event()
    for event in stream_camera("picamera2", opener, CameraSettings(fps=100, stall=0.5), stop):
        events.append(event)
        if isinstance(event, Frame) and any(isinstance(e, CameraLost) for e in events):
            stop.set()
    lost = next(event for event in events if isinstance(event, CameraLost))
    assert 2 <= events.index(lost) <= 50
    assert lost.reason == "no frame for 0.5 seconds"


def test_it_vanishes_and_returns(pi):
    opener = pi(openings=[{"frames": 5, "gone": 4}, {}])
    reasons, stop = [], Event()
    for event in stream_camera("picamera2", opener, CameraSettings(fps=100, stall=0.3), stop):
        if isinstance(event, CameraLost):
            reasons.append(event.reason)
        elif reasons:
            stop.set()
    assert reasons[0] == "no frame for 0.3 seconds"
    assert reasons[1].startswith("no camera 0 among the 0")


@pytest.mark.parametrize(
    ("turn", "corners"),
    [
        ({}, (RED, GREEN, BLUE, WHITE)),
        ({"hflip": True}, (GREEN, RED, WHITE, BLUE)),
        ({"vflip": True}, (BLUE, WHITE, RED, GREEN)),
        ({"rotate": 90}, (BLUE, RED, WHITE, GREEN)),
        ({"rotate": 180}, (WHITE, BLUE, GREEN, RED)),
        ({"rotate": 270}, (GREEN, WHITE, RED, BLUE)),
        ({"rotate": 90, "hflip": True}, (RED, BLUE, GREEN, WHITE)),
    ],
)
def test_it_is_turned_and_flipped(pi, turn, corners):
    settings, stop = CameraSettings(fps=100, **turn), Event()
    pixels = next(stream_camera("picamera2", pi(settings), settings, stop)).pixels
    seen = [pixels[y, x].tolist() for y in (0, -1) for x in (0, -1)]
    assert seen == [list(corner) for corner in corners]


# ------------------------------------------------------------------------------- as a process


def run(tmp_path: Path, colour: str, *options: object, **plan: object) -> subprocess.Popen[str]:
    """Start the daemon with a camera that sees a wall of one colour."""
    scene = save(tmp_path / f"{colour}.png", colour)
    plan = {"scene": str(scene), **plan}
    environment = {
        **os.environ,
        "PYTHONPATH": f"{DOUBLES}{os.pathsep}{EDGE}",
        "PICAMERA2_DOUBLE": json.dumps(plan),
    }
    arguments = ("run", "--model", INT8, "--source", "picamera2", "--faces", "off", *options)
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command(*arguments), env=environment, stdout=pipe, stderr=pipe, text=True
    )


@pytest.mark.parametrize("layout", FORMATS)
def test_the_daemon_names_the_colour_that_the_camera_sees(tmp_path, layout):
    process = run(tmp_path, "red", "--frames", 6, "--fps", 20, adjust={"format": layout})
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 0, stderr
    assert [json.loads(line)["label"] for line in stdout.splitlines()] == ["red"]


def test_the_daemon_says_that_the_camera_stalled_and_came_back(tmp_path):
    options = ("--fps", 50, "--stall", 0.5, "--frames", 90)
    process = run(tmp_path, "blue", *options, openings=[{"frames": 50}, {}])
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 0, stderr
    rows = [json.loads(line) for line in stdout.splitlines()]
    said = [(row["label"], row["reason"]) for row in rows]
    assert said == [("blue", None), ("unknown", "no_camera"), ("blue", None)]
    assert "no frame for 0.5 seconds; trying again in 1 s" in stderr
    assert "Traceback" not in stderr


@pytest.mark.parametrize(("place", "least"), [("open", 20), ("close", 5)])
def test_a_library_that_hangs_ends_the_process(tmp_path, place, least):
    process = run(tmp_path, "red", "--fps", 50, "--stall", 0.5, hang=place, frames=10)
    start = time.monotonic()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert least <= time.monotonic() - start < least + 15
    assert f"the camera does not {place} within {least} seconds" in stderr


def test_without_the_library_it_says_how_to_install_it():
    result = edge("run", "--model", INT8, "--source", "picamera2", "--faces", "off")
    assert result.returncode == 2
    assert "sudo apt install -y python3-picamera2 --no-install-recommends" in result.stderr
    assert "--system-site-packages" in result.stderr


def test_a_library_that_does_not_load_is_an_error_in_words(tmp_path):
    (tmp_path / "picamera2.py").write_text('raise ValueError("numpy.dtype size changed")')
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{EDGE}"}
    arguments = ("run", "--model", INT8, "--source", "picamera2", "--faces", "off")
    result = edge(*arguments, env=environment)
    assert result.returncode == 2
    assert "it does not load: numpy.dtype size changed" in own_words(result.stderr)[-1]


def test_a_stall_shorter_than_two_frames_is_an_error():
    arguments = ("run", "--model", INT8, "--source", "picamera2", "--fps", "0.2")
    result = edge(*arguments)
    assert result.returncode == 2
    assert "--stall 5: no time for two frames at --fps 0.2" in result.stderr


def test_the_camera_is_the_default_source_on_a_raspberry_pi_alone(tmp_path):
    model = tmp_path / "model"
    assert default_source(model) is None
    model.write_bytes(b"Raspberry Pi Zero 2 W Rev 1.0\0")
    assert default_source(model) == "picamera2"
    model.write_bytes(b"Radxa ZERO 3\0")
    assert default_source(model) is None
