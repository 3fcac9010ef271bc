"""The parts of a frame that are worth a search."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Changes(NamedTuple):
    """Which blocks of a frame have changed.

    blocks: (rows, columns) bool. side: pixels of a block; the first one is at the frame's corner,
    and what is left over at the right and at the bottom belongs to none.
    """

    blocks: npt.NDArray[np.bool_]
    side: int

    def touch(self, square: npt.ArrayLike) -> bool:
        """Return whether there are some in a square: x, y and side in pixels, and more values."""
        x, y, side = np.asarray(square, float)[:3].tolist()
        return bool(self.blocks[blocks_between(x, y, x + side, y + side, self.side)].any())


def blocks_between(
    left: float, top: float, right: float, bottom: float, side: int
) -> tuple[slice, slice]:
    """Return the rows and the columns of the blocks of a side that a box touches, in pixels."""
    rows, columns = (
        slice(max(0, int(start // side)), max(0, int(end // side) + 1))
        for start, end in ((top, bottom), (left, right))
    )
    return rows, columns
