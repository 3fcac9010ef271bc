"""The average hash of pictures whose bits are known."""

import numpy as np
import pytest
from PIL import Image

from tests.workbench.train.prepare.inputs import ASTRONAUT
from train.prepare.image_matching import average_hash, fingerprint


def shade(rows: np.ndarray, columns: np.ndarray) -> Image.Image:
    """Return a picture (64, 64) whose brightness is the sum of two profiles of 64 levels."""
    return Image.fromarray((rows[:, np.newaxis] + columns).astype(np.uint8))


RAMP, FLAT = np.arange(64) * 2, np.zeros(64)
STRIPES = np.tile(np.repeat([0, 120], 8), 4)
PICTURES = {
    "brighter to the right": (shade(FLAT, RAMP), "0f0f0f0f0f0f0f0f"),
    "brighter downwards": (shade(RAMP, FLAT), "00000000ffffffff"),
    "brighter along the diagonal": (shade(RAMP, RAMP), "000103070f1f3f7f"),
    "stripes": (shade(FLAT, STRIPES), "5555555555555555"),
    "one grey": (shade(FLAT + 90, FLAT), "0000000000000000"),
    "a photograph": (ASTRONAUT.convert("L"), "7f7f7fc744f8d050"),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_the_hash_of_a_picture_has_the_bits_that_imagehash_computed(kind):
    picture, expected = PICTURES[kind]
    bits = average_hash(picture)
    assert (bits.shape, bits.dtype) == ((8, 8), np.float32)
    assert np.packbits(bits > 0).tobytes().hex() == expected
    assert np.isin(bits, (-1, 1)).all()


def test_a_fingerprint_has_the_hash_of_the_reduced_picture():
    found = fingerprint(ASTRONAUT.convert("L"))
    assert np.array_equal(found.bits, average_hash(Image.fromarray(found.small)))
