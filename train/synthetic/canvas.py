"""Shapes given in a head's own measure, drawn where the head's pose puts them.

Face co-ordinates: the origin between the eyes, x to the right of the picture, y downwards; the
crown is at y = -1, the chin at y = 1, so the unit is half the head's height.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

Points = NDArray[np.float64]
"""Places in face co-ordinates, shape (n, 2)."""

DEPTH = 0.75  # how far the face stands out towards the viewer, in half head heights


@dataclass(frozen=True)
class Pose:
    """Where a head is in a picture and how it is held. Pixels and degrees."""

    x: float  # the head's middle, from the left
    y: float  # and from the top
    size: float  # half the head's height
    roll: float = 0.0  # clockwise
    yaw: float = 0.0  # towards the picture's right
    pitch: float = 0.0  # downwards


@dataclass(frozen=True)
class Canvas:
    """A picture to draw on, `zoom` times finer than the picture that `pose` is given in."""

    image: Image.Image
    pose: Pose
    width: float  # half the head's width, which decides how the face curves
    zoom: float

    def place(self, points: ArrayLike, turn: float = 1.0) -> list[tuple[float, float]]:
        """`points` (n, 2) in pixels. `turn`: 1 on the face, 0 on its outline, more in front."""
        x, y = np.asarray(points, dtype=np.float64).T
        if turn:
            curve = 1 - (x / self.width) ** 2 - (y / 1.25) ** 2
            depth = turn * DEPTH * np.sqrt(np.clip(curve, 0, 1))
            x = x + depth * np.sin(np.radians(self.pose.yaw))
            y = y + depth * np.sin(np.radians(self.pose.pitch))
        roll = np.radians(self.pose.roll)
        right = self.pose.x + self.pose.size * (x * np.cos(roll) - y * np.sin(roll))
        down = self.pose.y + self.pose.size * (x * np.sin(roll) + y * np.cos(roll))
        return list(zip((right * self.zoom).tolist(), (down * self.zoom).tolist(), strict=True))

    def fill(self, points: ArrayLike, colour: tuple[int, ...] | int, turn: float = 1.0) -> None:
        """A filled polygon."""
        ImageDraw.Draw(self.image).polygon(self.place(points, turn), fill=colour)

    def line(
        self, points: ArrayLike, colour: tuple[int, ...] | int, width: float, turn: float = 1.0
    ) -> None:
        """A line `width` thick, in face co-ordinates."""
        thick = max(1, round(width * self.pose.size * self.zoom))
        ImageDraw.Draw(self.image).line(self.place(points, turn), colour, thick, joint="curve")

    def tint(
        self, points: ArrayLike, colour: tuple[int, ...], opacity: float, turn: float = 1.0
    ) -> None:
        """A filled polygon that lets 1 - `opacity` of what lies under it through."""
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon(self.place(points, turn), fill=round(255 * opacity))
        self.image.paste(colour, mask=mask)

    @contextmanager
    def inside(self, points: ArrayLike, colour: tuple[int, ...]) -> Iterator["Canvas"]:
        """A canvas of `colour`, of which only what lies within `points` reaches this one."""
        corners = self.place(points)
        inner = Image.new(self.image.mode, self.image.size, colour)
        yield Canvas(inner, self.pose, self.width, self.zoom)
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon(corners, fill=255)
        self.image.paste(inner, mask=mask)


@cache
def _bernstein(degree: int, count: int) -> Points:
    t = np.linspace(0, 1, count)[:, None]
    k = np.arange(degree + 1)
    binomials = np.array([comb(degree, int(i)) for i in k])
    return np.asarray(binomials * t**k * (1 - t) ** (degree - k))


def bezier(*controls: Sequence[float], count: int = 14) -> Points:
    """`count` points of the Bézier curve that the control points (x, y) pull."""
    return _bernstein(len(controls) - 1, count) @ np.array(controls, dtype=np.float64)


def ellipse(x: float, y: float, across: float, down: float, count: int = 24) -> Points:
    """`count` points around an ellipse about (x, y) with the given half axes."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([x + across * np.cos(angle), y + down * np.sin(angle)], axis=1)


def ribbon(spine: Points, start: float, end: float) -> Points:
    """The outline of a stroke along `spine` whose thickness runs from `start` to `end`."""
    half = np.linspace(start, end, len(spine))[:, None] / 2
    along = np.gradient(spine, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return np.concatenate([spine + across * half, (spine - across * half)[::-1]])
