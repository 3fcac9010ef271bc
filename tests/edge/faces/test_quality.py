"""The quality check: faces that are too small, too dark or blurred."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data

from emotion_edge.faces.alignment import crop_square
from emotion_edge.faces.quality import MIN_SIDE, check_quality

FACE = crop_square(data.astronaut(), 160, 55, 130)  # from a photograph in scikit-image


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
