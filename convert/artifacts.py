"""Read what training left in build/, and refuse what cannot support a valid parity check."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from convert.converter import check_activation
from emotion_edge.errors import UserError
from emotion_edge.model.appended_files import UNREADABLE_ZIP
from emotion_edge.model.contract import Contract, ContractError, loads

Images = npt.NDArray[np.uint8]
NO_FOLDER = (
    "convert reads the folder that a training wrote (--build); python -m train.adopt writes one "
    "for a .keras. A .tflite alone is refused: nothing shows what its network should compute"
)
_REMEDY = "train again with `python -m train`"
# Raised by numpy for a damaged .npz, by Keras for a damaged .keras.
_DAMAGED = (*UNREADABLE_ZIP, TypeError)
_IMAGE_SETS = ("calibration", "temperature", "holdout")
_MAX_PARTS = 10_000  # of a data set
_ARRAYS = ("images", "labels", "classes", "parts")
_INPUTS = ("model.keras", "contract.json", *(f"{name}.npz" for name in _IMAGE_SETS))


@dataclass(frozen=True)
class ImageSet:
    """Preprocessed images, uint8 (N, height, width, channels).

    targets: their class numbers, (N,). parts: the part of the data set that each is from, (N,).
    """

    images: Images
    targets: npt.NDArray[np.int64]
    parts: npt.NDArray[np.int64]

    def counts(self, contract: Contract) -> dict[str, int]:
        """Return the number of images of each label."""
        numbers = np.bincount(self.targets, minlength=len(contract.labels))
        return dict(zip(contract.labels, numbers.tolist(), strict=True))


@dataclass(frozen=True)
class Run:
    """A finished training run.

    calibration: images for the ranges of quantisation. temperature: images for the calibration of
    scores. holdout: images for the parity check; none of them is in the other two sets.
    """

    model: keras.Model
    contract: Contract
    calibration: ImageSet
    temperature: ImageSet
    holdout: ImageSet


def read_run(build: Path) -> Run:
    """Read model.keras, contract.json and the three .npz of `build`.

    Raises UserError if one of them is missing or not the file that training wrote, if they are
    damaged or contradict each other, if the calibration lacks a class, or if an image of the
    holdout is in one of the other two sets.
    """
    _check_files(build)
    contract = _read_contract(build / "contract.json")
    model = _read_model(build / "model.keras")
    check_activation(model, contract)
    run = Run(model, contract, *(_read(build / f"{name}.npz", contract) for name in _IMAGE_SETS))
    if not len(run.holdout.targets):
        raise UserError(f"{build / 'holdout.npz'}: no images to check the model on")
    _check_calibration(build, run)
    _check_holdout(build, run)
    return run


def with_full_range(images: Images) -> Images:
    """Return a copy whose first image has one black and one white pixel.

    The converter takes the range it sees as the input's range. With 0 and 255 in it, one
    quantisation step is one pixel value, and all 256 values enter the network exactly.
    """
    images = images.copy()
    images[0, 0, 0], images[0, -1, -1] = 0, 255
    return images


def _check_files(build: Path) -> None:
    """Raise UserError if a file is not what training wrote, by the digests in run.json.

    If the contract or the images were changed after training (another rescale, mirrored pictures),
    Keras and TFLite are wrong in the same way, and their parity proves nothing.
    """
    if build.is_file():
        raise UserError(f"--build {build}: {NO_FOLDER}")
    digests = _read_digests(build / "run.json")
    for name in _INPUTS:
        if not (build / name).exists():
            raise UserError(f"{build / name}: no such file; {_REMEDY}")
        with (build / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != digests.get(name):
            raise UserError(
                f"{build / name}: not the file that training wrote with {build / 'run.json'}, "
                f"which has its SHA-256; {_REMEDY}"
            )


def _read_contract(path: Path) -> Contract:
    try:
        return loads(path.read_bytes())
    except ContractError as error:
        raise UserError(f"{path}: {error.found}", _REMEDY) from None


def _read_digests(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_bytes())["sha256"])
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; {_REMEDY}") from None
    except (ValueError, TypeError, KeyError):
        raise UserError(f"{path}: without the SHA-256 of the files beside it; {_REMEDY}") from None


def _read_model(path: Path) -> keras.Model:
    try:
        return keras.models.load_model(path, compile=False)
    except _DAMAGED as error:
        raise UserError(f"{path}: {error}; {_REMEDY}") from None


def _read(path: Path, contract: Contract) -> ImageSet:
    try:
        with np.load(path) as archive:
            images, targets, classes, parts = (archive[name] for name in _ARRAYS)
    except _DAMAGED as error:
        raise UserError(f"{path}: {error}; {_REMEDY}") from None
    if problem := _find_problem(images, targets, classes, parts, contract):
        raise UserError(f"{path}: {problem}; {_REMEDY}")
    return ImageSet(images, targets, parts)


def _find_problem(
    images: npt.NDArray[Any],
    targets: npt.NDArray[Any],
    classes: npt.NDArray[Any],
    parts: npt.NDArray[Any],
    contract: Contract,
) -> str | None:
    """Return the reason why these arrays do not fit the contract, None if they do."""
    if (names := tuple(map(str, np.atleast_1d(classes)))) != contract.labels:
        return (
            f"its classes are {', '.join(names)}, in this order; the contract's labels are "
            f"{', '.join(contract.labels)}"
        )
    if targets.ndim != 1 or not np.issubdtype(targets.dtype, np.integer):
        return f"labels are {targets.dtype} {targets.shape}, not one class number per image"
    shape = (len(targets), *contract.input_shape)
    if images.dtype != np.uint8 or images.shape != shape:
        return f"images are {images.dtype} {images.shape}, not uint8 {shape}"
    if len(targets) and not 0 <= targets.min() <= targets.max() < len(names):
        return f"a class number is not from 0 to {len(names) - 1}"
    is_whole = np.issubdtype(parts.dtype, np.integer) and parts.shape == targets.shape
    if not (is_whole and ((parts >= 0) & (parts < _MAX_PARTS)).all()):
        return f"parts are {parts.dtype} {parts.shape}, not a number from 0 on per image"
    return None


def _check_calibration(build: Path, run: Run) -> None:
    counts = run.calibration.counts(run.contract)
    if missing := [label for label, count in counts.items() if not count]:
        raise UserError(
            f"{build / 'calibration.npz'}: no image of {', '.join(missing)}; quantisation needs "
            f"images of all classes for its ranges; {_REMEDY}"
        )


def _check_holdout(build: Path, run: Run) -> None:
    holdout = _hashes(run.holdout.images)
    for name, others in (("calibration", run.calibration), ("temperature", run.temperature)):
        if shared := len(holdout & _hashes(others.images)):
            raise UserError(
                f"{build / name}.npz: {shared} of its images are in holdout.npz too, but the "
                f"holdout must be images that no calibration used; {_REMEDY}"
            )


def _hashes(images: Images) -> set[bytes]:
    return {hashlib.sha256(image.tobytes()).digest() for image in images}
