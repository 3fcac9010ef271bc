"""A gate in front of the search: only what has changed since the last one is searched.

In an empty room every search is in vain. So each frame that is due for one is first compared with
the one that was searched last, by the mean brightness of blocks of pixels:

- the mean of a whole block has little of the camera's noise;
- the median ratio of a row of blocks is the light's and taken out: under a lamp that flickers, a
  camera that reads row by row sees bands;
- blocks that show the faces that are followed do not count: these are looked at in each frame.

The bodies of those who are followed, and what is beside their heads, move nearly always. So every
second search leaves them out. The others do not, because another face may appear there.

Each block is compared with what it was when it was searched last. So what changes slowly, such as
somebody who comes closer inch by inch, adds up. Light by which there was no search of late, which
may show a face that was too dark or too bright, has everything searched.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from emotion_edge.faces.changes import Changes, blocks_between
from emotion_edge.faces.types import Box

MOST_PUT_OFF = 10  # times in a row that a frame is due and not all of it is searched
BLOCKS = 40  # blocks along the frame's longer side: a face of the least size covers six or more
MIN_CHANGE, MAX_CHANGE = 1.0, 12.0  # levels of 255: what is never one, and what always is
NOISE = 6.0  # in between, a change is one that is so many times the usual one of a block
UNEVEN = 0.02  # share of a block's brightness by which bands of light differ from its row's median
NEW_LIGHT = 1.1  # ratio of a frame's brightness to the nearest one by which there was a search
_AROUND_LOST = 1.6  # side of the square that is searched for a lost face, over its box's
_BODY = 3.2  # width of somebody's shoulders, over the face's
Pixels = npt.NDArray[np.uint8]
Blocks = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


class ChangeGate:
    """Decides which parts of a stream's frame are worth a search."""

    def __init__(self) -> None:
        """Start with a gate that is open for the first frame."""
        self._searched: Blocks | None = None
        self._bodies_searched = False
        self._lost: list[Box] = []
        self._put_off = 0
        self._darkest, self._brightest = float("inf"), 0.0

    def reopen(self, boxes: Iterable[Box]) -> None:
        """Have the next frame that is due searched around faces that were lost."""
        self._lost = [*self._lost, *boxes]

    def changes(self, pixels: Pixels, followed: Sequence[Box]) -> Changes | None:
        """Return which parts of a frame to search that is due for it; None is all of it.

        pixels: (rows, columns, 3) uint8 RGB. followed: where faces are that are already known.
        """
        side = 2 * max(1, max(pixels.shape[:2]) // (2 * BLOCKS))  # even: every other row counts
        blocks = _block_means(pixels, side)
        lost = _around(blocks.shape, self._lost, side, _AROUND_LOST)
        self._lost = []
        if self._is_new(blocks):
            self._remember(blocks)
            return None
        assert self._searched is not None
        light = _median(blocks / self._searched)[:, np.newaxis]
        counted = ~_around(blocks.shape, followed, side)
        changed = _have_changed(light * self._searched, blocks, counted)
        bodies = _bodies(blocks.shape, followed, side)
        if self._bodies_searched:
            changed &= ~bodies
        self._bodies_searched = bool((changed & bodies).any())
        changed |= lost
        self._searched = np.where(changed, blocks / light, self._searched)
        self._put_off += 1
        return Changes(changed, side)

    def _is_new(self, blocks: Blocks) -> bool:
        """Return whether all of a frame is to be searched."""
        light = float(blocks.mean())
        return (
            self._put_off >= MOST_PUT_OFF
            or self._searched is None
            or self._searched.shape != blocks.shape
            or not self._darkest / NEW_LIGHT <= light <= self._brightest * NEW_LIGHT
        )

    def _remember(self, blocks: Blocks) -> None:
        self._searched, self._put_off, self._bodies_searched = blocks, 0, True
        # Flickering light is not new each time, but that of an hour ago is.
        light = float(blocks.mean())
        self._darkest = min(light, self._darkest * NEW_LIGHT)
        self._brightest = max(light, self._brightest / NEW_LIGHT)


def _block_means(pixels: Pixels, side: int) -> Blocks:
    """Return 1 + the mean of each block's levels, over every other row and all three colours."""
    height, width = side // 2, min(side, pixels.shape[1])
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


def _around(shape: tuple[int, ...], boxes: Iterable[Box], side: int, share: float = 1.0) -> Mask:
    """Return which blocks touch the boxes of faces. share: by which these are larger."""
    around, margin = np.zeros(shape, bool), (share - 1) / 2
    for x, y, length in boxes:
        start, more = margin * length, (1 + margin) * length
        around[blocks_between(x - start, y - start, x + more, y + more, side)] = True
    return around


def _bodies(shape: tuple[int, ...], faces: Iterable[Box], side: int) -> Mask:
    """Return which blocks may show the hair, or the body down to the frame's bottom, of faces."""
    bodies, margin, bottom = np.zeros(shape, bool), (_BODY - 1) / 2, shape[0] * side
    for x, y, length in faces:
        left, right = x - margin * length, x + (1 + margin) * length
        bodies[blocks_between(left, y - length, right, bottom, side)] = True
    return bodies


def _have_changed(before: Blocks, now: Blocks, counted: Mask) -> Mask:
    """Return which blocks have changed. before: what they would be in the light of now."""
    change = np.abs(now - before)
    if not counted.any():  # a face fills the frame
        return counted
    usual = float(_median(change[counted])) / 0.6745  # the standard deviation, if it is noise alone
    limit = min(max(MIN_CHANGE, NOISE * usual), MAX_CHANGE)
    return np.asarray(counted & (change - UNEVEN * now > limit))


def _median(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the upper median along the last axis; numpy's function takes five times as long."""
    middle = values.shape[-1] // 2
    return np.asarray(np.partition(values, middle, axis=-1)[..., middle])
