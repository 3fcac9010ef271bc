"""The windows that the networks see, and the filling of their inputs."""

import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.windows import fill_input, tiles, whole_window, zoom_window


def fill(image: Image.Image, window: tuple[float, float, float], rows: int, columns: int):
    tensor = np.full((rows, columns, 3), 7, np.float32)
    fill_input(image, window, tensor)
    return tensor


def test_black_becomes_minus_one_and_white_one():
    image = Image.fromarray(np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8))
    assert fill(image, (0, 0, 2), 1, 2).tolist() == [[[-1, -1, -1], [1, 1, 1]]]


def test_what_is_outside_the_image_becomes_black():
    image = Image.new("RGB", (4, 2), "white")
    filled = fill(image, whole_window(4, 2), 8, 8)
    assert filled[2:6].min() == 1
    assert filled[:2].max() == filled[6:].max() == -1


def test_an_input_that_is_not_square_shows_a_window_of_its_proportions():
    pixels = np.zeros((10, 20, 3), np.uint8)
    pixels[2:6, 8:16] = 255
    assert fill(Image.fromarray(pixels), (8, 2, 8), 4, 8).min() == 1
    filled = fill(Image.fromarray(pixels), (0, 0, 20), 16, 20)  # ten rows, and six outside
    assert filled[2:6, 8:16].min() == 1
    assert (filled == 1).sum() == 4 * 8 * 3
    assert filled[10:].max() == -1


@pytest.mark.parametrize("seed", range(20))
def test_a_zoomed_window_is_inside_the_frame_if_it_fits_and_shows_the_box(seed):
    rng = np.random.default_rng(seed)
    width, height = rng.integers(20, 2000, 2).tolist()
    side = rng.uniform(5, min(width, height))
    x, y = rng.uniform(0, width - side), rng.uniform(0, height - side)
    left, top, length = zoom_window(np.array([x, y, side]), 2.0, (width, height))
    assert length == pytest.approx(min(2 * side, max(width, height)))
    for box, start, size in ((x, left, width), (y, top, height)):
        assert start - 1e-6 <= box <= box + side <= start + length + 1e-6
        if length <= size:
            assert -1e-6 <= start <= start + length <= size + 1e-6


@pytest.mark.parametrize("size", [(6000, 4000), (1281, 900), (300, 7000), (100, 100), (1, 1)])
@pytest.mark.parametrize(("side", "overlap"), [(1000, 96), (700.5, 300.25)])
def test_tiles_are_equal_and_what_is_smaller_than_their_overlap_is_whole_in_one(
    size, side, overlap
):
    found = list(tiles(size, side, overlap))
    assert len({tile[2:] for tile in found}) == 1
    assert max(found[0][2:]) <= side
    lefts, tops = (np.unique([tile[axis] for tile in found]) for axis in (0, 1))
    assert len(found) == len(lefts) * len(tops)
    for starts, length, whole in zip((lefts, tops), found[0][2:], size, strict=True):
        assert starts[0] == 0
        assert starts[-1] + length == pytest.approx(whole)
        assert (starts[:-1] + length - starts[1:] >= overlap - 1e-6).all()


def test_a_frame_that_fits_is_one_tile():
    assert list(tiles((1000, 640), 1000, 96)) == [(0, 0, 1000, 640)]
