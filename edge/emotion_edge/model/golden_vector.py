"""The golden vector: a picture in the model file, and the results that a machine must compute."""

import io
from dataclasses import dataclass
from string import hexdigits
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.imaging.image_files import read_image
from emotion_edge.model import limits
from emotion_edge.model.contract import Contract
from emotion_edge.util.strict_json import is_number, parse_json


@dataclass(frozen=True)
class GoldenVector:
    """A test picture and the results expected for it.

    picture: (rows, columns, 3) uint8 RGB, not of the input's size. logits: (classes,), and
    embedding: (features,), as convert computed them. scores: (classes,) for these logits. label:
    the one with the highest score. tolerance: the largest allowed difference of a logit.
    tolerance_from: its origin, in words. embedding_tolerance: the largest allowed difference of a
    feature. sha256: of the network, which is the file without its zip.
    """

    picture: npt.NDArray[np.uint8]
    logits: npt.NDArray[np.float64]
    embedding: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    label: str
    tolerance: float
    tolerance_from: str
    embedding_tolerance: float
    sha256: str


def parse_golden_vector(text: bytes, picture: bytes, contract: Contract) -> GoldenVector:
    """Return the vector of golden.json and golden.png.

    Raises ValueError if they are damaged, or if there are not as many numbers as the contract says.
    """
    values = parse_json(text)
    if not isinstance(values, dict):
        raise ValueError("not an object")
    expected = set(GoldenVector.__dataclass_fields__) - {"picture"}
    if values.keys() != expected or not _is_valid(values, contract):
        raise ValueError("a value is missing, unknown, or out of bounds")
    for name in ("logits", "embedding", "scores"):
        values[name] = np.array(values[name], np.float64)
    return GoldenVector(picture=_read_picture(picture), **values)


def _is_valid(values: dict[str, Any], contract: Contract) -> bool:
    digest, classes = values["sha256"], len(contract.labels)
    return (
        limits.are_numbers(values["logits"], "logits", classes)
        and limits.are_numbers(values["embedding"], "features", contract.embedding)
        and limits.are_numbers(values["scores"], "scores", classes)
        and is_number(values["tolerance"], *limits.NUMBERS["tolerance"])
        and is_number(values["embedding_tolerance"], *limits.NUMBERS["tolerance"])
        and limits.is_text(values["label"])
        and limits.is_text(values["tolerance_from"])
        and isinstance(digest, str)
        and len(digest) == 64
        and set(digest) <= set(hexdigits)
    )


def _read_picture(content: bytes) -> npt.NDArray[np.uint8]:
    """Decode the picture, but not before its size is known: a small file can be a huge picture."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            pixels = image.width * image.height
        if pixels > limits.MAX_PIXELS:
            raise ValueError(f"the picture has {pixels:,} pixels")
        return read_image(io.BytesIO(content))
    except Exception as error:  # Pillow raises anything on malformed files
        raise ValueError(str(error)) from None
