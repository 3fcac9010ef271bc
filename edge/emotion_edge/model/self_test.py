"""The golden vector: a picture in the model file, and what the network must make of it.

`python -m convert` writes it; by it any machine can prove its own arithmetic: Pillow's scaling,
the table of the input, the runtime and the scores.
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

# Of a score computed again from the same logits in float64; what the exponentials of two machines
# can differ by is some 1e-15.
_SCORE_ERROR = 1e-9


@dataclass(frozen=True)
class SelfTest:
    """What a model file brings to be proven by.

    picture: (rows, columns, 3) uint8 RGB, not of the input's size. logits: (classes,) as convert
    computed them, and their scores, likewise. label: that of the highest. tolerance: how far a
    logit may be off; in words where that is from. sha256: of the network, the file without its zip.
    """

    picture: npt.NDArray[np.uint8]
    logits: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    label: str
    tolerance: float
    tolerance_from: str
    sha256: str


def run_self_test(path: Path, classifier: Classifier) -> str | None:
    """Return what came of the golden vector in the file that `classifier` was made from.

    None where it has none, as files of earlier versions. Raises UserError where the file is
    damaged, or a logit or score is further off than it may be.
    """
    content = path.read_bytes()
    golden = _read(path, content)
    if golden is None:
        return None
    if golden.sha256 != hashlib.sha256(_network(content)).hexdigest():
        raise UserError(f"{path}: the network is not the one that was converted; copy it again")
    _check_scores(path, golden, classifier)
    computed = classifier.logits(preprocess(golden.picture, classifier.contract))
    difference = float(np.abs(computed - golden.logits).max())
    allowed = f"allowed is {golden.tolerance:.2g}, {golden.tolerance_from}"
    if not difference <= golden.tolerance:  # NaN is not
        raise UserError(
            f"{path}: this machine computes something else than convert did: a logit of the "
            f"model's own test picture is off by {difference:.2g}, {allowed}; try another "
            "--runtime or version of it, then convert the model again"
        )
    return f"{golden.label}, as it must be; a logit is off by at most {difference:.2g}, {allowed}"


def _check_scores(path: Path, golden: SelfTest, classifier: Classifier) -> None:
    contract = classifier.contract
    if not golden.logits.shape == golden.scores.shape == (len(contract.labels),):
        raise _damaged(path)
    again = scores(golden.logits, contract)
    error = np.abs(again - golden.scores).max()
    if not error <= _SCORE_ERROR or contract.labels[int(again.argmax())] != golden.label:
        raise UserError(
            f"{path}: the contract inside makes other scores or labels of the same logits than "
            f"convert did (a score is off by {error:.2g}); copy or convert the model again"
        )


def _read(path: Path, content: bytes) -> SelfTest | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if GOLDEN_FILE not in archive.namelist():
                return None
            values = json.loads(archive.read(GOLDEN_FILE))
            picture = read_image(io.BytesIO(archive.read(GOLDEN_PICTURE)))
        values["tolerance"] = float(values["tolerance"])
        for name in ("logits", "scores"):
            values[name] = np.array(values[name], np.float64)
        return SelfTest(picture=picture, **values)
    except (*UNREADABLE_ZIP, ImageError, TypeError):
        raise _damaged(path) from None


def _damaged(path: Path) -> UserError:
    return UserError(f"{path}: its golden vector is damaged; copy the model again")


def _network(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content[: min(entry.header_offset for entry in archive.infolist())]
