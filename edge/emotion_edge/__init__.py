"""emotion-edge: frames in, expression labels out, on a Raspberry Pi.

The public API is what `__all__` lists, described in docs/python-api.md. The command line is
`emotion-edge` or `python -m emotion_edge`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotion_edge.capture.camera import CameraSettings
    from emotion_edge.capture.frame import CameraLost
    from emotion_edge.capture.source import open_source
    from emotion_edge.faces.detector import FaceDetector
    from emotion_edge.model.classifier import Classifier
    from emotion_edge.pipeline.analyzer import FaceAnalyzer

__all__ = [
    "CameraLost",
    "CameraSettings",
    "Classifier",
    "FaceAnalyzer",
    "FaceDetector",
    "__version__",
    "open_source",
]
__version__ = "1.0.0"
_MODULES = {
    "CameraLost": "capture.frame",
    "CameraSettings": "capture.camera",
    "Classifier": "model.classifier",
    "FaceAnalyzer": "pipeline.analyzer",
    "FaceDetector": "faces.detector",
    "open_source": "capture.source",
}


def __getattr__(name: str) -> object:
    """Import a name of the API on first use, so that the daemon loads only what it needs."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
