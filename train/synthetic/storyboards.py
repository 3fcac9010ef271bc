"""Storyboards of the synthetic videos: the actors with their expressions and movements.

Everything depends only on the seed, the video's name and the time, so that any frame can be drawn
by itself. Each video also has small movements: heads sway by up to 4 pixels and 5 degrees within
seconds, and from frame to frame the expression varies by 4 % and the exposure by 1.5 %.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from PIL import Image

from train.synthetic.action_units import EXPRESSIONS, sample_units
from train.synthetic.camera import Camera, background
from train.synthetic.identities import sample_person
from train.synthetic.motion import BOX_SIDE, Actor, ExpressionChange
from train.synthetic.renderer import Light

WIDTH, HEIGHT = 640, 480
DURATION_S = 26.0
OCCLUSION_S = 0.4
SETTLED_S = 1.5  # no expression starts in the last 1.5 s: the end would cut it short
EMOTIONS = tuple(name for name in EXPRESSIONS if name != "neutral")


@dataclass(frozen=True)
class Storyboard:
    """The plan of a video.

    actors: the last one is in front. flicker: relative standard deviation of the exposure. shake:
    whether the camera shakes. occlusions: the times at which a board hides the first actor's face
    for OCCLUSION_S.
    """

    actors: Sequence[Actor]
    times: Sequence[float]
    background: Image.Image
    light: Light
    camera: Camera
    flicker: float = 0.015
    shake: bool = False
    occlusions: Sequence[float] = ()

    def is_occluded(self, second: float) -> bool:
        """Say whether the board hides the first actor."""
        return any(start <= second < start + OCCLUSION_S for start in self.occlusions)


def _grows_and_fades(rng: np.random.Generator) -> Storyboard:
    actor = _actor("1", rng, _random_changes(rng, (2, 4)), [(0, 320, 225, 85)])
    return _storyboard(rng, [actor])


def _moving_head(rng: np.random.Generator) -> Storyboard:
    second, path = 0.0, []
    while second < DURATION_S:
        size = rng.uniform(60, 220) / BOX_SIDE
        x, y = rng.uniform(size, WIDTH - size), rng.uniform(size, HEIGHT - 1.2 * size)
        path.append((second, x, y, size, *rng.uniform((-12, -20, -10), (12, 20, 10))))
        second += rng.uniform(2, 3.5)
    return _storyboard(rng, [_actor("1", rng, _random_changes(rng, (3, 5)), path)])


def _two_crossing(rng: np.random.Generator) -> Storyboard:
    """The two pass each other at about 9.5 and 19.5 seconds."""
    one, two, three, *_ = rng.permutation(EMOTIONS).tolist()
    labels: list[dict[float, str]] = [
        {0: one, 5: "neutral", 15: two},
        {0: "neutral", 6.5: three, 16.5: one},
    ]
    actors = []
    for name, shown, there, size in zip(
        "12", labels, ((165, 475), (475, 165)), (75, 85), strict=True
    ):
        a, b = ((x, 300 - size, size) for x in there)
        path = [(0, *a), (8, *a), (11, *b), (18, *b), (21, *a)]
        actors.append(_actor(name, rng, _changes(shown, rng), path))
    return _storyboard(rng, actors)


def _somebody_leaves(rng: np.random.Generator) -> Storyboard:
    one, two, *_ = rng.permutation(EMOTIONS).tolist()
    away, here = (WIDTH + 180, 230, 85), (320, 230, 85)
    path = [(0, *here), (8, *here), (10, *away), (14.5, *away), (16.5, *here)]
    labels: dict[float, str] = {0: one, 4: "neutral", 12: two, 21: "neutral"}
    storyboard = _storyboard(rng, [_actor("1", rng, _changes(labels, rng), path)])
    return replace(storyboard, occlusions=(6.0, 19.0, 23.5))


def _dim_and_noisy(rng: np.random.Generator) -> Storyboard:
    storyboard = _grows_and_fades(rng)
    camera = replace(storyboard.camera, gain=storyboard.camera.gain * 0.42, noise=0.055)
    return replace(storyboard, camera=camera, flicker=0.2, shake=True)


STORYBOARDS: Mapping[str, Callable[[np.random.Generator], Storyboard]] = {
    "grows-and-fades": _grows_and_fades,
    "moving-head": _moving_head,
    "two-crossing": _two_crossing,
    "somebody-leaves": _somebody_leaves,
    "dim-and-noisy": _dim_and_noisy,
}


@lru_cache
def storyboard_of(seed: int, name: str) -> Storyboard:
    """Return the storyboard of a video. name: one of STORYBOARDS."""
    # The word "script" is part of the seed: another one would change every video.
    return STORYBOARDS[name](np.random.default_rng([seed, *f"script {name}".encode()]))


def _storyboard(rng: np.random.Generator, actors: Sequence[Actor]) -> Storyboard:
    """Add a random background, camera, and times about ten times a second."""
    ticks = np.clip(rng.normal(0.1, 0.008, int(10.5 * DURATION_S)), 0.05, 0.2)
    gain = rng.uniform(0.9, 1.05) * rng.uniform(0.95, 1.05, 3)
    return Storyboard(
        actors=actors,
        times=np.cumsum([0.0, *ticks]).round(3).tolist(),
        background=background(rng).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC),
        light=Light(x=rng.uniform(-1, 1), y=rng.uniform(-1, 0.3), contrast=rng.uniform(0.2, 0.5)),
        camera=Camera(blur=0.6, gain=gain, gamma=rng.uniform(0.8, 1.05), noise=0.015),
    )


def _actor(
    name: str,
    rng: np.random.Generator,
    changes: Sequence[ExpressionChange],
    path: Sequence[Sequence[float]],
) -> Actor:
    """Return a random person. path: roll, yaw and pitch of a keyframe default to 0."""
    keyframes = np.array([(*place, *[0.0] * (7 - len(place))) for place in path])
    sway = np.transpose([rng.uniform(1, 4, 4), rng.uniform(0.1, 0.4, 4), rng.uniform(0, 1, 4)])
    return Actor(name, sample_person(rng), changes, keyframes, sway)


def _changes(labels: Mapping[float, str], rng: np.random.Generator) -> list[ExpressionChange]:
    return [
        ExpressionChange(second, label, sample_units(label, rng))
        for second, label in labels.items()
    ]


def _random_changes(rng: np.random.Generator, hold: tuple[float, float]) -> list[ExpressionChange]:
    """Return all expressions in random order, half of them followed by a neutral face.

    hold: minimum and maximum time of an expression in seconds.
    """
    labels, second = {0.0: "neutral"}, rng.uniform(1.5, 2.5)
    for label in rng.permutation(EMOTIONS).tolist() * 2:
        labels[round(second, 3)] = label
        second += rng.uniform(*hold)
        if rng.random() < 0.5:
            labels[round(second, 3)] = "neutral"
            second += rng.uniform(*hold) / 2
    lasting = {start: label for start, label in labels.items() if start < DURATION_S - SETTLED_S}
    return _changes(lasting, rng)
