"""Draws one person's face, with any expression, onto a picture.

    picture = draw_face(picture, person, express("happy", 0.8), Pose(75, 75, 55), Light())

Pure: the same arguments give the same pixels, and the picture passed in is left as it was. So a
video is a loop over `draw_face` with units that grow and fade and a pose that moves. `identities`
invents persons, `action_units` names the action units.
"""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageFilter

from train.synthetic.action_units import Units
from train.synthetic.appearance import (
    draw_back_hair,
    draw_beard,
    draw_body,
    draw_ears,
    draw_glasses,
    draw_hair,
    draw_head,
    draw_scarf,
)
from train.synthetic.canvas import Canvas, Pose
from train.synthetic.facial_features import (
    draw_brows,
    draw_eyes,
    draw_mouth,
    draw_nose,
    draw_relief,
    jaw_drop,
)
from train.synthetic.identities import Person

FINER = 2  # supersampling: drawn this much larger, then reduced, which smooths the edges


@dataclass(frozen=True)
class Light:
    """Where the light comes from: a direction in the picture, and how strongly it models."""

    x: float = -0.4  # -1 from the left .. 1 from the right
    y: float = -0.6  # -1 from above .. 1 from below
    contrast: float = 0.4  # 0 flat .. 0.8 harsh


def draw_face(
    picture: Image.Image, person: Person, units: Units, pose: Pose, light: Light
) -> Image.Image:
    """A copy of `picture` (mode RGB) with head, neck and shoulders drawn in at `pose`.

    What falls outside the picture is cut off.
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
    """The part of a picture of `size` that a person can touch: left, top, right, bottom."""
    reach = 1.8 * pose.size
    left, top, right = pose.x - reach, pose.y - reach, pose.x + reach
    return max(0, int(left)), max(0, int(top)), min(size[0], int(right)), size[1]


def _draw_person(person: Person, units: Units, pose: Pose, size: tuple[int, int]) -> Image.Image:
    """The person in even light on a transparent layer (mode RGBA), painted from back to front."""
    layer = Image.new("RGBA", (size[0] * FINER, size[1] * FINER))
    canvas = Canvas(layer, pose, person.width, FINER)
    upright = replace(canvas, pose=replace(pose, roll=0.25 * pose.roll))
    jaw = jaw_drop(units)
    draw_back_hair(canvas, person, jaw)
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
    return layer.reduce(FINER)


def _relief(person: Person, units: Units, pose: Pose, size: tuple[int, int]) -> Image.Image:
    """The face's hills and folds, softened, at the layer's size (mode L)."""
    grey = Image.new("L", size, 128)
    draw_relief(Canvas(grey, pose, person.width, 1), person, units)
    soft = grey.filter(ImageFilter.GaussianBlur(0.022 * pose.size))
    return soft.resize((size[0] * FINER, size[1] * FINER), Image.Resampling.BILINEAR)


def _lit(layer: Image.Image, person: Person, pose: Pose, light: Light) -> Image.Image:
    """The layer's colours (mode RGB) under `light`, with the head taken as an egg."""
    across = (np.arange(layer.width, dtype=np.float32) - pose.x) / (pose.size * person.width * 1.1)
    down = (np.arange(layer.height, dtype=np.float32)[:, None] - pose.y) / (pose.size * 1.15)
    far = np.maximum(1.0, np.hypot(across, down))  # beyond the head, as bright as at its edge
    shading = 1 + light.contrast * (across * light.x + down * light.y) / far
    colours = np.asarray(layer.convert("RGB"), dtype=np.float32) * shading[..., None]
    return Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))
