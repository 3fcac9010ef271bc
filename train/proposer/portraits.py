"""Portraits: pictures of one face each, cut so that all faces are at the same place."""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from emotion_edge.errors import UserError
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.types import Box
from emotion_edge.imaging.image_files import WORKSTATION_MEGAPIXELS, ImageError, read_image
from emotion_edge.util.atomic_write import staged_write
from train.prepare.photo_files import Photo, find_photos
from train.synthetic.camera import background
from train.synthetic.people import draw_somebody

SIDE = 200  # pixels of a portrait
FACE = Box(57, 55, 86)  # of a portrait
HELD_OUT = 7  # one person of so many is held out
FILE = "portraits.npz"
_VERSION = 1  # increase it when the same pictures give other portraits


class Portraits(NamedTuple):
    """Portraits of as many people.

    pixels: (n, 200, 200, 3) uint8 RGB. inside: (n, 4) int16, left, top, right and bottom of what
    the picture covers of the portrait; the rest is black. is_held_out: (n,) bool, not to be trained
    on. is_drawn: (n,) bool.
    """

    pixels: npt.NDArray[np.uint8]
    inside: npt.NDArray[np.int16]
    is_held_out: npt.NDArray[np.bool_]
    is_drawn: npt.NDArray[np.bool_]

    def part(self, *, held_out: bool) -> "Portraits":
        """Return the portraits to train on, or those that are held out."""
        keep = self.is_held_out == held_out
        return Portraits(*(values[keep] for values in self))


class _Portrait(NamedTuple):
    pixels: npt.NDArray[np.uint8]
    inside: tuple[int, int, int, int]


def load_portraits(folder: Path | None, drawn: int, out: Path) -> Portraits:
    """Return the portraits in class folders of photographs, and `drawn` drawn ones.

    folder: None for drawn ones only. out: keeps them in a file for the next time. Photographs
    without a face or with several are left out. Raises UserError if the folder has no photographs,
    or none with one face.
    """
    photos = find_photos(folder) if folder else []
    key = _key_of(photos, drawn)
    try:
        with np.load(out / FILE) as kept:
            if str(kept["key"]) == key:
                return Portraits(*(kept[name] for name in Portraits._fields))
    except (OSError, KeyError, ValueError):
        pass  # none were kept, or others
    portraits = _make(photos, drawn)
    with staged_write(out) as stage:
        np.savez(stage / FILE, key=key, **portraits._asdict())
    return portraits


def _key_of(photos: list[Photo], drawn: int) -> str:
    lines = [f"{_VERSION} {drawn}", *(f"{photo.key} {photo.group}" for photo in photos)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _make(photos: list[Photo], drawn: int) -> Portraits:
    paths, numbers = [photo.path for photo in photos], range(drawn)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        cut = list(_progress(pool.map(_cut, paths, chunksize=16), len(paths), "cutting faces"))
        if photos:
            _describe_cut(cut)
        new = list(_progress(pool.map(_draw, numbers, chunksize=16), drawn, "drawing faces"))
    groups = [photo.group for photo, found in zip(photos, cut, strict=True) if found]
    portraits = [portrait for portrait in [*cut, *new] if portrait]
    return Portraits(
        np.array([portrait.pixels for portrait in portraits]),
        np.array([portrait.inside for portrait in portraits], np.int16),
        np.array([_is_held_out(group) for group in [*groups, *map(str, numbers)]]),
        np.arange(len(portraits)) >= len(groups),
    )


def _describe_cut(cut: list[_Portrait | None]) -> None:
    """Print how many photographs have one face; raises UserError if none has."""
    if not any(cut):
        raise UserError(
            f"--photos: in none of {len(cut)} photographs is exactly one face found",
            "give others, or train on drawn faces only, without --photos",
        )
    print(f"photographs with one face: {sum(map(bool, cut))} of {len(cut)}", flush=True)


def _progress(
    results: Iterable[_Portrait | None], number: int, title: str
) -> Iterator[_Portrait | None]:
    yield from tqdm(results, title, number, unit=" images", leave=False, disable=None)


def _is_held_out(group: str) -> bool:
    return hashlib.sha256(group.encode()).digest()[0] % HELD_OUT == 0


def _cut(path: Path) -> _Portrait | None:
    try:
        pixels = read_image(path, WORKSTATION_MEGAPIXELS)
    except ImageError:
        return None
    faces = _detector().detect(pixels)
    if len(faces) != 1:
        return None
    return cut_portrait(pixels, faces[0].box)


def cut_portrait(pixels: npt.NDArray[np.uint8], face: Box) -> _Portrait:
    """Return the portrait of a face in a picture, (rows, columns, 3) uint8 RGB."""
    scale = face.side / FACE.side
    left, top = face.x - FACE.x * scale, face.y - FACE.y * scale
    window = (round(left), round(top), round(left + SIDE * scale), round(top + SIDE * scale))
    picture = Image.fromarray(pixels)
    portrait = picture.crop(window).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    ends = (0, 0, *picture.size)
    inside = [
        round((ends[i] - window[i % 2]) / scale)
        if i < 2
        else int((ends[i] - window[i % 2]) / scale)
        for i in range(4)
    ]
    x0, y0, x1, y1 = np.clip(inside, 0, SIDE).tolist()
    return _Portrait(np.asarray(portrait), (x0, y0, x1, y1))


@cache
def _detector() -> FaceDetector:
    return FaceDetector()  # one a process


def _draw(number: int) -> _Portrait:
    rng = np.random.default_rng([number, *b"portrait"])
    wall = background(rng).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return _Portrait(np.asarray(draw_somebody(wall, FACE, rng)), (0, 0, SIDE, SIDE))
