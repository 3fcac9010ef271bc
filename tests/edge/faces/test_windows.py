"""The windows into which the detector divides a frame."""

import numpy as np
import pytest

from emotion_edge.faces.detector import MIN_FACE_RATIO
from emotion_edge.faces.windows import tile_windows


@pytest.mark.parametrize("seed", range(40))
def test_every_face_is_whole_and_large_enough_in_some_window(seed):
    rng = np.random.default_rng(seed)
    width, height = rng.integers(1, 5000, 2).tolist()
    min_side = max(width, height) * rng.uniform(1 / 40, 1 / 4)
    shown = np.array(tile_windows(width, height, min_side))
    for _ in range(200):
        side = min_side * (max(width, height) / min_side) ** rng.uniform(0, 1)
        x, y = rng.uniform(0, max(0, width - side)), rng.uniform(0, max(0, height - side))
        side = min(side, width, height)
        left, top, sides = shown.T
        whole = (left <= x + 0.01) & (top <= y + 0.01)
        whole &= (left + sides >= x + side - 0.01) & (top + sides >= y + side - 0.01)
        # At least 9 of the network's 128 pixels wide; most are far wider.
        assert (whole & (sides <= 14.01 * max(side, min_side))).any(), (
            width,
            height,
            min_side,
            x,
            y,
        )


def test_a_frame_of_640_by_480_needs_13_windows():
    assert len(tile_windows(640, 480, 640 * MIN_FACE_RATIO)) == 13
    assert len(tile_windows(640, 480, 640)) == 1
