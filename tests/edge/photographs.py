"""Scenes with real faces at known places, from photographs that scikit-image installs."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps
from skimage import data

from emotion_edge.faces.types import Box

WIDTH, HEIGHT = 640, 480
FACELESS = ("coffee", "rocket", "chelsea", "motorcycle")  # chelsea is a cat


class Portrait(NamedTuple):
    """A photograph of one face and the face's box in it."""

    picture: Image.Image
    box: Box


def scene(name: str, width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Return a photograph without a face, cropped and scaled to width x height."""
    pixels = data.stereo_motorcycle()[0] if name == "motorcycle" else getattr(data, name)()
    return ImageOps.fit(Image.fromarray(pixels), (width, height), Image.Resampling.BICUBIC)


def astronaut() -> Portrait:
    """Return Eileen Collins with hair and collar; the box spans ears, eyebrows and chin."""
    picture = Image.fromarray(data.astronaut()).crop((110, 0, 350, 240))
    return Portrait(picture, Box(64, 75, 101))


def load_portraits(folder: Path) -> dict[str, Portrait]:
    """Return the photographs in a folder's class folders, each filled by one face.

    The place of the face is estimated: medians of 53 such photographs.
    """
    return {path.name: _guess(Image.open(path)) for path in sorted(folder.glob("*/*.jpg"))}


def _guess(picture: Image.Image) -> Portrait:
    side = picture.height / 1.71
    x, y = (picture.width - side) / 2, picture.height / 2 + (0.08 - 0.5) * side
    return Portrait(picture.convert("RGB"), Box(x, y, side))


def paste(scene: Image.Image, portrait: Portrait, box: Box, turn: float = 0.0) -> Image.Image:
    """Return a copy of the scene with a portrait pasted so that its face is at `box`.

    turn: degrees clockwise, by which the portrait is rotated about the center of its face. It is
    clipped at the edges of the scene.
    """
    scale = box.side / portrait.box.side
    size = [round(length * scale) for length in portrait.picture.size]
    layer = portrait.picture.resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    layer = layer.rotate(-turn, Image.Resampling.BICUBIC, expand=True)
    # From the center of the portrait, which the rotation leaves in place, to that of the face.
    across, down = (
        (start + portrait.box.side / 2 - length / 2) * scale
        for start, length in zip(portrait.box[:2], portrait.picture.size, strict=True)
    )
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    x = box.x + box.side / 2 - (across * cos - down * sin)
    y = box.y + box.side / 2 - (across * sin + down * cos)
    result = scene.copy()
    corner = round(x - layer.width / 2), round(y - layer.height / 2)
    result.paste(layer, corner, layer)
    return result
