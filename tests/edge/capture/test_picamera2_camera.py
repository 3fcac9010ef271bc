"""Raspberry Pi cameras: pixel formats, colours, streams and frame rates."""

import time

import numpy as np
import pytest
from PIL import Image

from emotion_edge.capture.camera import CameraError, CameraSettings
from emotion_edge.imaging.pixel_formats import PixelFormatError, camera_array_to_rgb
from tests.edge.capture.picamera2_double import FORMATS, SCENE, first_frame, same


@pytest.mark.parametrize("layout", FORMATS)
# 648 is not a multiple of 64: rows are padded.
@pytest.mark.parametrize("size", [(640, 480), (648, 486)])
def test_colours_are_right_in_every_pixel_format(make_opener, layout, size):
    pixels = first_frame(make_opener(adjust={"format": layout, "size": size}))
    assert same(pixels, np.asarray(Image.fromarray(SCENE).resize(size, Image.Resampling.NEAREST)))


def test_the_requested_format_is_rgb(make_opener):
    with make_opener()() as camera:
        assert camera._camera.camera_configuration()["main"]["format"] == "BGR888"


@pytest.mark.parametrize("space", [["Rec601", "Full"], ["Rec709", "Limited"], None])
def test_the_reported_colour_space_is_used(make_opener, space):
    assert same(first_frame(make_opener(adjust={"format": "YUV420"}, space=space)), SCENE)


@pytest.mark.parametrize("platform", ["vc4", "pisp"])
def test_lores_is_not_squashed(make_opener, platform):
    wide = {"resolution": (640, 360), "fps": 100}
    lores = first_frame(make_opener(CameraSettings(stream="lores", **wide), platform=platform))
    assert same(lores, first_frame(make_opener(CameraSettings(**wide))))
    assert not same(lores, np.asarray(Image.fromarray(SCENE).resize((320, 180))))


def test_lores_with_another_aspect_ratio_than_main_is_refused(make_opener):
    opener = make_opener(CameraSettings(stream="lores"), adjust={"size": [640, 360]})
    with pytest.raises(CameraError, match="would be squashed"), opener():
        pass


def test_frames_have_the_requested_rate_and_the_newest_one_is_read(make_opener):
    with make_opener(CameraSettings(fps=20))() as camera:
        frames = [camera.read(1) for _ in range(10)]
        gaps = np.diff([frame.seconds for frame in frames])
        assert np.median(gaps) > 0.045  # on a busy machine, a late frame has an early successor
        before = time.monotonic()
        time.sleep(0.5)
        late = camera.read(1)
    assert late.seconds > before + 0.2
    assert late.dropped >= 4


def test_a_faster_camera_is_limited_to_the_requested_rate(make_opener):
    with make_opener(CameraSettings(fps=10), paced=False, rate=60)() as camera:
        frames = [camera.read(1) for _ in range(6)]
    assert np.diff([frame.seconds for frame in frames]).min() > 0.07


def test_frames_without_timestamps_get_the_current_time(make_opener):
    with make_opener(stamped=False)() as camera:
        assert camera.read(1).seconds == pytest.approx(time.monotonic(), abs=5)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"array": "shape"}, r"\(480, 640\) instead of \(480, 640, 3\) for BGR888"),
        ({"array": "stride", "adjust": {"format": "YUV420"}}, r"\(720, 672\) instead of"),
        ({"short": 32}, "cannot reshape"),
    ],
)
def test_an_array_that_differs_from_the_configuration_is_an_error(make_opener, plan, words):
    with pytest.raises(CameraError, match=words):
        first_frame(make_opener(**plan))


def test_an_unsupported_pixel_format_is_an_error():
    config = {"format": "SRGGB10", "size": (640, 480), "stride": 800}
    with pytest.raises(PixelFormatError, match="unsupported pixel format SRGGB10"):
        camera_array_to_rgb(np.zeros((480, 800), np.uint8), config, None)
