"""Draw shapes in face coordinates, which the pose of the head maps to pixels.

Face coordinates have their origin between the eyes, x to the right of the image and y downwards.
The crown is at y = -1 and the chin at y = 1, so the unit is half the head's height.
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
"""Points in face coordinates, shape (n, 2)."""

DEPTH = 0.75  # of the face towards the viewer, in half head heights


@dataclass(frozen=True)
class Pose:
    """Position, size and rotation of a head in an image, in pixels and degrees."""

    x: float  # the head's centre, from the left
    y: float  # the head's centre, from the top
    size: float  # half the head's height
    roll: float = 0.0  # clockwise
    yaw: float = 0.0  # towards the right of the image
    pitch: float = 0.0  # downwards


@dataclass(frozen=True)
class Canvas:
    """An image to draw on, `zoom` times larger than the image that `pose` refers to."""

    image: Image.Image
    pose: Pose
    width: float  # half the head's width, which decides the curvature of the face
    zoom: float

    def place(self, points: ArrayLike, turn: float = 1.0) -> list[tuple[float, float]]:
        """Return points (n, 2) in pixels.

        turn: how far they move with yaw and pitch: 1 on the face, 0 on its outline, more in front.
        """
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
        """Draw a filled polygon."""
        ImageDraw.Draw(self.image).polygon(self.place(points, turn), fill=colour)

    def line(
        self, points: ArrayLike, colour: tuple[int, ...] | int, width: float, turn: float = 1.0
    ) -> None:
        """Draw a line; its width is in face coordinates."""
        thick = max(1, round(width * self.pose.size * self.zoom))
        ImageDraw.Draw(self.image).line(self.place(points, turn), colour, thick, joint="curve")

    def tint(
        self, points: ArrayLike, colour: tuple[int, ...], opacity: float, turn: float = 1.0
    ) -> None:
        """Draw a translucent polygon. opacity: 0 (invisible) to 1 (opaque)."""
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon(self.place(points, turn), fill=round(255 * opacity))
        self.image.paste(colour, mask=mask)

    @contextmanager
    def inside(self, points: ArrayLike, colour: tuple[int, ...]) -> Iterator["Canvas"]:
        """Yield a new canvas of one colour, and copy its part within `points` back to this one."""
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
    """Return `count` points of the Bézier curve with these control points (x, y)."""
    return _bernstein(len(controls) - 1, count) @ np.array(controls, dtype=np.float64)


def ellipse(x: float, y: float, across: float, down: float, count: int = 24) -> Points:
    """Return `count` points of the ellipse around (x, y) with the given half axes."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([x + across * np.cos(angle), y + down * np.sin(angle)], axis=1)


def ribbon(spine: Points, start: float, end: float) -> Points:
    """Return the outline of a stroke along `spine`, with a width from `start` to `end`."""
    half = np.linspace(start, end, len(spine))[:, None] / 2
    along = np.gradient(spine, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return np.concatenate([spine + across * half, (spine - across * half)[::-1]])
