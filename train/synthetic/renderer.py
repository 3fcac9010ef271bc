"""Draw a person's face with any expression onto an image.

    picture = draw_face(picture, person, express("happy", 0.8), Pose(75, 75, 55), Light())

The same arguments always give the same pixels, and the input image is not changed. So a video is a
loop over `draw_face` with changing units and poses. See `identities` for persons and `action_units`
for expressions.
"""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageFilter

from train.synthetic.action_units import Units
from train.synthetic.appearance import (
    draw_beard,
    draw_body,
    draw_ears,
    draw_glasses,
    draw_head,
)
from train.synthetic.canvas import Canvas, Pose
from train.synthetic.facial_features import (
    draw_brows,
    draw_eyes,
    draw_nose,
    jaw_drop,
)
from train.synthetic.hair import draw_back_hair, draw_hair, draw_scarf
from train.synthetic.identities import Person
from train.synthetic.mouth import draw_mouth
from train.synthetic.skin import draw_relief

SUPERSAMPLING = 2  # draw larger, then reduce, to smooth the edges


@dataclass(frozen=True)
class Light:
    """The direction of the light in the image, and its strength."""

    x: float = -0.4  # -1 from the left .. 1 from the right
    y: float = -0.6  # -1 from above .. 1 from below
    contrast: float = 0.4  # 0 flat .. 0.8 harsh


def draw_face(
    picture: Image.Image, person: Person, units: Units, pose: Pose, light: Light
) -> Image.Image:
    """Return a copy of an image (mode RGB) with a person drawn at `pose`.

    The person has head, neck and shoulders, clipped to the image.
    """
    result = picture.copy()
    box = _bounds(pose, picture.size)
    if box[0] >= box[2] or box[1] >= box[3]:
        return result
    here = replace(pose, x=pose.x - box[0], y=pose.y - box[1])
    layer = _draw_person(person, units, here, (box[2] - box[0], box[3] - box[1]))
    result.paste(_lit(layer, person, here, light), box[:2], layer.getchannel("A"))
    return result


def _bounds(pose: Pose, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the part of an image that a person can cover: left, top, right, bottom."""
    reach = 1.8 * pose.size
    left, top, right = pose.x - reach, pose.y - reach, pose.x + reach
    return max(0, int(left)), max(0, int(top)), min(size[0], int(right)), size[1]


def _draw_person(person: Person, units: Units, pose: Pose, size: tuple[int, int]) -> Image.Image:
    """Draw the person in even light on a transparent layer (mode RGBA), from back to front."""
    layer = Image.new("RGBA", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING))
    canvas = Canvas(layer, pose, person.width, SUPERSAMPLING)
    upright = replace(canvas, pose=replace(pose, roll=0.25 * pose.roll))
    jaw = jaw_drop(units)
    draw_back_hair(canvas, person)
    draw_body(canvas, upright, person)
    draw_ears(canvas, person)
    draw_head(canvas, person, _relief(person, units, pose, size), jaw)
    draw_beard(canvas, person, units)
    draw_hair(canvas, person)
    draw_scarf(canvas, person, jaw)
    draw_nose(canvas, person, units)
    draw_mouth(canvas, person, units)
    draw_eyes(canvas, person, units)
    draw_brows(canvas, person, units)
    draw_glasses(canvas, person)
    return layer.reduce(SUPERSAMPLING)


def _relief(person: Person, units: Units, pose: Pose, size: tuple[int, int]) -> Image.Image:
    """Return the blurred relief of the skin at the size of the layer (mode L)."""
    grey = Image.new("L", size, 128)
    draw_relief(Canvas(grey, pose, person.width, 1), person, units)
    soft = grey.filter(ImageFilter.GaussianBlur(0.022 * pose.size))
    return soft.resize(
        (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING), Image.Resampling.BILINEAR
    )


def _lit(layer: Image.Image, person: Person, pose: Pose, light: Light) -> Image.Image:
    """Return the layer (mode RGB) in the light, which shades the head like an ellipsoid."""
    across = (np.arange(layer.width, dtype=np.float32) - pose.x) / (pose.size * person.width * 1.1)
    down = (np.arange(layer.height, dtype=np.float32)[:, None] - pose.y) / (pose.size * 1.15)
    far = np.maximum(1.0, np.hypot(across, down))  # constant outside the head
    shading = 1 + light.contrast * (across * light.x + down * light.y) / far
    colours = np.asarray(layer.convert("RGB"), dtype=np.float32) * shading[..., None]
    return Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))
