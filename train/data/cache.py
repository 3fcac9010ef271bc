"""Cache of decoded images on disk.

The cache holds raw uint8 pixels and is memory-mapped, so a data set may be larger than memory.
"""

import hashlib
import json
import math
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion_edge.errors import RunError, UserError
from emotion_edge.imaging.image_files import WORKSTATION_MEGAPIXELS, ImageError, read_picture
from emotion_edge.model.contract import Contract
from emotion_edge.model.preprocessing import preprocess
from emotion_edge.util.atomic_write import staged_write
from train.data.arithmetic import arithmetic_digest
from train.data.cache_entries import INDEX, PIXELS, Index, mark_used, prune, read_entry
from train.data.decoding import decoding_pool

MAX_UNREADABLE_SHARE = 0.05  # a larger share of a split means that the data set is broken
# The contract's fields that `preprocess` depends on.
_PREPROCESSING_FIELDS = ("width", "height", "color_space", "crop", "interpolation", "contrast")

LabelledFile = tuple[str, Path]


@dataclass(frozen=True)
class CachedImages:
    """The decoded images of a split.

    images: (N, height, width, channels) uint8, memory-mapped. labels: the label of each.
    paths: the file of each. unreadable: the reason for each file that could not be read, by path.
    key: see `load_images`.
    """

    images: npt.NDArray[np.uint8]
    labels: list[str]
    paths: list[Path]
    unreadable: dict[Path, str]
    key: str


def load_images(
    folder: Path, files: list[LabelledFile], contract: Contract, cache: Path
) -> CachedImages:
    """Return the preprocessed images of `files`, decoding them only if `cache` lacks them.

    folder: holds the files. The key is a digest of the files' names in it, sizes and times, and of
    what the preprocessing computes. Entries of `cache` that are damaged are filled again, and old
    ones are removed. Raises UserError if more than 5 % of the files cannot be read;
    nothing is cached then.
    """
    key = _cache_key(folder, files, contract)
    entry = cache / f"{folder.name}-{key[:16]}"
    mark_used(entry, folder)
    index = _read_valid(entry, folder, files, contract)
    if index is None or _has_newly_readable(index, folder, contract):
        _fill(entry, folder, files, contract)
        mark_used(entry, folder)
        index = _read_valid(entry, folder, files, contract)
    if index is None:
        raise RunError(f"{entry}: changed while it was being read; run the program again")
    images = np.memmap(
        entry / PIXELS, np.uint8, "r", shape=(len(index.labels), *contract.input_shape)
    )
    prune(cache, folder)
    unreadable = {folder / name: reason for name, reason in index.unreadable.items()}
    paths = [path for _, path in files if path not in unreadable]
    return CachedImages(images, index.labels, paths, unreadable, key)


def _cache_key(folder: Path, files: list[LabelledFile], contract: Contract) -> str:
    preprocessing = {name: getattr(contract, name) for name in _PREPROCESSING_FIELDS}
    digest = hashlib.sha256(json.dumps(preprocessing, sort_keys=True).encode())
    digest.update(arithmetic_digest(lambda pixels, face: preprocess(pixels, contract, face)))
    for _, path in files:
        digest.update(os.fsencode(path.relative_to(folder)) + b"\0")
        if path.exists():  # a broken link is reported later, with all unreadable files
            status = path.stat()
            digest.update(f"{status.st_size} {status.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _read_valid(
    entry: Path, folder: Path, files: list[LabelledFile], contract: Contract
) -> Index | None:
    """Return the index of an entry if it is whole and belongs to these files."""
    index = read_entry(entry, math.prod(contract.input_shape))
    if index is None:
        return None
    read = [label for label, path in files if _name(path, folder) not in index.unreadable]
    return index if read == index.labels else None


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _has_newly_readable(index: Index, folder: Path, contract: Contract) -> bool:
    """Say whether a file that was unreadable can be read now: the key ignores permissions."""
    return any(not isinstance(_decode(folder / name, contract), str) for name in index.unreadable)


def _fill(entry: Path, folder: Path, files: list[LabelledFile], contract: Contract) -> None:
    labels: list[str] = []
    unreadable: dict[str, str] = {}
    checksum = 0
    with staged_write(entry) as stage:
        with (stage / PIXELS).open("wb") as pixels:
            decoded = _decode_all(folder, files, contract)
            for (label, path), result in zip(files, decoded, strict=True):
                if isinstance(result, str):
                    unreadable[_name(path, folder)] = result
                else:
                    content = result.tobytes()
                    pixels.write(content)
                    checksum = zlib.crc32(content, checksum)
                    labels.append(label)
        _refuse_too_many(folder, unreadable, len(files))
        index = Index(labels, unreadable, checksum)
        (stage / INDEX).write_text(index.dumps(), encoding="utf-8")


def _decode_all(
    folder: Path, files: list[LabelledFile], contract: Contract
) -> Iterator[npt.NDArray[np.uint8] | str]:
    """Yield the preprocessed pixels of each file, or the reason why it cannot be read."""
    with decoding_pool() as pool:
        results = pool.map(partial(_decode, contract=contract), (path for _, path in files))
        yield from tqdm(results, f"decoding {folder.name}", len(files), unit=" images")


def _decode(path: Path, contract: Contract) -> npt.NDArray[np.uint8] | str:
    try:
        picture = read_picture(path, WORKSTATION_MEGAPIXELS)
        return preprocess(picture.pixels, contract, picture.face)
    except ImageError as error:
        return str(error)


def _refuse_too_many(folder: Path, unreadable: dict[str, str], total: int) -> None:
    if len(unreadable) > MAX_UNREADABLE_SHARE * total:
        first = "\n".join(
            f"  {folder / name}: {reason}" for name, reason in list(unreadable.items())[:10]
        )
        raise UserError(
            f"{folder}: {len(unreadable)} of {total} pictures cannot be read, more than "
            f"{MAX_UNREADABLE_SHARE:.0%}; repair or remove them:\n{first}"
        )
