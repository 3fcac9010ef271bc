"""Scenes to train on: portraits pasted onto backdrops, and seen by a camera."""

import io
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from emotion_edge.faces.types import Box
from train.proposer.backdrops import make_backdrop
from train.proposer.portraits import FACE, SIDE, Portraits

FACE_SIDES = (12, 300)  # pixels
MOST_FACES, SHARE_EMPTY, SHARE_DRAWN = 5, 0.15, 0.3
_APART = 1.1  # distance of two faces, over the larger one's side


class Scene(NamedTuple):
    """A frame, (rows, columns, 3) uint8 RGB, and the boxes of its faces."""

    pixels: npt.NDArray[np.uint8]
    faces: list[Box]


def make_scene(size: tuple[int, int], portraits: Portraits, rng: np.random.Generator) -> Scene:
    """Make a scene. size: width and height in pixels. portraits: whom to paste."""
    picture, faces = make_backdrop(size, portraits, rng), list[Box]()
    if rng.random() >= SHARE_EMPTY:
        faces = _places(size, rng)
        for face in faces:
            _paste(picture, face, portraits, rng)
    return Scene(_photograph(picture, rng), faces)


def _places(size: tuple[int, int], rng: np.random.Generator) -> list[Box]:
    """Return boxes that are apart, up to a fifth of each outside, small ones first."""
    boxes: list[Box] = []
    least, most = np.log(FACE_SIDES[0]), np.log(min(FACE_SIDES[1], 1.15 * min(size)))
    for side in np.sort(np.exp(rng.uniform(least, most, rng.integers(1, MOST_FACES + 1)))):
        for _ in range(8):
            x, y = rng.uniform(-0.2 * side, np.maximum(size, side) - 0.8 * side).tolist()
            box = Box(x, y, float(side))
            if all(_are_apart(box, other) for other in boxes):
                boxes.append(box)
                break
    return boxes


def _are_apart(one: Box, other: Box) -> bool:
    distances = (abs(one[i] + one.side / 2 - other[i] - other.side / 2) for i in (0, 1))
    return max(distances) > _APART * max(one.side, other.side)


def _paste(scene: Image.Image, face: Box, portraits: Portraits, rng: np.random.Generator) -> None:
    """Paste a portrait into a scene, turned, lit and cut out in some way."""
    number = _choose(portraits, rng)
    picture = _lit(Image.fromarray(portraits.pixels[number]), rng)
    mask = _cut_out(portraits.inside[number].tolist(), rng)
    if rng.random() < 0.5:
        picture, mask = ImageOps.mirror(picture), ImageOps.mirror(mask)
    centre = (FACE.x + FACE.side / 2, FACE.y + FACE.side / 2)
    angle = rng.normal(0, 10) if rng.random() < 0.8 else rng.uniform(-30, 30)
    scale = face.side / FACE.side
    left, top = round(face.x - FACE.x * scale), round(face.y - FACE.y * scale)
    side = round(SIDE * scale)
    picture, mask = (
        each.rotate(angle, Image.Resampling.BILINEAR, center=centre).resize(
            (side, side), Image.Resampling.BILINEAR
        )
        for each in (picture, mask)
    )
    scene.paste(picture, (left, top), mask)


def _choose(portraits: Portraits, rng: np.random.Generator) -> int:
    kind = np.flatnonzero(portraits.is_drawn == (rng.random() < SHARE_DRAWN))
    return int(rng.choice(kind if len(kind) else len(portraits.pixels)))


def _cut_out(inside: list[int], rng: np.random.Generator) -> Image.Image:
    """Return a mask (mode L) for a portrait: all of it, head and shoulders, or a box.

    inside: left, top, right and bottom of what there is to see.
    """
    mask = Image.new("L", (SIDE, SIDE))
    draw = ImageDraw.Draw(mask)
    x, y, side = FACE.x + FACE.side / 2, FACE.y + FACE.side / 2, FACE.side
    kind = rng.random()
    if kind < 0.3:
        draw.rectangle((0, 0, SIDE, SIDE), fill=255)
    elif kind < 0.75:
        width = rng.uniform(0.62, 1.0) * side
        draw.ellipse((x - width, y - 1.3 * width, x + width, y + 1.2 * width), fill=255)
        if rng.random() < 0.6:
            left, right = x - rng.uniform(0.6, 1.4) * side, x + rng.uniform(0.6, 1.4) * side
            draw.rectangle((left, y + 0.75 * side, right, SIDE), fill=255)
        mask = mask.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 6)))
    else:
        width, below = rng.uniform(0.75, 1.3) * side, rng.uniform(0.7, 1.5) * side
        draw.rectangle((x - width, y - 1.1 * width, x + width, y + below), fill=255)
    visible = Image.new("L", mask.size)
    left, top, right, bottom = inside
    visible.paste(mask.crop((left, top, right, bottom)), (left, top))
    return visible


def _lit(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return a portrait with other colours, other light, and maybe a shadow across it."""
    if rng.random() < 0.35:
        picture = ImageEnhance.Color(picture).enhance(rng.uniform(0, 1.6))
    if rng.random() < 0.7:
        picture = ImageEnhance.Brightness(picture).enhance(rng.uniform(0.45, 1.4))
        picture = ImageEnhance.Contrast(picture).enhance(rng.uniform(0.6, 1.4))
    if rng.random() < 0.15:
        ramp = np.linspace(rng.uniform(0.3, 1), rng.uniform(0.6, 1.2), SIDE)
        shadow = ramp[:, np.newaxis] if rng.random() < 0.7 else ramp[:, np.newaxis, np.newaxis]
        levels = np.asarray(picture) * shadow
        picture = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
    return picture


def _photograph(picture: Image.Image, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Blur a scene, change its light, and add noise and compression."""
    if rng.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1)))
    gains = rng.uniform(0.25, 1.25) * rng.uniform(0.85, 1.15, 3)
    levels = np.asarray(picture) * gains.astype(np.float32) + np.float32(rng.uniform(-10, 10))
    if rng.random() < 0.12:
        levels = levels.mean(axis=2, keepdims=True).repeat(3, axis=2)
    grain = (*levels.shape[:2], 1 if rng.random() < 0.5 else 3)  # of light, or of each colour
    levels += rng.standard_normal(grain, np.float32) * np.float32(rng.uniform(0, 9))
    seen = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        return np.asarray(seen)
    file = io.BytesIO()
    seen.save(file, "JPEG", quality=int(rng.integers(30, 96)))
    return np.asarray(Image.open(file))
