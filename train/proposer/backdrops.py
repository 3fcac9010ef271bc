"""Backdrops without a face, with things on them that are nearly faces."""

from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageOps
from skimage import data

from train.proposer.portraits import FACE, Portraits
from train.synthetic.camera import background

# Photographs of scikit-image without a human face; on its coins and with its cameraman there are.
FACELESS = (
    *("coffee", "rocket", "chelsea", "stereo_motorcycle", "brick", "grass", "gravel", "page"),
    *("text", "clock", "moon", "hubble_deep_field", "immunohistochemistry", "retina"),
)
_PHOTOGRAPH, _WALL, _BLOCKS = 0.5, 0.65, 0.85  # shares up to this kind; the rest is of portraits
_MOST_THINGS = 14
_SIDES = (4, 90)  # pixels of half a thing
Colour = tuple[int, ...]


@cache
def photographs() -> list[Image.Image]:
    """Return the photographs."""
    loaded = (getattr(data, name)() for name in FACELESS)
    pairs = (each[0] if isinstance(each, tuple) else each for each in loaded)
    return [Image.fromarray(np.asarray(each)).convert("RGB") for each in pairs]


def make_backdrop(
    size: tuple[int, int], portraits: Portraits, rng: np.random.Generator
) -> Image.Image:
    """Return a backdrop, mode RGB. size: width and height in pixels."""
    kind = rng.random()
    if kind < _PHOTOGRAPH:
        picture = _part_of_photograph(size, rng)
    elif kind < _WALL:
        picture = background(rng).resize(size, Image.Resampling.BICUBIC)
    elif kind < _BLOCKS:
        blocks = rng.integers(0, 256, (*rng.integers(1, 5, 2), 3)).astype(np.uint8)
        smooth = (Image.Resampling.NEAREST, Image.Resampling.BICUBIC)[rng.integers(2)]
        picture = Image.fromarray(blocks).resize(size, smooth)
    else:
        picture = _above_a_face(size, portraits, rng)
    if rng.random() < 0.7:
        _add_things(picture, rng)
    return picture


def _part_of_photograph(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    picture = photographs()[rng.integers(len(FACELESS))]
    width, height = (max(8, round(rng.uniform(0.25, 1) * length)) for length in picture.size)
    left, top = rng.integers((picture.width - width + 1, picture.height - height + 1)).tolist()
    picture = picture.crop((left, top, left + width, top + height))
    picture = ImageOps.fit(picture, size, Image.Resampling.BILINEAR)
    for change, share in ((ImageOps.mirror, 0.5), (ImageOps.flip, 0.2), (ImageOps.invert, 0.15)):
        if rng.random() < share:
            picture = change(picture)
    return picture


def _above_a_face(
    size: tuple[int, int], portraits: Portraits, rng: np.random.Generator
) -> Image.Image:
    """Return hair, hats and walls, stretched."""
    number = rng.integers(len(portraits.pixels))
    left, top, right, _ = portraits.inside[number].tolist()
    bottom = int(FACE.y - 0.25 * FACE.side)
    if bottom - top < 8:
        return background(rng).resize(size, Image.Resampling.BICUBIC)
    picture = Image.fromarray(portraits.pixels[number]).crop((left, top, right, bottom))
    return picture.resize(size, Image.Resampling.BILINEAR)


def _add_things(picture: Image.Image, rng: np.random.Generator) -> None:
    """Draw boxes, balls, lines and words, some with dots and a bar like eyes and a mouth."""
    draw = ImageDraw.Draw(picture)
    least, most = np.log(_SIDES).tolist()
    for _ in range(rng.integers(_MOST_THINGS)):
        x, y = rng.uniform((0, 0), picture.size).tolist()
        side = float(np.exp(rng.uniform(least, most)))
        colour = _skin(rng) if rng.random() < 0.1 else _any_colour(rng)
        kind = rng.random()
        if kind < 0.75:
            _add_body(draw, (x, y), side, colour, rng)
        elif kind < 0.85:
            draw.line((x - side, y - side, x + side, y + side), colour, int(rng.integers(1, 8)))
        else:
            word = "".join(map(chr, rng.integers(33, 120, 6).tolist()))
            draw.text((x, y), word, fill=colour, font_size=max(6, side))


def _add_body(
    draw: ImageDraw.ImageDraw,
    centre: tuple[float, float],
    side: float,
    colour: Colour,
    rng: np.random.Generator,
) -> None:
    (x, y), height = centre, side * rng.uniform(0.5, 1.6)
    shape = draw.rectangle if rng.random() < 0.45 else draw.ellipse
    shape((x - side, y - height, x + side, y + height), fill=colour)
    if rng.random() < 0.45:
        mark, radius = _any_colour(rng), rng.uniform(0.08, 0.22) * side
        level = y - rng.uniform(-0.1, 0.5) * side
        for place in (-0.4, 0.4) if rng.random() < 0.7 else (-0.4, 0.0, 0.4):
            draw.circle((x + place * side, level), radius, fill=mark)
        if rng.random() < 0.6:
            bar = (x - 0.3 * side, y + 0.5 * side, x + 0.3 * side, y + 0.5 * side)
            draw.line(bar, mark, int(rng.integers(1, 5)))


def _any_colour(rng: np.random.Generator) -> Colour:
    return tuple(rng.integers(0, 256, 3).tolist())


def _skin(rng: np.random.Generator) -> Colour:
    colour = np.array((200, 150, 120)) * rng.uniform(0.3, 1.2) + rng.normal(0, 15, 3)
    return tuple(colour.clip(0, 255).astype(int).tolist())
