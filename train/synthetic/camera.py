"""Draw a person as a cheap camera in an ordinary room would see them.

The variation of pose, light, background and camera decides how hard the sample set is. It is chosen
so that raw pixels do not give the expression away (a logistic regression on 32 x 32 grey pixels is
right for 50 to 58 % of the test split), but a small CNN can learn it from 2,109 images.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFilter

from train.synthetic.action_units import Units
from train.synthetic.canvas import Pose
from train.synthetic.identities import Person
from train.synthetic.renderer import Light, draw_face

SIDE = 150  # pixels


def take_snapshot(person: Person, units: Units, rng: np.random.Generator) -> Image.Image:
    """Draw a person with an expression in a random scene: mode RGB, 150 x 150."""
    picture = draw_face(background(rng), person, units, _pose(rng), _light(rng))
    return _photograph(picture, rng)


def _pose(rng: np.random.Generator) -> Pose:
    """Return the pose of a head near the centre that fills 55 to 95 % of the image's height."""
    size = SIDE / 2 * float(np.clip(rng.normal(0.78, 0.06), 0.55, 0.95))
    return Pose(
        x=SIDE / 2 + rng.normal(0, 4),
        y=SIDE / 2 + rng.normal(0, 4),
        size=size,
        roll=float(np.clip(rng.normal(0, 5), -15, 15)),
        yaw=float(np.clip(rng.normal(0, 7), -22, 22)),
        pitch=float(np.clip(rng.normal(0, 4), -12, 12)),
    )


def _light(rng: np.random.Generator) -> Light:
    """Return light from either side, more often from above than from below."""
    return Light(x=rng.uniform(-1, 1), y=rng.uniform(-1, 0.3), contrast=rng.uniform(0.2, 0.6))


def background(rng: np.random.Generator) -> Image.Image:
    """Draw a wall of a random colour with a gradient, and maybe patches, stripes or lights."""
    colours = rng.uniform(50, 215, (2, 1, 1)) + rng.uniform(-45, 45, 3)
    kind = rng.choice(("plain", "patches", "stripes", "lights"))
    if kind == "patches":
        dots = rng.normal(0, 22, (9, 9, 1)) + rng.normal(0, 8, (9, 9, 3))
        return _interpolate(colours[[0] * 5 + [1] * 4] + dots)
    wall = _interpolate(colours)
    draw = ImageDraw.Draw(wall)
    if kind == "stripes":
        for left in range(int(rng.integers(0, 20)), SIDE, int(rng.integers(18, 50))):
            colour = (rng.uniform(50, 200) + rng.uniform(-35, 35, 3)).astype(int)
            box = (left, 0, left + int(rng.integers(3, 16)), SIDE)
            draw.rectangle(box, fill=tuple(colour.tolist()))
    if kind == "lights":
        for x, y, size in rng.uniform((0, 0, 4), (SIDE, SIDE, 22), (8, 3)).tolist():
            draw.circle((x, y), size, fill=tuple(rng.integers(100, 250, 3).tolist()))
    return wall.filter(ImageFilter.GaussianBlur(rng.uniform(1, 4)))


def _interpolate(colours: ArrayLike) -> Image.Image:
    """Interpolate a few colours, (rows, columns, 3) in 0..255, over a whole image."""
    small = Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))
    return small.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


@dataclass(frozen=True)
class Camera:
    """The defects of a cheap camera."""

    blur: float  # sigma in pixels, 0 for none
    gain: NDArray[np.float64]  # exposure and white balance: factors for red, green and blue
    gamma: float
    noise: float  # sigma, for values in 0..1


def _photograph(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    blur = rng.uniform(0.3, 0.8) if rng.random() < 0.5 else 0.0
    gain = rng.uniform(0.8, 1.12) * rng.uniform(0.94, 1.06, 3)
    gamma = rng.uniform(0.75, 1.1)
    grain = rng.standard_normal((SIDE, SIDE, 1), dtype=np.float32)
    return apply_camera(picture, Camera(blur, gain, gamma, rng.uniform(0, 0.02)), grain)


def apply_camera(picture: Image.Image, camera: Camera, grain: NDArray[np.float32]) -> Image.Image:
    """Apply the camera's defects. grain: standard normal noise, (rows, columns, 1)."""
    if camera.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(camera.blur))
    light = np.clip(np.asarray(picture, dtype=np.float32) / 255 * camera.gain, 0, 1)
    light = np.clip(light**camera.gamma + grain * camera.noise, 0, 1)
    return Image.fromarray((light * 255).round().astype(np.uint8))
