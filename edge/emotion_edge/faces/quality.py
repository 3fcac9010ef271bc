"""Whether a picture of a face is good enough to say anything of it.

The limits were measured on faces cut out as the network gets them. Of 1,000 faces of FER+, 57
photographs and 175 drawn faces none is below either; a Gaussian blur of 4 % of the face's width
(2 pixels of 48) puts more than 95 % of each below `BLURRED`.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

TOO_SMALL = 32  # pixels a side of the face's box: with half as many, an expression is a guess
TOO_DARK = 50  # of 255, what 95 % of the pixels stay below: light, not skin, is what is missing
BLURRED = 0.02  # variance of the Laplacian over the variance of the picture, at 48 x 48 pixels
_SIDE = 48
_BRIGHT = round(0.95 * (_SIDE**2 - 1))  # the place of the 95th percentile among sorted pixels


def check_quality(image: npt.NDArray[np.uint8], side: float) -> str | None:
    """Return why a face should not be named: "too_small", "too_dark", "blurred", or None.

    image: the face, uint8 RGB of any size. side: of its box in the frame, in pixels.
    """
    if side < TOO_SMALL:
        return "too_small"
    grey = _grey(image)
    if np.partition(grey, _BRIGHT, axis=None)[_BRIGHT] < TOO_DARK:
        return "too_dark"
    return "blurred" if _sharpness(grey) < BLURRED else None


def sharpness(image: npt.NDArray[np.uint8]) -> float:
    """Return how sharp a face is, uint8 RGB of any size; below `BLURRED` it is not."""
    return _sharpness(_grey(image))


def _grey(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    picture = Image.fromarray(image).convert("L")
    return np.asarray(picture.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR), np.float32)


def _sharpness(grey: npt.NDArray[np.float32]) -> float:
    """Return the variance of the Laplacian (Pech-Pacheco et al. 2000), whatever the contrast."""
    middle = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((4 * middle - around).var() / max(float(grey.var()), 1.0))
