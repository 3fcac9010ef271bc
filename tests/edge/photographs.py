"""Scenes with real faces at known places, from scikit-image's photographs (no download)."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps
from skimage import data

from emotion_edge.faces.types import Box

WIDTH, HEIGHT = 640, 480
FACELESS = ("coffee", "rocket", "chelsea", "motorcycle")  # chelsea is a cat
ASTRONAUT, COFFEE = data.astronaut(), data.coffee()
HEAD = ASTRONAUT[40:190, 150:300]  # with a margin around it
# Photographs of faces that are not part of the repository; tests that need them are skipped.
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
# A portrait's height over its face's side, and the distance of the face's center from the
# picture's, down and in sides of the face: medians over 53 portraits.
HEAD_RATIO, FACE_OFFSET = 1.71, 0.08


class Portrait(NamedTuple):
    """A photograph of one face and the face's box in it."""

    picture: Image.Image
    box: Box


def scene(name: str, width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Return a photograph without a face, cropped and scaled to fill width x height."""
    pixels = data.stereo_motorcycle()[0] if name == "motorcycle" else getattr(data, name)()
    return ImageOps.fit(Image.fromarray(pixels), (width, height), Image.Resampling.BICUBIC)


def frame_with_heads(*places: tuple[int, int]) -> np.ndarray:
    """Return a (480, 640, 3) frame with the astronaut's head at each (x, y), and no other face.

    A head may lie partly outside the frame.
    """
    frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    frame[:400, :600] = COFFEE
    for x, y in places:
        part = HEAD[max(0, -y) : HEIGHT - y, max(0, -x) : WIDTH - x]
        frame[max(0, y) :, max(0, x) :][: part.shape[0], : part.shape[1]] = part
    return frame


def astronaut() -> Portrait:
    """Return Eileen Collins with hair and collar; the box spans ears, eyebrows and chin."""
    picture = Image.fromarray(data.astronaut()).crop((110, 0, 350, 240))
    return Portrait(picture, Box(64, 75, 101))


def load_portraits(folder: Path) -> dict[str, Portrait]:
    """Return the .jpg photographs in a folder's subfolders, each filled by one face, by file name.

    The place of the face is an estimate.
    """
    return {path.name: _guess(Image.open(path)) for path in sorted(folder.glob("*/*.jpg"))}


def _guess(picture: Image.Image) -> Portrait:
    side = picture.height / HEAD_RATIO
    x, y = (picture.width - side) / 2, picture.height / 2 + (FACE_OFFSET - 0.5) * side
    return Portrait(picture.convert("RGB"), Box(x, y, side))


def paste(scene: Image.Image, portrait: Portrait, box: Box, turn: float = 0.0) -> Image.Image:
    """Return the scene with a portrait pasted so that its face is at `box`.

    turn: clockwise rotation in degrees about the face's center. The portrait is clipped at the
    edges of the scene.
    """
    scale = box.side / portrait.box.side
    size = [round(length * scale) for length in portrait.picture.size]
    layer = portrait.picture.resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    layer = layer.rotate(-turn, Image.Resampling.BICUBIC, expand=True)
    # From the portrait's center, which stays in place when it is turned, to the face's center.
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
