"""Arrays of numbers as the lists of a JSON file, and back, with every bound checked."""

from typing import Any

import numpy as np
import numpy.typing as npt

LARGEST, SMALLEST = 1e9, 1e-9  # no feature, logit or weight of a network that works is beyond them
_MOST = 10**9  # of a whole number


def as_list(values: npt.NDArray[Any]) -> list[Any]:
    """Return nested lists whose numbers are read as exactly those of the array, and short."""
    if values.ndim > 1:
        return [as_list(each) for each in values]
    if values.dtype == np.float32:
        return [float(str(value)) for value in values]  # as double they would have twice the digits
    return list(values.tolist())


def floats(values: Any, shape: tuple[int, ...], least: float = -LARGEST) -> npt.NDArray[np.float64]:
    """Return nested lists as float64 of this shape; raises ValueError if they are anything else.

    So it does for a number that is not from `least` to `LARGEST`; NaN is not.
    """
    array = np.array(values)
    if array.dtype.kind not in "if" or array.shape != shape:
        raise ValueError(f"numbers of another shape than {shape}")
    if not ((array >= least) & (array <= LARGEST)).all():  # written so that NaN is refused
        raise ValueError("a number is out of bounds")
    return array.astype(np.float64)


def whole_numbers(values: Any, count: int, most: int = _MOST) -> npt.NDArray[np.int64]:
    """Return a list of whole numbers from 0 as int64 (count,); raises ValueError for another."""
    array = floats(values, (count,), 0)
    if (array != np.rint(array)).any() or (array > most).any():
        raise ValueError("a number is not a whole one, or too large")
    return array.astype(np.int64)
