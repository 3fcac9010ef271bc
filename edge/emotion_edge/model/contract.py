"""The contract: everything that training and inference must do alike, and the arithmetic for it.

`train` writes a contract beside its model, `convert` packs it into the .tflite, `edge` obeys it.
This module holds the only preprocessing function, the only quantise and dequantise, and the only
way from logits to scores in the repository.
"""

import json
import sys
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from emotion_edge.errors import UserError

VERSION = 3
# What the edge says where it has no label to give; no label may be called so.
UNKNOWN, NO_FACE = "unknown", "no_face"
_DARKEST_AND_BRIGHTEST = 1  # per cent of the pixels that become black, and white
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


def preprocess(pixels: npt.NDArray[np.uint8], contract: Contract) -> npt.NDArray[np.uint8]:
    """Cut the largest centred box of the input's proportions out of a picture and scale it.

    Where the contract says contrast "stretch", the darkest and the brightest hundredth of the
    pixels then become black and white, and all others lie between, so that less of the light is
    left for the network to learn.

    pixels: (rows, columns, 3) uint8 RGB of any size. Returns uint8 of the contract's input_shape.
    Training set, calibration, parity check and every frame on the Pi come through here.
    """
    rows, columns = pixels.shape[:2]
    crop_width = min(columns, rows * contract.width / contract.height)
    crop_height = min(rows, columns * contract.height / contract.width)
    left, top = (columns - crop_width) / 2, (rows - crop_height) / 2
    scaled = Image.fromarray(pixels).resize(
        (contract.width, contract.height),
        Image.Resampling.BILINEAR,
        box=(left, top, left + crop_width, top + crop_height),
    )
    if contract.color_space == "GRAYSCALE":
        scaled = scaled.convert("L")
    if contract.contrast == "stretch":
        scaled = ImageOps.autocontrast(scaled, _DARKEST_AND_BRIGHTEST, preserve_tone=True)
    return np.asarray(scaled).reshape(contract.input_shape)


def quantize(
    real: npt.NDArray[Any], *, scale: float, zero_point: int, dtype: npt.DTypeLike
) -> npt.NDArray[Any]:
    """Return `real / scale + zero_point`, rounded, then clipped to the range of `dtype`.

    The affine scheme of Jacob et al. 2018 (arXiv:1712.05877), equation 1. Rounding before the
    cast matters: truncation makes 63 of 256 pixel values wrong.
    """
    limits = np.iinfo(dtype)
    rounded = np.rint(real / scale) + zero_point
    return np.asarray(np.clip(rounded, limits.min, limits.max).astype(dtype))


def dequantize(
    quantized: npt.NDArray[Any], *, scale: float, zero_point: int
) -> npt.NDArray[np.float32]:
    """Return `(quantized - zero_point) * scale` as float32, the inverse of `quantize`."""
    return (quantized.astype(np.float32) - zero_point) * np.float32(scale)


def input_table(
    contract: Contract, *, dtype: npt.DTypeLike, scale: float = 0.0, zero_point: int = 0
) -> npt.NDArray[Any]:
    """Return what each pixel value 0..255 enters the network as: shape (256,), of `dtype`.

    A pixel is one of 256 values, so normalise-then-quantise is one look-up: `table[pixels]`.
    scale, zero_point: the input tensor's own; unused where `dtype` is a float type.
    """
    real = np.arange(256) * contract.scale + contract.offset
    if np.issubdtype(dtype, np.floating):
        return real.astype(dtype)
    return quantize(real, scale=scale, zero_point=zero_point, dtype=dtype)


def scores(logits: npt.NDArray[Any], contract: Contract) -> npt.NDArray[np.float64]:
    """Turn logits (..., classes) into scores of the same shape, each 0..1, adding up to 1.

    "sigmoid" is `sigmoid / sum(sigmoid)`, computed as the softmax of log-sigmoids so that it
    holds where every sigmoid underflows. The temperature divides what the softmax is taken of:
    divided before a sigmoid it could not make one that is saturated surer than another.
    """
    scaled = np.asarray(logits, np.float64)
    if contract.activation == "sigmoid":
        scaled = -np.logaddexp(0, -scaled)
    scaled = scaled / contract.temperature
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))
