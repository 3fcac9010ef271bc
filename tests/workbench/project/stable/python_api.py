"""The names of docs/python-api.md with their parameters, and what their results hold."""

import inspect
import re
from collections.abc import Callable
from dataclasses import is_dataclass
from pathlib import Path
from typing import get_type_hints

import emotion_edge
from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.classifier import Classification
from emotion_edge.pipeline.results import FaceResult, FrameResult
from emotion_edge.pipeline.smoothing import Decision
from tests.edge.pictures import save

METHODS = {
    "Classifier": ("classify",),
    "FaceDetector": ("detect",),
    "FaceAnalyzer": ("process", "reset"),
}
# Parameters that take objects of the package's inside.
INSIDE = {"head", "region", "smoothing"}
FIELDS: dict[type, str] = {
    Frame: "source index pixels seconds dropped reduction",
    CameraLost: "source reason retry",
    FrameResult: "frame faces ended nobody face_count detect_ms time",
    FaceResult: "number box decision classification scores event decided",
    Decision: "label reason",
    Face: "box score eyes tilt",
    Box: "x y side",
    Classification: "label score scores values logits embedding preprocess_ms inference_ms",
}


def python_api(folder: Path) -> dict[str, object]:
    """Return each name's parameters, its methods', and the fields of results, with their types."""
    names = sorted(set(emotion_edge.__all__) - {"__version__"})
    calls = {name: getattr(emotion_edge, name) for name in names}
    for owner, methods in METHODS.items():
        calls |= {f"{owner}.{name}": getattr(calls[owner], name) for name in methods}
    return {
        "names": sorted(emotion_edge.__all__),
        "a source": _source(folder / "photo.png"),
        "calls": {name: _parameters(call) for name, call in calls.items()},
        "results": {kind.__name__: _fields(kind, names) for kind, names in FIELDS.items()},
    }


def _source(photo: Path) -> dict[str, bool]:
    """Return what a source can do, of a real one."""
    save(photo, "red")
    source = emotion_edge.open_source(str(photo))
    frame = next(iter(source))
    source.close()
    return {"yields frames": isinstance(frame, Frame), "close() ends it": not list(source)}


def _parameters(call: Callable[..., object]) -> dict[str, str]:
    signature = inspect.signature(call)
    given = (each for each in signature.parameters.values() if each.name not in {"self", *INSIDE})
    shown = {f"{each.name}" if _by_place(each) else f"{each.name}=": _text(each) for each in given}
    result = inspect.formatannotation(signature.return_annotation)
    return shown if inspect.isclass(call) else {**shown, "returns": _plain(result)}


def _by_place(parameter: inspect.Parameter) -> bool:
    return parameter.kind is parameter.POSITIONAL_OR_KEYWORD


def _text(parameter: inspect.Parameter) -> str:
    kind = _plain(inspect.formatannotation(parameter.annotation))
    default = parameter.default
    if default is parameter.empty:
        return f"{kind}, required"
    if isinstance(default, Path) or is_dataclass(default):  # the shipped model, default settings
        return kind
    return f"{kind}, {default!r} if it is not given"


def _fields(kind: type, names: str) -> dict[str, str]:
    hints = get_type_hints(kind)
    properties = {name: vars(kind)[name].fget for name in names.split() if name not in hints}
    hints |= {name: get_type_hints(get)["return"] for name, get in properties.items()}
    return {name: _plain(inspect.formatannotation(hints[name])) for name in names.split()}


def _plain(annotation: str) -> str:
    """Return a type as Python 3.11 to 3.13 and numpy 1 and 2 alike show it."""
    text = re.sub(r"numpy\.ndarray\[.*?numpy\.dtype\[numpy\.(\w+)\]\]", r"array of \1", annotation)
    return re.sub(r"\b(\w+\.)+(?=\w)", "", text)
