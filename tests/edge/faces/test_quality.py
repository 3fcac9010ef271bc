"""The quality check: faces that are too small, too dark or blurred."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data

from emotion_edge.faces.quality import MIN_SIDE, QUALITY_SIDE, check_quality, sharpness
from emotion_edge.imaging.regions import Region, luma, scale_region

FACE = data.astronaut()[55:185, 160:290]  # from a photograph in scikit-image


def blurred(share: float) -> np.ndarray:
    """Return the face, blurred with a sigma of `share` times its width."""
    return np.asarray(Image.fromarray(FACE).filter(ImageFilter.GaussianBlur(share * len(FACE))))


def test_a_photograph_is_good_enough():
    assert check_quality(FACE, 100.0) is None


def test_a_face_with_few_pixels_is_too_small():
    assert check_quality(FACE, MIN_SIDE - 0.1) == "too_small"
    assert check_quality(FACE, MIN_SIDE) is None


@pytest.mark.parametrize(("gain", "reject_reason"), [(0.6, None), (0.3, None), (0.1, "too_dark")])
def test_a_face_in_little_light_is_too_dark(gain, reject_reason):
    assert check_quality((FACE * gain).astype(np.uint8), 100.0) == reject_reason


@pytest.mark.parametrize(
    ("share", "reject_reason"), [(0.01, None), (0.04, "blurred"), (0.1, "blurred")]
)
def test_a_face_out_of_focus_is_blurred(share, reject_reason):
    assert check_quality(blurred(share), 100.0) == reject_reason


def test_a_dim_blurred_face_is_blurred_and_a_dim_face_is_not():
    dim = (0.35 * FACE.astype(float)).astype(np.uint8)
    assert check_quality(dim, 100.0) is None
    assert check_quality((0.35 * blurred(0.05).astype(float)).astype(np.uint8), 100.0) == "blurred"


def test_the_size_of_the_picture_does_not_matter():
    for side in (48, 96, 300):
        picture = np.asarray(Image.fromarray(FACE).resize((side, side), Image.Resampling.BICUBIC))
        assert check_quality(picture, 100.0) is None


@pytest.mark.parametrize("share", [0.0, 0.02, 0.04, 0.1])
@pytest.mark.parametrize("gain", [0.1, 1.0])
def test_a_grey_picture_is_judged_as_the_one_in_colour(share, gain):
    colour = (gain * (blurred(share) if share else FACE).astype(float)).astype(np.uint8)
    grey = luma(colour)[..., np.newaxis]
    assert sharpness(grey) == sharpness(colour)
    assert check_quality(grey, 100.0) == check_quality(colour, 100.0)


@pytest.mark.parametrize("side", [QUALITY_SIDE, 64])
@pytest.mark.parametrize("tilt", [0, 15])
@pytest.mark.parametrize(("share", "reject_reason"), [(0.0, None), (0.06, "blurred")])
def test_the_networks_input_is_enough_to_judge_by(side, tilt, share, reject_reason):
    photograph = blurred(share) if share else FACE
    region = Region(65, 65, 110, 110, tilt)
    picture = scale_region(photograph, region, side, side, grey=True)
    assert check_quality(picture, 100.0) == reject_reason
