"""The contract: everything that training, conversion and inference must do alike.

`train` writes a contract beside its model, `convert` packs it into the .tflite file, and the edge
program follows it. The functions that apply it are in `preprocessing`, `quantization` and
`postprocessing`.
"""

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

from emotion_edge.errors import UserError, escape, shorten
from emotion_edge.model import limits
from emotion_edge.util.strict_json import parse_json

VERSION = 4
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


class ContractError(UserError):
    """The contract is missing, malformed, contradicts its model, or is newer than this program."""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The input that a model expects and the meaning of its output.

    labels: class names in the order of the output tensor, at least two; each is one short line.
    width, height: the size of the model's input in pixels.
    activation: turns logits into scores: "softmax", or "sigmoid" divided by the sum of all sigmoids
        (as Keras's categorical cross-entropy does with outputs that do not add up to one).
    embedding: how many features the network gives as its second output: those that its last layer
        makes the logits of.
    prior, tau: the share of each label among those that the network was shown in training (rare
        ones may be shown more often than they occur), in their order, and what a class is worth:
        tau times the logarithm of its share is taken from its score's logarithm. 0 is the natural
        prior: a rare expression must look clearer than a common one. 1 gives all classes the same
        chance (Menon et al. 2020, arXiv:2007.07314).
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
    Raises ContractError if a value is not allowed; `limits` has the bounds.
    """

    labels: tuple[str, ...]
    width: int
    height: int
    activation: str
    embedding: int
    prior: tuple[float, ...]
    tau: float = 0.0
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
        _check_prior(self)
        _check_numbers(self)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the input."""
        return self.height, self.width, _CHANNELS[self.color_space]


def _check_choices(contract: Contract) -> None:
    for name, choices in _CHOICES.items():
        value = getattr(contract, name)
        if value not in choices:
            known = ", ".join(choices)
            raise ContractError(f"contract: {name} is {shorten(value)}, known: {known}")


def _check_labels(labels: tuple[str, ...]) -> None:
    if len(labels) < 2 or len(set(labels)) < len(labels):
        raise ContractError("contract: labels must be at least two different names")
    if len(labels) > limits.MAX_LABELS:
        raise ContractError(f"contract: {len(labels)} labels, allowed: {limits.MAX_LABELS}")
    for label in labels:
        if not limits.is_text(label):
            raise ContractError(
                f"contract: the label {shorten(label)} must be one line of 1 to {limits.MAX_TEXT} "
                "characters, without control characters"
            )
    if reserved := {UNKNOWN, NO_FACE} & set(labels):
        raise ContractError(
            f"contract: the label {reserved.pop()!r} is reserved", "choose another name"
        )


def _check_prior(contract: Contract) -> None:
    if not limits.are_numbers(list(contract.prior), "share", len(contract.labels)):
        raise ContractError(
            f"contract: prior must have a number for each label, {limits.allowed('share')}"
        )
    if not math.isclose(sum(contract.prior), 1, rel_tol=1e-6):
        raise ContractError("contract: the numbers of prior must add up to 1")


def _check_numbers(contract: Contract) -> None:
    numbers = {name: value for name, value in vars(contract).items() if name in limits.NUMBERS}
    if name := limits.find_bad_number(numbers):
        value = shorten(numbers[name])
        raise ContractError(f"contract: {name} is {value}, {limits.allowed(name)}")
    if contract.leave > contract.enter:
        raise ContractError("contract: leave must not be above enter")
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
        values = parse_json(text)
    except ValueError as error:
        raise ContractError(f"contract: not JSON: {error}") from None
    _check_version(values)
    _check_types(values)
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Contract(**values | lists)


def _check_version(values: Any) -> None:
    if not isinstance(values, dict) or not _has_type(values.get("version"), int):
        raise ContractError("contract: it has no version")
    if (version := values["version"]) != VERSION:
        newer = "upgrade emotion-edge, or " if version > VERSION else ""
        raise ContractError(
            f"contract: version {shorten(version)}, but this emotion-edge reads version {VERSION}",
            f"{newer}convert the model again",
        )


def _check_types(values: dict[str, Any]) -> None:
    expected = {field.name: field.type for field in fields(Contract)}
    if odd := expected.keys() ^ values.keys():
        names = escape(", ".join(sorted(odd))[:200])
        raise ContractError(f"contract: missing or unknown: {names}")
    for name, kind in expected.items():
        value = values[name]
        if not _has_type(value, kind):
            raise ContractError(f"contract: {name} has the wrong type: {shorten(value)}")


def _has_type(value: object, kind: Any) -> bool:
    if arguments := get_args(kind):  # of a tuple, which is a list in JSON
        return isinstance(value, list) and all(_has_type(item, arguments[0]) for item in value)
    accepted = (int, float) if kind is float else kind
    return isinstance(value, accepted) and not isinstance(value, bool)
