"""What happens in the recorded sequences (`videos`): who is where, and shows what when.

Everything is a function of the seed, the sequence's name and the second, so that any frame can be
drawn by itself. What lives in every frame: a head sways by up to 4 pixels and 5 degrees within
seconds; the face's strength wavers by 4 % from frame to frame; the camera's exposure by 1.5 %.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from PIL import Image

from train.synthetic.action_units import EXPRESSIONS, sample_units
from train.synthetic.camera import Camera, background
from train.synthetic.identities import sample_person
from train.synthetic.motion import BOX, Actor, Mood
from train.synthetic.renderer import Light

WIDTH, HEIGHT = 640, 480
SECONDS = 26.0
HIDES = 0.4  # seconds
LAST = 1.5  # seconds before the end, after which nothing changes that would not last
SIX = tuple(name for name in EXPRESSIONS if name != "neutral")


@dataclass(frozen=True)
class Script:
    """A whole sequence. The last actor stands in front; a board hides the first one's face."""

    actors: Sequence[Actor]
    times: Sequence[float]
    wall: Image.Image
    light: Light
    camera: Camera
    flicker: float = 0.015  # how far the exposure strays from frame to frame, of 1
    shake: bool = False
    hidden: Sequence[float] = ()  # from when on the board is there, for `HIDES` seconds

    def is_hidden(self, second: float) -> bool:
        """Say whether the board is there."""
        return any(start <= second < start + HIDES for start in self.hidden)


def _grows_and_fades(rng: np.random.Generator) -> Script:
    actor = _actor("1", rng, _in_turn(rng, (2, 4)), [(0, 320, 225, 85)])
    return _script(rng, [actor])


def _moving_head(rng: np.random.Generator) -> Script:
    second, path = 0.0, []
    while second < SECONDS:
        size = rng.uniform(60, 220) / BOX
        x, y = rng.uniform(size, WIDTH - size), rng.uniform(size, HEIGHT - 1.2 * size)
        path.append((second, x, y, size, *rng.uniform((-12, -20, -10), (12, 20, 10))))
        second += rng.uniform(2, 3.5)
    return _script(rng, [_actor("1", rng, _in_turn(rng, (3, 5)), path)])


def _two_crossing(rng: np.random.Generator) -> Script:
    """They pass at about 9.5 and 19.5 seconds."""
    one, two, three, *_ = rng.permutation(SIX).tolist()
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
        actors.append(_actor(name, rng, _moods(shown, rng), path))
    return _script(rng, actors)


def _somebody_leaves(rng: np.random.Generator) -> Script:
    one, two, *_ = rng.permutation(SIX).tolist()
    away, here = (WIDTH + 180, 230, 85), (320, 230, 85)
    path = [(0, *here), (8, *here), (10, *away), (14.5, *away), (16.5, *here)]
    labels: dict[float, str] = {0: one, 4: "neutral", 12: two, 21: "neutral"}
    script = _script(rng, [_actor("1", rng, _moods(labels, rng), path)])
    return replace(script, hidden=(6.0, 19.0, 23.5))


def _dim_and_noisy(rng: np.random.Generator) -> Script:
    script = _grows_and_fades(rng)
    camera = replace(script.camera, gain=script.camera.gain * 0.42, noise=0.055)
    return replace(script, camera=camera, flicker=0.2, shake=True)


SCRIPTS: Mapping[str, Callable[[np.random.Generator], Script]] = {
    "grows-and-fades": _grows_and_fades,
    "moving-head": _moving_head,
    "two-crossing": _two_crossing,
    "somebody-leaves": _somebody_leaves,
    "dim-and-noisy": _dim_and_noisy,
}


@lru_cache
def script_of(seed: int, name: str) -> Script:
    """What happens in a sequence of SCRIPTS."""
    return SCRIPTS[name](np.random.default_rng([seed, *f"script {name}".encode()]))


def _script(rng: np.random.Generator, actors: Sequence[Actor]) -> Script:
    """With a room, a camera, and a clock that ticks about ten times a second."""
    ticks = np.clip(rng.normal(0.1, 0.008, int(10.5 * SECONDS)), 0.05, 0.2)
    gain = rng.uniform(0.9, 1.05) * rng.uniform(0.95, 1.05, 3)
    return Script(
        actors=actors,
        times=np.cumsum([0.0, *ticks]).round(3).tolist(),
        wall=background(rng).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC),
        light=Light(x=rng.uniform(-1, 1), y=rng.uniform(-1, 0.3), contrast=rng.uniform(0.2, 0.5)),
        camera=Camera(blur=0.6, gain=gain, gamma=rng.uniform(0.8, 1.05), noise=0.015),
    )


def _actor(
    name: str, rng: np.random.Generator, moods: Sequence[Mood], path: Sequence[Sequence[float]]
) -> Actor:
    """path: keyframes without roll, yaw and pitch look straight ahead."""
    keyframes = np.array([(*place, *[0.0] * (7 - len(place))) for place in path])
    sway = np.transpose([rng.uniform(1, 4, 4), rng.uniform(0.1, 0.4, 4), rng.uniform(0, 1, 4)])
    return Actor(name, sample_person(rng), moods, keyframes, sway)


def _moods(labels: Mapping[float, str], rng: np.random.Generator) -> list[Mood]:
    return [Mood(second, label, sample_units(label, rng)) for second, label in labels.items()]


def _in_turn(rng: np.random.Generator, hold: tuple[float, float]) -> list[Mood]:
    """All expressions in a random order, half of the times with a neutral face in between."""
    labels, second = {0.0: "neutral"}, rng.uniform(1.5, 2.5)
    for label in rng.permutation(SIX).tolist() * 2:
        labels[round(second, 3)] = label
        second += rng.uniform(*hold)
        if rng.random() < 0.5:
            labels[round(second, 3)] = "neutral"
            second += rng.uniform(*hold) / 2
    lasting = {start: label for start, label in labels.items() if start < SECONDS - LAST}
    return _moods(lasting, rng)
