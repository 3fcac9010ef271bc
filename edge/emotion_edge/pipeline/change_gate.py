"""A gate in front of the search: where nothing has changed since the last one, it is put off.

A search of a whole frame takes a dozen looks of the face detector, and in an empty room all of them
are in vain. So each frame that is due for a search is first compared with the one that was searched
last, by the mean brightness of blocks of pixels:

- the mean of a whole block has little of the camera's noise;
- the median ratio of all blocks is the light's, of lamps that flicker or the sun, and taken out;
- blocks around the faces that are followed do not count, since these are looked at in each frame.

The frame for the comparison is always the one that was searched. So what changes slowly, such as
somebody who comes closer inch by inch, adds up until it opens the gate.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.faces.types import Box

MOST_PUT_OFF = 10  # searches in a row
BLOCKS = 40  # blocks along the frame's longer side: a face of the least size covers six or more
MIN_CHANGE, MAX_CHANGE = 2.0, 12.0  # levels of 255: what is never one, and what always is
NOISE = 6.0  # in between, a change is one that is so many times the usual one of a block
_AROUND_FACE = 1.6  # side of the square around a face that does not count, over its box's side
Pixels = npt.NDArray[np.uint8]
Blocks = npt.NDArray[np.float32]


class ChangeGate:
    """Decides whether a frame of a stream is worth a search."""

    def __init__(self) -> None:
        """Start with a gate that is open for the first frame."""
        self._searched: Blocks | None = None
        self._put_off = 0

    def opens(self, pixels: Pixels, followed: Iterable[Box]) -> bool:
        """Return whether to search a frame that is due for it; then it is the one to compare with.

        pixels: (rows, columns, 3) uint8 RGB. followed: where faces are that are already known.
        """
        blocks = _block_means(pixels)
        if self._searched is None or self._searched.shape != blocks.shape:
            opens = True
        else:
            side = _block_side(pixels)
            counted = _counted(blocks.shape, followed, side)
            opens = self._put_off >= MOST_PUT_OFF or _has_changed(
                self._searched[counted], blocks[counted]
            )
        self._put_off = 0 if opens else self._put_off + 1
        if opens:
            self._searched = blocks
        return opens


def _block_side(pixels: Pixels) -> int:
    return max(1, max(pixels.shape[:2]) // BLOCKS)


def _block_means(pixels: Pixels) -> Blocks:
    """Return the mean of each block's levels, over its pixels and all three colours."""
    rows, columns = pixels.shape[:2]
    side = _block_side(pixels)
    # Three levels of a pixel lie side by side, so a block is a rectangle of grey levels to Pillow,
    # which then need not copy them.
    levels = Image.fromarray(np.ascontiguousarray(pixels).reshape(rows, 3 * columns))
    whole = (0, 0, columns // side * side * 3, rows // side * side)
    return np.asarray(levels.reduce((3 * side, side), whole), np.float32)


def _counted(
    shape: tuple[int, ...], followed: Iterable[Box], side: int
) -> npt.NDArray[np.bool_]:
    """Return which blocks are not around a face that is followed."""
    counted = np.ones(shape, bool)
    for box in followed:
        margin = (_AROUND_FACE - 1) / 2 * box.side
        left, top = (max(0, int((start - margin) // side)) for start in (box.x, box.y))
        right, bottom = (
            int((start + box.side + margin) // side) + 1 for start in (box.x, box.y)
        )
        counted[top : max(bottom, 0), left : max(right, 0)] = False
    return counted


def _has_changed(before: Blocks, now: Blocks) -> bool:
    if not now.size:  # a face fills the frame
        return False
    light = float(np.median((now + 1) / (before + 1)))  # 1, so that black is no division by zero
    change = np.abs(now + 1 - light * (before + 1))
    usual = float(np.median(change)) / 0.6745  # the standard deviation, if it is noise alone
    return bool(change.max() > min(max(MIN_CHANGE, NOISE * usual), MAX_CHANGE))
