"""The self-test: run a model on its golden vector and compare the logits with the expected ones.

The golden vector is a picture in the model file and the logits that `python -m convert` computed
for it. With it any machine can test everything between a picture and its scores: Pillow's scaling,
the input table, the runtime and the postprocessing.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import ImageError, read_image
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import GOLDEN_FILE, GOLDEN_PICTURE, UNREADABLE_ZIP
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess

# Largest error of a score computed again from the same logits in float64. The exponential functions
# of two machines differ by about 1e-15.
_MAX_SCORE_ERROR = 1e-9


@dataclass(frozen=True)
class GoldenVector:
    """A test picture and the results expected for it.

    picture: (rows, columns, 3) uint8 RGB, not of the input's size. logits: (classes,) as convert
    computed them. scores: (classes,) for these logits. label: the one with the highest score.
    tolerance: the largest allowed difference of a logit. tolerance_from: its origin, in words.
    sha256: of the network, which is the file without its zip.
    """

    picture: npt.NDArray[np.uint8]
    logits: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    label: str
    tolerance: float
    tolerance_from: str
    sha256: str


def run_self_test(path: Path, classifier: Classifier) -> str | None:
    """Return the result of the self-test in words, or None if the file has no golden vector.

    path: the file that `classifier` was loaded from. Files of earlier versions have no golden
    vector. Raises UserError if the file is damaged, or if a logit or score is not as expected.
    """
    content = path.read_bytes()
    golden = _read_golden(path, content)
    if golden is None:
        return None
    if golden.sha256 != hashlib.sha256(_network(content)).hexdigest():
        raise UserError(f"{path}: the network is not the one that was converted", "copy it again")
    _check_scores(path, golden, classifier)
    return _check_logits(path, golden, classifier)


def _check_scores(path: Path, golden: GoldenVector, classifier: Classifier) -> None:
    contract = classifier.contract
    if not golden.logits.shape == golden.scores.shape == (len(contract.labels),):
        raise _damaged(path)
    computed = scores(golden.logits, contract)
    error = np.abs(computed - golden.scores).max()
    if not error <= _MAX_SCORE_ERROR or contract.labels[int(computed.argmax())] != golden.label:
        raise UserError(
            f"{path}: the contract inside gives different scores or labels for the same "
            f"logits than convert did (a score is off by {error:.2g})",
            "copy the model again, or convert it again",
        )


def _check_logits(path: Path, golden: GoldenVector, classifier: Classifier) -> str:
    computed = classifier.logits(preprocess(golden.picture, classifier.contract))
    error = float(np.abs(computed - golden.logits).max())
    allowed = f"allowed is {golden.tolerance:.2g}, {golden.tolerance_from}"
    if not error <= golden.tolerance:  # written so that NaN fails
        raise UserError(
            f"{path}: this machine computes different results than convert did: a logit of the "
            f"model's own test picture is off by {error:.2g}, {allowed}",
            "try another --runtime or version of it, then convert the model again",
        )
    return f"{golden.label}, as it must be; a logit is off by at most {error:.2g}, {allowed}"


def _read_golden(path: Path, content: bytes) -> GoldenVector | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if GOLDEN_FILE not in archive.namelist():
                return None
            values = json.loads(archive.read(GOLDEN_FILE))
            picture = read_image(io.BytesIO(archive.read(GOLDEN_PICTURE)))
        values["tolerance"] = float(values["tolerance"])
        for name in ("logits", "scores"):
            values[name] = np.array(values[name], np.float64)
        return GoldenVector(picture=picture, **values)
    except (*UNREADABLE_ZIP, ImageError, TypeError):
        raise _damaged(path) from None


def _damaged(path: Path) -> UserError:
    return UserError(f"{path}: its golden vector is damaged", "copy the model again")


def _network(content: bytes) -> bytes:
    """Return the flatbuffer of a model file, without the zip behind it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content[: min(entry.header_offset for entry in archive.infolist())]
