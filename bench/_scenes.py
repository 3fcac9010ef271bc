"""Frames with real faces at known places, made from photographs that packages ship."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps
from skimage import data
from sklearn.datasets import load_sample_image

from emotion_edge.errors import UserError
from emotion_edge.faces.types import Box

WIDTH, HEIGHT = 640, 480
# Photographs without anybody (chelsea is a cat). Those of scikit-image are in the training of
# face-proposer, those of scikit-learn are not.
KNOWN = ("coffee", "rocket", "chelsea", "stereo_motorcycle")
UNSEEN = ("china", "flower")
HEAD_RATIO = 1.71  # height of a portrait over its face's side, the median of 53 photographs
FACE_OFFSET = 0.08  # a face's center is below the picture's by so much of its side; median as well
Pixels = npt.NDArray[np.uint8]


class Portrait(NamedTuple):
    """A picture of one face, and the face's box in it."""

    picture: Image.Image
    face: Box


def photograph(name: str) -> Pixels:
    """Return a photograph of scikit-image or of UNSEEN, (rows, columns, 3) uint8 RGB."""
    if name in UNSEEN:
        return np.asarray(load_sample_image(f"{name}.jpg"))
    loaded = getattr(data, name)()
    return np.asarray(loaded[0] if isinstance(loaded, tuple) else loaded)  # a stereo pair


def face_frame() -> Pixels:
    """Return (480, 640, 3) uint8 RGB with a face of about 100 pixels right of the center."""
    frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    frame[:400, :600] = photograph("coffee")
    frame[100:280, 380:580] = photograph("astronaut")[0:180, 130:330]
    return frame


def faceless_scenes() -> list[Image.Image]:
    """Return the photographs of UNSEEN, cropped and scaled to 640 x 480."""
    pictures = (Image.fromarray(photograph(name)) for name in UNSEEN)
    return [ImageOps.fit(each, (WIDTH, HEIGHT), Image.Resampling.BICUBIC) for each in pictures]


def astronaut() -> Portrait:
    """Return the portrait of the astronaut; the box spans ears, eyebrows and chin."""
    cropped = Image.fromarray(photograph("astronaut")).crop((110, 0, 350, 240))
    return Portrait(cropped, Box(64, 75, 101))


def read_portraits(folder: Path) -> list[Portrait]:
    """Return the .jpg pictures of a folder's class folders, each filled by one face.

    The place of the face is estimated from medians of other portraits. Raises UserError if there
    are no pictures.
    """
    paths = sorted(folder.glob("*/*.jpg"))
    if not paths:
        raise UserError(f"{folder}: no photographs in it", "put them into DIR/<class>/*.jpg")
    pictures = (Image.open(path).convert("RGB") for path in paths)
    return [Portrait(picture, _estimate_face(*picture.size)) for picture in pictures]


def _estimate_face(width: int, height: int) -> Box:
    side = height / HEAD_RATIO
    return Box((width - side) / 2, (height - side) / 2 + FACE_OFFSET * side, side)


def paste(scene: Image.Image, portrait: Portrait, face: Box) -> Pixels:
    """Return a copy of the scene with a portrait scaled and placed so that its face is at `face`.

    The portrait is clipped at the edges of the scene.
    """
    scale = face.side / portrait.face.side
    width, height = (round(length * scale) for length in portrait.picture.size)
    left, top = (
        round(
            target + face.side / 2 - scale * (start + portrait.face.side / 2 - length / 2) - n / 2
        )
        for target, start, length, n in zip(
            face[:2], portrait.face[:2], portrait.picture.size, (width, height), strict=True
        )
    )
    result = scene.copy()
    result.paste(portrait.picture.resize((width, height), Image.Resampling.LANCZOS), (left, top))
    return np.asarray(result)
