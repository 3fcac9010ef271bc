"""The contract: everything that training, conversion and inference must do alike.

`train` writes a contract beside its model, `convert` packs it into the .tflite file, and the edge
program follows it. The functions that apply it are in `preprocessing`, `quantization` and
`postprocessing`.
"""

import json
import sys
from dataclasses import asdict, dataclass, fields
from typing import Any

from emotion_edge.errors import UserError

VERSION = 3
# Labels that the edge program reports itself; no model may use them.
UNKNOWN, NO_FACE = "unknown", "no_face"
_CHANNELS = {"RGB": 3, "GRAYSCALE": 1}  # TFLite Metadata's names
_CHOICES = {
    "color_space": tuple(_CHANNELS),
    "crop": ("center",),
    "interpolation": ("bilinear",),
    "contrast": ("none", "stretch"),
    "face_alignment": ("eyes",),
    "activation": ("sigmoid", "softmax"),
}
_POSITIVE = ("width", "height", "temperature", "face_width")


class ContractError(UserError):
    """The contract is missing, malformed, contradicts its model, or is newer than this program."""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The input that a model expects and the meaning of its output.

    labels: class names in the order of the output tensor, at least two.
    width, height: the size of the model's input in pixels.
    activation: turns logits into scores: "softmax", or "sigmoid" divided by the sum of all sigmoids
        (as Keras's categorical cross-entropy does with outputs that do not add up to one).
    scale, offset: a pixel 0..255 enters the network as `pixel * scale + offset`.
    temperature: sharpens scores (below 1) or flattens them (above 1) without changing their order:
        each score is raised to the power of 1/temperature, then all are divided by their sum. For
        softmax this equals softmax(logits / temperature), as in Guo et al. 2017, arXiv:1706.04599.
    enter, leave: in a stream, a face gets a label when its score reaches `enter` and loses it when
        the score falls below `leave`; see `emotion_edge.pipeline.smoothing`.
    color_space: of the input, "RGB" or "GRAYSCALE" (the luma of ITU-R BT.601).
    crop, interpolation, contrast: how an image of a face becomes the input; see `preprocessing`.
    face_width, eye_height, face_alignment: how a face is first cut out of a frame; see `crop_rule`.
        face_width: side of the square over the distance between the eyes. eye_height: distance of
        the eyes from the top of the square over its side. face_alignment: what is made level.
    Raises ContractError if a value is not allowed.
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
        _check_choices(self)
        _check_labels(self.labels)
        _check_numbers(self)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the input."""
        return self.height, self.width, _CHANNELS[self.color_space]


def _check_choices(contract: Contract) -> None:
    for name, choices in _CHOICES.items():
        value = getattr(contract, name)
        if value not in choices:
            raise ContractError(f"contract: {name} is {value!r}, known: {', '.join(choices)}")


def _check_labels(labels: tuple[str, ...]) -> None:
    if len(labels) < 2 or len(set(labels)) < len(labels):
        raise ContractError("contract: labels must be at least two different names")
    if any(label.splitlines() != [label] for label in labels):
        raise ContractError("contract: each label must be one line, and not empty")
    if reserved := {UNKNOWN, NO_FACE} & set(labels):
        raise ContractError(
            f"contract: the label {reserved.pop()!r} is reserved", "choose another name"
        )


def _check_numbers(contract: Contract) -> None:
    numbers = [getattr(contract, field.name) for field in fields(Contract) if field.type is float]
    # Written so that it also rejects NaN.
    if not all(abs(number) <= sys.float_info.max for number in numbers):
        raise ContractError("contract: all numbers must be finite")
    if not 0 <= contract.leave <= contract.enter <= 1:
        raise ContractError(
            "contract: enter and leave must be between 0 and 1, and leave must not be above enter"
        )
    if min(getattr(contract, name) for name in _POSITIVE) <= 0:
        raise ContractError(f"contract: {', '.join(_POSITIVE)} must be positive")
    if contract.scale == 0:
        raise ContractError("contract: scale must not be zero")


def dumps(contract: Contract) -> str:
    """Return the contract as JSON text; equal contracts give equal text."""
    return json.dumps(asdict(contract), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def loads(text: str | bytes) -> Contract:
    """Read a contract from JSON text.

    Raises ContractError unless the text is a complete contract of the version that this program
    knows.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ContractError(f"contract: not JSON: {error}") from None
    _check_version(values)
    _check_types(values)
    return Contract(**{**values, "labels": tuple(values["labels"])})


def _check_version(values: Any) -> None:
    if not isinstance(values, dict) or not _has_type(values.get("version"), int):
        raise ContractError("contract: it has no version")
    if values["version"] != VERSION:
        raise ContractError(
            f"contract: version {values['version']}, but this emotion-edge reads version "
            f"{VERSION}: upgrade emotion-edge, or convert the model again"
        )


def _check_types(values: dict[str, Any]) -> None:
    expected = {field.name: field.type for field in fields(Contract)}
    if odd := expected.keys() ^ values.keys():
        raise ContractError(f"contract: missing or unknown: {', '.join(sorted(odd))}")
    for name, kind in expected.items():
        value = values[name]
        valid = _is_text_list(value) if name == "labels" else _has_type(value, kind)
        if not valid:
            raise ContractError(f"contract: {name} has the wrong type: {value!r}")


def _is_text_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _has_type(value: object, kind: Any) -> bool:
    accepted = (int, float) if kind is float else kind
    return isinstance(value, accepted) and not isinstance(value, bool)
