"""Class folders of pictures to arrays, decoded once and kept in a cache on disk.

The cache is raw uint8, mapped into memory, so that a data set larger than the memory trains too.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import IMAGE_SUFFIXES, ImageError, find_images, read_image
from emotion_edge.model.contract import Contract
from emotion_edge.model.preprocessing import preprocess
from emotion_edge.util.atomic_write import staged_write
from train.data.soft_labels import Votes, read_votes

UNREADABLE_LIMIT = 0.05  # more than this share of a split and something is wrong with the data


@dataclass(frozen=True)
class Split:
    """One split of a data set.

    images: (N, height, width, channels) uint8, mapped from disk. targets: (N,) class numbers.
    votes: (N, classes + 1) float32, how many people said each label, and no label, see
    `train.data.soft_labels`. paths: the files.
    """

    images: npt.NDArray[np.uint8]
    targets: npt.NDArray[np.int64]
    votes: Votes
    paths: list[Path]
    key: str

    @property
    def shares(self) -> npt.NDArray[np.float32]:
        """The soft labels: each label's share of the votes for labels, (N, classes)."""
        named = self.votes[:, :-1]
        return np.asarray(named / named.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Dataset:
    """The splits of a data set; the holdout is what a finished model is measured on."""

    training: Split
    validation: Split
    holdout: Split
    holdout_name: str


def find_labels(data: Path) -> list[str]:
    """Return the class names, the sorted folder names of DATA/train.

    Raises UserError where DATA has no such folders, or fewer than two.
    """
    if not data.is_dir():
        raise UserError(f"--data {data}: no such folder")
    labels = _folders(data / "train")
    for label in labels:
        if not label.isprintable():
            raise UserError(f"{data / 'train'}: rename the class folder {label!r}")
    if len(labels) < 2:
        found = f"only {labels[0]!r}" if labels else "none"
        raise UserError(f"{data / 'train'}: needs a folder for each of at least 2 classes; {found}")
    return labels


def _folders(split: Path) -> list[str]:
    if not split.is_dir():
        raise UserError(f"{split}: no such folder; pictures belong into {split}/<class>/")
    return sorted(p.name for p in split.iterdir() if p.is_dir() and not p.name.startswith("."))


def load(data: Path, contract: Contract, cache: Path) -> Dataset:
    """Return DATA/train, DATA/validation and, as the holdout where it exists, DATA/test.

    Raises UserError as `load_split` does.
    """
    training = load_split(data / "train", contract, cache)
    validation = load_split(data / "validation", contract, cache)
    if not (data / "test").is_dir():
        return Dataset(training, validation, validation, "validation")
    return Dataset(training, validation, load_split(data / "test", contract, cache), "test")


def load_split(folder: Path, contract: Contract, cache: Path) -> Split:
    """Return the pictures in `folder`/<class>/, preprocessed; decoded only if the cache lacks them.

    Prints how many there are. Raises UserError for an empty or unknown class folder, and where
    more than 5 % of the files cannot be read; fewer are named on stderr and left out.
    """
    labels = contract.labels
    files = _list(folder, labels)
    present = len({label for label, _ in files})
    print(f"{folder}: Found {len(files)} images belonging to {present} classes.", flush=True)
    if missing := set(labels) - {label for label, _ in files}:
        print(f"{folder}: no pictures of {', '.join(sorted(missing))}", file=sys.stderr)
    key = _key(folder, files, contract)
    entry = cache / f"{folder.name}-{key[:16]}"
    if not (entry / "index.json").exists() or _is_forgiven(entry, contract):
        _decode(folder, files, contract, entry)
    index = _read_index(entry)
    for path, reason in index["unreadable"].items():
        print(f"left out {path}: {reason}", file=sys.stderr)
    if index["unreadable"]:
        print(f"{folder}: left out {len(index['unreadable'])} of {len(files)}", file=sys.stderr)
    targets = np.array([labels.index(label) for label in index["labels"]])
    shape = (len(targets), *contract.input_shape)
    images = np.memmap(entry / "images.u8", np.uint8, "r", shape=shape)
    read = [(label, path) for label, path in files if str(path) not in index["unreadable"]]
    votes = read_votes(folder.parent, labels, read)
    return Split(images, targets, votes, [path for _, path in read], key)


def _list(folder: Path, labels: tuple[str, ...]) -> list[tuple[str, Path]]:
    """Return (label, path) of every picture of a split, in a fixed order."""
    present = _folders(folder)
    if unknown := set(present) - set(labels):
        raise UserError(f"{folder}: train has no class {', '.join(sorted(unknown))}")
    files = [(label, path) for label in present for path in find_images(folder / label)]
    if empty := set(present) - {label for label, _ in files}:
        suffixes = " ".join(sorted(IMAGE_SUFFIXES))
        raise UserError(
            f"{folder}: no pictures ({suffixes}) in class folder {', '.join(sorted(empty))}"
        )
    if not files:
        raise UserError(f"{folder}: no class folders in it")
    return files


def _key(folder: Path, files: list[tuple[str, Path]], contract: Contract) -> str:
    """Return a digest of what decoding depends on: the files, and what `preprocess` obeys."""
    obeyed = ("width", "height", "color_space", "crop", "interpolation", "contrast")
    picture = {name: getattr(contract, name) for name in obeyed}
    digest = hashlib.sha256(json.dumps(picture, sort_keys=True).encode())
    for _, path in files:
        digest.update(os.fsencode(path.relative_to(folder)))
        if path.exists():  # a link to nowhere is named later, with all that cannot be read
            status = path.stat()
            digest.update(f"\0{status.st_size} {status.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _read_index(entry: Path) -> dict[str, Any]:
    return json.loads((entry / "index.json").read_text(encoding="utf-8"))


def _is_forgiven(entry: Path, contract: Contract) -> bool:
    """Say whether a file that could not be read can be now: permissions are not in the key."""
    paths = map(Path, _read_index(entry)["unreadable"])
    return any(not isinstance(_read(path, contract), str) for path in paths)


def _decode(folder: Path, files: list[tuple[str, Path]], contract: Contract, entry: Path) -> None:
    labels: list[str] = []
    unreadable: dict[str, str] = {}
    with staged_write(entry) as stage:
        with (stage / "images.u8").open("wb") as images:
            for (label, path), result in zip(
                files, _read_all(folder, files, contract), strict=True
            ):
                if isinstance(result, str):
                    unreadable[str(path)] = result
                else:
                    images.write(result.tobytes())
                    labels.append(label)
        _refuse_too_many(folder, unreadable, len(files))
        text = json.dumps({"labels": labels, "unreadable": unreadable})
        (stage / "index.json").write_text(text, encoding="utf-8")


def _read_all(
    folder: Path, files: list[tuple[str, Path]], contract: Contract
) -> Iterator[npt.NDArray[np.uint8] | str]:
    """Yield for each file, in order, its preprocessed pixels or why it cannot be read."""
    # Threads suffice: Pillow lets go of the interpreter while it decodes and scales.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(partial(_read, contract=contract), (path for _, path in files))
        yield from tqdm(results, f"decoding {folder.name}", len(files), unit=" images")


def _read(path: Path, contract: Contract) -> npt.NDArray[np.uint8] | str:
    try:
        return preprocess(read_image(path), contract)
    except ImageError as error:
        return str(error)


def _refuse_too_many(folder: Path, unreadable: dict[str, str], total: int) -> None:
    if len(unreadable) > UNREADABLE_LIMIT * total:
        first = "\n".join(f"  {path}: {reason}" for path, reason in list(unreadable.items())[:10])
        raise UserError(
            f"{folder}: {len(unreadable)} of {total} pictures cannot be read, more than "
            f"{UNREADABLE_LIMIT:.0%}; mend or remove them:\n{first}"
        )
