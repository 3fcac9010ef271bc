"""The contract: everything that training and inference must do alike, and the arithmetic for it.

`train` writes a contract beside its model, `convert` packs it into the .tflite, `edge` obeys it.
This module holds the only preprocessing function, the only quantise and dequantise, and the only
way from logits to scores in the repository.
"""

import json
import sys
from dataclasses import asdict, dataclass, fields
from typing import Any

from emotion_edge.errors import UserError

VERSION = 3
# What the edge says where it has no label to give; no label may be called so.
UNKNOWN, NO_FACE = "unknown", "no_face"
_CHANNELS = {"RGB": 3, "GRAYSCALE": 1}  # TFLite Metadata's names
_KNOWN = {
    "color_space": tuple(_CHANNELS),
    "crop": ("center",),
    "interpolation": ("bilinear",),
    "contrast": ("none", "stretch"),
    "face_alignment": ("eyes",),
    "activation": ("sigmoid", "softmax"),
}


class ContractError(UserError):
    """The contract is missing, malformed, contradicts its model, or is newer than this program."""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a model expects of its input and what its output means.

    labels: class names in the order of the output tensor, at least two.
    width, height: the model's input in pixels.
    activation: what turns logits into scores: "softmax", or "sigmoid", each divided by their sum
        (what Keras's categorical cross-entropy does to outputs that do not add up to one).
    scale, offset: a pixel 0..255 enters the network as `pixel * scale + offset`.
    temperature: makes scores surer (below 1) or less sure, and never changes their order: they are
        raised to the power of 1/temperature and divided by their sum again. For softmax that is
        softmax(logits / temperature), as in Guo et al. 2017, arXiv:1706.04599.
    enter, leave: in a stream, the score from which a label is said of a face, and below which it no
        longer is, see `emotion_edge.pipeline.smoothing`.
    color_space: the input's, "RGB" or "GRAYSCALE" (the luma of ITU-R BT.601).
    crop, interpolation, contrast: how a picture of a face becomes the input, see `preprocess`.
    face_width, eye_height, face_alignment: how a face is cut out of a frame before that, see
        `crop_rule`: the side of the square in distances between the eyes, how far below its top
        the eyes are, over its side, and what is made level.
    """

    labels: tuple[str, ...]
    width: int
    height: int
    activation: str
    scale: float = 1 / 255
    offset: float = 0.0
    temperature: float = 1.0
    enter: float = 0.4
    leave: float = 0.3
    color_space: str = "RGB"
    crop: str = "center"
    interpolation: str = "bilinear"
    contrast: str = "none"
    face_width: float = 2.7
    eye_height: float = 0.39
    face_alignment: str = "eyes"
    version: int = VERSION

    def __post_init__(self) -> None:
        for name, known in _KNOWN.items():
            if getattr(self, name) not in known:
                raise ContractError(
                    f"contract: {name} is {getattr(self, name)!r}, known: {', '.join(known)}"
                )
        if len(self.labels) < 2 or len(set(self.labels)) < len(self.labels):
            raise ContractError("contract: labels must be at least two different names")
        if any(label.splitlines() != [label] for label in self.labels):
            raise ContractError("contract: each label must be one line, and not empty")
        if reserved := {UNKNOWN, NO_FACE} & set(self.labels):
            raise ContractError(
                f"contract: the edge says {reserved.pop()!r} itself; give the label another name"
            )
        numbers = [getattr(self, f.name) for f in fields(self) if f.type is float]
        if not all(abs(number) <= sys.float_info.max for number in numbers):  # NaN is not either
            raise ContractError("contract: its numbers must be finite")
        if not 0 <= self.leave <= self.enter <= 1:
            raise ContractError("contract: leave must not be above enter, and both from 0 to 1")
        positive = (self.width, self.height, self.temperature, self.face_width)
        if min(positive) <= 0 or self.scale == 0:
            raise ContractError(
                "contract: width, height, temperature and face_width must be positive, "
                "scale not zero"
            )

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the input."""
        return self.height, self.width, _CHANNELS[self.color_space]


def dumps(contract: Contract) -> str:
    """Return the contract as JSON text; equal contracts give equal text."""
    return json.dumps(asdict(contract), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def loads(text: str | bytes) -> Contract:
    """Read a contract from JSON text.

    Raises ContractError for anything but a complete contract of a version this program knows.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ContractError(f"contract: not JSON: {error}") from None
    if not isinstance(values, dict) or not _is(values.get("version"), int):
        raise ContractError("contract: no version in it")
    if values["version"] != VERSION:
        raise ContractError(
            f"contract: version {values['version']}, but this emotion-edge reads version "
            f"{VERSION}: upgrade emotion-edge, or convert the model again"
        )
    _check_types(values)
    return Contract(**{**values, "labels": tuple(values["labels"])})


def _check_types(values: dict[str, Any]) -> None:
    expected = {field.name: field.type for field in fields(Contract)}
    if odd := expected.keys() ^ values.keys():
        raise ContractError(f"contract: missing or unknown: {', '.join(sorted(odd))}")
    for name, kind in expected.items():
        value = values[name]
        if name == "labels":
            right = isinstance(value, list) and all(_is(label, str) for label in value)
        else:
            right = _is(value, kind) or (kind is float and _is(value, int))
        if not right:
            raise ContractError(f"contract: {name} has the wrong type: {value!r}")


def _is(value: object, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)
