"""A gate in front of the search: where nothing has changed since the last one, it is put off.

A search of a whole frame takes a dozen looks of the face detector, and in an empty room all of them
are in vain. So each frame that is due for a search is first compared with the one that was searched
last, by the mean brightness of blocks of pixels:

- the mean of a whole block has little of the camera's noise;
- the median ratio of a row of blocks is the light's and taken out: under a lamp that flickers, a
  camera that reads row by row sees bands;
- blocks around the faces that are followed do not count, since these are looked at in each frame.

The frame for the comparison is always the one that was searched. So what changes slowly, such as
somebody who comes closer inch by inch, adds up until it opens the gate. So does light by which
there was no search of late, since it may show a face that was too dark or too bright.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from emotion_edge.faces.types import Box

MOST_PUT_OFF = 10  # searches in a row
BLOCKS = 40  # blocks along the frame's longer side: a face of the least size covers six or more
MIN_CHANGE, MAX_CHANGE = 1.0, 12.0  # levels of 255: what is never one, and what always is
NOISE = 6.0  # in between, a change is one that is so many times the usual one of a block
UNEVEN = 0.02  # share of a block's brightness by which bands of light differ from its row's median
NEW_LIGHT = 1.1  # ratio of a frame's brightness to the nearest one by which there was a search
_AROUND_FACE = 1.6  # side of the square around a face that does not count, over its box's side
Pixels = npt.NDArray[np.uint8]
Blocks = npt.NDArray[np.float32]


class ChangeGate:
    """Decides whether a frame of a stream is worth a search."""

    def __init__(self) -> None:
        """Start with a gate that is open for the first frame."""
        self._searched: Blocks | None = None
        self._put_off = 0
        self._darkest, self._brightest = float("inf"), 0.0

    def reopen(self) -> None:
        """Have the next frame that is due searched, whatever it shows."""
        self._searched = None

    def opens(self, pixels: Pixels, followed: Iterable[Box]) -> bool:
        """Return whether to search a frame that is due for it; then it is the one to compare with.

        pixels: (rows, columns, 3) uint8 RGB. followed: where faces are that are already known.
        """
        side = max(1, max(pixels.shape[:2]) // BLOCKS)
        blocks = _block_means(pixels, side)
        light = float(blocks.mean())
        opens = (
            self._put_off >= MOST_PUT_OFF
            or self._searched is None
            or self._searched.shape != blocks.shape
            or not self._darkest / NEW_LIGHT <= light <= self._brightest * NEW_LIGHT
            or _has_changed(self._searched, blocks, _counted(blocks.shape, followed, side))
        )
        self._put_off = 0 if opens else self._put_off + 1
        if not opens:
            return False
        self._searched = blocks
        # Flickering light is not new each time, but that of an hour ago is.
        self._darkest = min(light, self._darkest * NEW_LIGHT)
        self._brightest = max(light, self._brightest / NEW_LIGHT)
        return True


def _block_means(pixels: Pixels, side: int) -> Blocks:
    """Return 1 + the mean of each block's levels, over every other row and all three colours."""
    height, width = max(1, side // 2), min(side, pixels.shape[1])
    rows, columns = -(-pixels.shape[0] // 2) // height or 1, pixels.shape[1] // width
    # Rows first: they lie one after the other in memory, and 16 bits hold the sum of 257.
    strips = pixels[: 2 * rows * height : 2, : columns * width].reshape(
        rows, -1, columns * width * 3
    )
    sums = np.add.reduceat(
        strips.sum(axis=1, dtype=np.uint16 if height <= 257 else np.uint32),
        np.arange(0, strips.shape[2], 3 * width),
        axis=1,
        dtype=np.uint32,
    )
    return sums.astype(np.float32) / (strips.shape[1] * 3 * width) + 1


def _counted(shape: tuple[int, ...], followed: Iterable[Box], side: int) -> npt.NDArray[np.bool_]:
    """Return which blocks are not around a face that is followed."""
    counted = np.ones(shape, bool)
    for box in followed:
        margin = (_AROUND_FACE - 1) / 2 * box.side
        left, top = (max(0, int((start - margin) // side)) for start in (box.x, box.y))
        right, bottom = (
            max(0, int((start + box.side + margin) // side) + 1) for start in (box.x, box.y)
        )
        counted[top:bottom, left:right] = False
    return counted


def _has_changed(before: Blocks, now: Blocks, counted: npt.NDArray[np.bool_]) -> bool:
    light = _median(now / before)[:, np.newaxis]
    change = np.abs(now - light * before)[counted]
    if not change.size:  # a face fills the frame
        return False
    usual = float(_median(change)) / 0.6745  # the standard deviation, if it is noise alone
    limit = min(max(MIN_CHANGE, NOISE * usual), MAX_CHANGE)
    return bool((change - UNEVEN * now[counted]).max() > limit)


def _median(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the upper median along the last axis; numpy's function takes five times as long."""
    middle = values.shape[-1] // 2
    return np.asarray(np.partition(values, middle, axis=-1)[..., middle])
