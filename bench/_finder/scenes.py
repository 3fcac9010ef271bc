"""Drawn people in front of photographs, walls and clutter, and such scenes without anybody.

A scene is a pure function of its seed and its backdrops. The people of different seeds are
different people.
"""

import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bench._scenes import HEIGHT, KNOWN, UNSEEN, WIDTH, Pixels, photograph
from emotion_edge.faces.types import Box
from train.synthetic.camera import background
from train.synthetic.people import draw_somebody

SIDES = (40, 320)  # pixels of a face's box
MOST_FACES, SHARE_EMPTY = 4, 0.25
_APART = 1.6  # distance of two faces, over the larger one's side


class Backdrops(NamedTuple):
    """What scenes are set before: photographs by name, and the share of drawn walls."""

    photographs: tuple[str, ...]
    walls: float


TRAINED_ON, NEVER_SEEN = Backdrops(KNOWN, 0.4), Backdrops(UNSEEN, 0)


class Scene(NamedTuple):
    """A frame, (480, 640, 3) uint8 RGB, and the boxes of its faces."""

    pixels: Pixels
    faces: list[Box]


def make_scene(seed: int, backdrops: Backdrops) -> Scene:
    """Draw a scene."""
    rng = np.random.default_rng([seed, *b"scene"])
    picture, faces = _clutter(_backdrop(backdrops, rng), rng), list[Box]()
    if rng.random() >= SHARE_EMPTY:
        for box in sorted(_places(rng), key=lambda box: box.y):  # no body hides another's face
            picture = draw_somebody(picture, box, rng)
            faces.append(box)
    return Scene(_photograph(picture, rng), faces)


def _backdrop(backdrops: Backdrops, rng: np.random.Generator) -> Image.Image:
    """Return part of a photograph without a face, or a wall."""
    if rng.random() < backdrops.walls:
        return background(rng).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    names = backdrops.photographs
    return part_of(Image.fromarray(photograph(names[rng.integers(len(names))])), rng)


def part_of(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return some part of a picture, maybe mirrored, in 640 x 480."""
    part = rng.uniform(0.4, 1)
    width, height = (round(part * length) for length in picture.size)
    left, top = rng.integers((picture.width - width + 1, picture.height - height + 1)).tolist()
    picture = picture.crop((left, top, left + width, top + height))
    picture = ImageOps.mirror(picture) if rng.random() < 0.5 else picture
    return ImageOps.fit(picture, (WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def _clutter(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Add balls, boxes, and pairs of dots and a bar in a disc, which are nearly faces."""
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.integers(0, 8)):
        x, y, size = rng.uniform((0, 0, 12), (WIDTH, HEIGHT, 90))
        body, marks = (tuple(rng.integers(20, 240, 3).tolist()) for _ in range(2))
        shape = draw.rectangle if rng.random() < 0.4 else draw.ellipse
        shape((x - size, y - 1.2 * size, x + size, y + 1.2 * size), fill=body)
        if rng.random() < 0.5:
            for side in (-0.4, 0.4):
                draw.circle((x + side * size, y - 0.3 * size), 0.15 * size, fill=marks)
            draw.line((x - 0.3 * size, y + 0.5 * size, x + 0.3 * size, y + 0.5 * size), marks, 3)
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1)))


def _places(rng: np.random.Generator) -> Iterator[Box]:
    """Yield boxes that are apart, at most a tenth of each outside the frame."""
    boxes: list[Box] = []
    least, most = np.log(SIDES).tolist()
    for side in np.exp(rng.uniform(least, most, int(rng.integers(1, MOST_FACES + 1)))).tolist():
        for _ in range(20):
            x, y = rng.uniform(-0.1 * side, np.array([WIDTH, HEIGHT]) - 0.9 * side).tolist()
            box = Box(x, y, side)
            if all(_are_apart(box, other) for other in boxes):
                boxes.append(box)
                yield box
                break


def _are_apart(one: Box, other: Box) -> bool:
    distances = (abs(one[i] + one.side / 2 - other[i] - other.side / 2) for i in (0, 1))
    return max(distances) > _APART * max(one.side, other.side)


def _photograph(picture: Image.Image, rng: np.random.Generator) -> Pixels:
    """Blur a scene, change its light, and add noise and compression."""
    picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.5)))
    levels = np.asarray(picture) * (rng.uniform(0.3, 1.2) * rng.uniform(0.9, 1.1, 3))
    levels += rng.normal(0, rng.uniform(1, 8), levels.shape)
    file = io.BytesIO()
    Image.fromarray(levels.clip(0, 255).astype(np.uint8)).save(
        file, "JPEG", quality=int(rng.integers(40, 96))
    )
    return np.asarray(Image.open(file))
