"""Quality check: reject images of faces that are too poor to classify.

The limits were measured on face crops as the network gets them. None of 1,000 FER+ faces, 57
photographs and 175 drawn faces is rejected. A Gaussian blur with a sigma of 4 % of the face's width
(2 of 48 pixels) puts more than 95 % of each set below `MIN_SHARPNESS`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.imaging.regions import luma

MIN_SIDE = 32  # pixels, of the face's box: at half of it, an expression is a guess
MIN_BRIGHTNESS = 50  # of 255, the 95th percentile: this measures the light, not the skin
MIN_SHARPNESS = 0.02  # see `sharpness`
QUALITY_SIDE = 48  # pixels, the size at which brightness and sharpness are measured
_PERCENTILE_95 = round(0.95 * (QUALITY_SIDE**2 - 1))  # its index among the sorted pixels


@dataclass(frozen=True)
class FaceQuality:
    """What was measured of a face.

    side: of its box in the frame, in pixels. brightness: 0..255. sharpness: see `sharpness`.
    """

    side: float
    brightness: float
    sharpness: float

    @property
    def problem(self) -> str | None:
        """The reason to reject the face: "too_small", "too_dark", "blurred", or None."""
        if self.side < MIN_SIDE:
            return "too_small"
        if self.brightness < MIN_BRIGHTNESS:
            return "too_dark"
        return "blurred" if self.sharpness < MIN_SHARPNESS else None


def measure_quality(image: npt.NDArray[np.uint8], side: float) -> FaceQuality:
    """Measure a face.

    image: the face as the network gets it, before its contrast is adjusted: uint8 (rows, columns,
    1 or 3), both at least `QUALITY_SIDE`, because a smaller one looks blurred. side: of the face's
    box in the frame, in pixels.
    """
    grey = _grey(image)
    brightness = float(np.partition(grey, _PERCENTILE_95, axis=None)[_PERCENTILE_95])
    return FaceQuality(side, brightness, _sharpness(grey))


def check_quality(image: npt.NDArray[np.uint8], side: float) -> str | None:
    """Return the reason to reject a face, or None: the `problem` that `measure_quality` finds."""
    return measure_quality(image, side).problem


def sharpness(image: npt.NDArray[np.uint8]) -> float:
    """Return the variance of an image's Laplacian over the image's own variance.

    image: uint8 (rows, columns, 1 or 3) of any size, measured at 48 x 48 pixels. The variance of
    the Laplacian is from Pech-Pacheco et al. 2000; the division makes it independent of the
    contrast.
    """
    return _sharpness(_grey(image))


def _grey(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    grey = luma(image)
    if grey.shape != (QUALITY_SIDE, QUALITY_SIDE):
        picture = Image.fromarray(grey).resize(
            (QUALITY_SIDE, QUALITY_SIDE), Image.Resampling.BILINEAR
        )
        grey = np.asarray(picture)
    return grey.astype(np.float32)


def _sharpness(grey: npt.NDArray[np.float32]) -> float:
    middle = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((4 * middle - around).var() / max(float(grey.var()), 1.0))
