"""What training left in build/: read, and refused where it cannot lead to an honest proof."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from convert.converter import check_activation
from emotion_edge.errors import UserError
from emotion_edge.model.contract import Contract, loads
from emotion_edge.model.model_file import UNREADABLE_ZIP
from evaluation.metrics import Quality

Images = npt.NDArray[np.uint8]
_REMEDY = "make it with `python -m train`"
# What numpy raises for a damaged .npz, Keras for a damaged .keras.
_DAMAGED = (*UNREADABLE_ZIP, TypeError)
_PICTURES = ("calibration", "temperature", "holdout")


@dataclass(frozen=True)
class Pictures:
    """Preprocessed pictures, uint8 (N, height, width, channels), and their class numbers (N,)."""

    images: Images
    targets: npt.NDArray[np.int64]

    def counts(self, contract: Contract) -> dict[str, int]:
        """Return how many there are of each label."""
        numbers = np.bincount(self.targets, minlength=len(contract.labels))
        return dict(zip(contract.labels, numbers.tolist(), strict=True))


@dataclass(frozen=True)
class Run:
    """A finished training run.

    calibration: for the ranges of quantisation. temperature: for the calibration of scores.
    holdout: for the proof, in neither of the others.
    """

    model: keras.Model
    contract: Contract
    calibration: Pictures
    temperature: Pictures
    holdout: Pictures


def read_run(build: Path) -> Run:
    """Read model.keras, contract.json and the three .npz of `build`.

    Raises UserError where one is missing or damaged, where they contradict one another, where the
    calibration lacks a class, and where a picture of the holdout is in one of the other two.
    """
    for name in ("model.keras", "contract.json", *(f"{name}.npz" for name in _PICTURES)):
        if not (build / name).exists():
            raise UserError(f"{build / name}: no such file; {_REMEDY}")
    contract = loads((build / "contract.json").read_bytes())
    try:
        model = keras.models.load_model(build / "model.keras", compile=False)
    except _DAMAGED as error:
        raise UserError(f"{build / 'model.keras'}: {error}; {_REMEDY}") from None
    check_activation(model, contract)
    run = Run(model, contract, *(_read(build / f"{name}.npz", contract) for name in _PICTURES))
    if not len(run.holdout.targets):
        raise UserError(f"{build / 'holdout.npz'}: no pictures to prove anything on")
    _check_calibration(build, run)
    return run


def check_evaluation(build: Path, contract: Contract, keras: Quality) -> None:
    """Raise UserError where Keras, through this contract, is not what training evaluated.

    keras: its quality on the holdout. A contract or pictures that were changed since (another
    rescale, channels in another order, other labels) deceive Keras and TFLite alike, so that their
    parity proves nothing. Without an evaluation.json there is nothing to check.
    """
    path = build / "evaluation.json"
    if not path.exists():
        return
    try:
        evaluation = json.loads(path.read_bytes())
        labels, accuracy = list(evaluation["per_class"]), float(evaluation["accuracy"])
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: not an evaluation ({error}); {_REMEDY}") from None
    if labels != list(contract.labels):
        raise UserError(
            f"{path}: it is of {', '.join(labels)}, the contract of {', '.join(contract.labels)}; "
            f"{_REMEDY}"
        )
    low, high = keras.top1_ci95
    if not low <= accuracy <= high:
        raise UserError(
            f"the Keras model gets {keras.top1:.1%} of the holdout right, {path} says "
            f"{accuracy:.1%}: contract.json and the .npz are not those of this model; {_REMEDY}"
        )


def _read(path: Path, contract: Contract) -> Pictures:
    try:
        with np.load(path) as archive:
            images, targets, labels = (archive[name] for name in ("images", "labels", "classes"))
    except _DAMAGED as error:
        raise UserError(f"{path}: {error}; {_REMEDY}") from None
    if (classes := tuple(map(str, np.atleast_1d(labels)))) != contract.labels:
        raise UserError(
            f"{path}: its classes are {', '.join(classes)}, in this order; the contract's labels "
            f"are {', '.join(contract.labels)}; {_REMEDY}"
        )
    if targets.ndim != 1 or not np.issubdtype(targets.dtype, np.integer):
        raise UserError(
            f"{path}: labels are {targets.dtype} {targets.shape}, not a class number for each "
            f"picture; {_REMEDY}"
        )
    shape = (len(targets), *contract.input_shape)
    if images.dtype != np.uint8 or images.shape != shape:
        raise UserError(
            f"{path}: images are {images.dtype} {images.shape}, not uint8 {shape}; {_REMEDY}"
        )
    if len(targets) and not 0 <= targets.min() <= targets.max() < len(labels):
        raise UserError(f"{path}: a class number that is not from 0 to {len(labels) - 1}")
    return Pictures(images, targets)


def _check_calibration(build: Path, run: Run) -> None:
    counts = run.calibration.counts(run.contract)
    if missing := [label for label, count in counts.items() if not count]:
        raise UserError(
            f"{build / 'calibration.npz'}: no picture of {', '.join(missing)}: the ranges of a "
            f"quantised model must come from all classes; {_REMEDY}"
        )
    holdout = _hashes(run.holdout.images)
    for name, pictures in (("calibration", run.calibration), ("temperature", run.temperature)):
        if shared := len(holdout & _hashes(pictures.images)):
            raise UserError(
                f"{build / name}.npz: {shared} of its pictures are in holdout.npz too, which must "
                f"prove the model on pictures it has not seen; {_REMEDY}"
            )


def _hashes(images: Images) -> set[bytes]:
    return {hashlib.sha256(image.tobytes()).digest() for image in images}


def with_full_range(images: Images) -> Images:
    """Return a copy in which two pixels of the first picture are black and white.

    The converter takes the range that it sees for the input's. With 0 and 255 in it the scale is
    that of a pixel, and all 256 values enter the network exactly, however dull the pictures are.
    """
    images = images.copy()
    images[0, 0, 0], images[0, -1, -1] = 0, 255
    return images
