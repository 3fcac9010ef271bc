"""Measure what is saved where only what has changed is searched in a stream, with --streams.

The streams are 640 x 480, 10 frames a second, with a camera's noise. They show a pavilion, a
photograph of scikit-learn that face-proposer was not trained on. Before it is nobody, or there are
faces that sit there, come in, come closer, or see the light change. Two analyzers take turns on
each frame: one as `run` has it, one that always searches everything.

of a core   processor time of the analyzer for 10 frames a second, without reading them
all         the same, if everything is searched
ratio       the first over the second
looks       of the face detector's networks, of those if everything is searched
later       the longest time by which a face was noticed later than if everything is searched
"""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image

from bench._finder.invokes import CountedInvokes
from bench._finder.thresholds import MIN_IOU
from bench._scenes import HEIGHT, Pixels, astronaut, faceless_scenes, paste
from emotion_edge.capture.frame import Frame
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.nms import iou
from emotion_edge.faces.types import Box
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.change_gate import ChangeGate

RATE, FRAMES, EVERY = 10, 120, 0.3
MOST_OF_A_CORE = {"nobody": 0.3, "one face": 2.5, "three faces": 6.0}  # percent: goals
NEAR, SMALL, THIRD = Box(120, 90, 130), Box(420, 80, 48), Box(380, 250, 90)
NEARER, BESIDE = Box(200, 120, 200), Box(406, 160, 44)
ROWS = np.linspace(0, 1, HEIGHT)[:, np.newaxis, np.newaxis]
Light = Callable[[float], float | Pixels]


class Film(NamedTuple):
    """The boxes of the faces and the light, each at a time in seconds; the noise, in levels."""

    faces: Callable[[float], list[Box]]
    light: Light = lambda t: 0.8
    noise: float = 3.0


def flicker(t: float) -> Pixels:
    """A 50 Hz lamp, bright 100 times a second, to a camera that takes 30 ms to read its rows."""
    return np.asarray(0.7 + 0.06 * np.sin(2 * np.pi * 100 * (1.0007 * t + 0.03 * ROWS)))


def sits(*boxes: Box, since: float = 0.0) -> Callable[[float], list[Box]]:
    """Faces that sway by two pixels."""

    def faces(t: float) -> list[Box]:
        sway = 2 * np.sin(2 * t)
        return [Box(x + sway, y, side) for x, y, side in boxes] if t >= since else []

    return faces


def closer(t: float) -> list[Box]:
    """A face that comes closer inch by inch: by a fourth in the whole film."""
    side = 33 * 1.02**t
    return [Box(300 - side / 2, 200 - side / 2, side)]


FILMS = {
    "nobody": Film(lambda t: []),
    "one face": Film(sits(NEAR)),
    "three faces": Film(sits(NEAR, SMALL, THIRD)),
    "nobody, a lamp flickers": Film(lambda t: [], flicker),
    "one comes, a lamp flickers": Film(sits(SMALL, since=5.15), flicker),
    "one comes, much noise": Film(sits(SMALL, since=5.15), noise=12.0),
    "one walks in": Film(lambda t: [Box(35 * t - 130, 100, 110)]),
    "one comes closer": Film(lambda t: [Box(300 - 10 * 1.2**t, 240 - 10 * 1.2**t, 20 * 1.2**t)]),
    "one comes closer inch by inch": Film(closer),
    "one is there at dawn": Film(sits(SMALL), lambda t: 0.02 * 1.35**t),
    "a second comes": Film(lambda t: sits(NEAR)(t) + sits(SMALL, since=5.15)(t)),
    "a second comes beside a near one": Film(
        lambda t: sits(NEARER)(t) + sits(BESIDE, since=3.65)(t)
    ),
    "a second walks in": Film(lambda t: [NEAR, Box(700 - 35 * t, 100, 110)]),
}


class OpenGate(ChangeGate):
    """Has everything searched."""

    def changes(self, *given: object) -> None:
        """Return None."""


def print_streams() -> None:
    """Print a line for each film."""
    print(f"{'':34} of a core     all  ratio        looks   later")
    for name, film in FILMS.items():
        print(f"{name:34} {compare(name, film)}", flush=True)


def compare(name: str, film: Film) -> str:
    """Return the figures of a film."""
    classifier = Classifier()
    ours, theirs = Watch(classifier), Watch(classifier)
    if theirs.analyzer._finder:
        theirs.analyzer._finder._gate = OpenGate()
    for frame in frames(film):
        there = film.faces(frame.seconds or 0.0)
        ours.process(frame, there)
        theirs.process(frame, there)
    later = [ours.first.get(n, np.inf) - second for n, second in theirs.first.items()]
    late = f"{max(later):.1f} s" if later else "-"
    goal = f"  goal {MOST_OF_A_CORE[name]} %" if name in MOST_OF_A_CORE else ""
    one, other = (100 * watch.spent / FRAMES * RATE for watch in (ours, theirs))
    looks = f"{ours.looks} of {theirs.looks}"
    return f"{one:7.2f} % {other:6.2f} % {one / other:4.2f} x {looks:>12} {late:>7}{goal}"


class Watch:
    """An analyzer, its seconds of processor time, and when it first saw one, two, three faces."""

    def __init__(self, classifier: Classifier) -> None:
        """Make an analyzer of its own."""
        detector = FaceDetector()
        self._networks = CountedInvokes.of_detector(detector)
        self.analyzer = FaceAnalyzer(classifier, detector, search_every=EVERY)
        self.spent, self.first = 0.0, dict[int, float]()

    @property
    def looks(self) -> int:
        """How often a network has looked for faces."""
        return sum(network.number for network in self._networks)

    def process(self, frame: Frame, there: list[Box]) -> None:
        """Process a frame. there: the boxes of its faces."""
        start = time.thread_time()
        found = self.analyzer.process(frame).faces
        self.spent += time.thread_time() - start
        boxes = np.array([face.box for face in found]).reshape(-1, 3)
        seen = sum(bool((iou(box, boxes) > MIN_IOU).any()) for box in there)
        for count in range(1, seen + 1):
            self.first.setdefault(count, frame.seconds or 0.0)


def frames(film: Film) -> Iterator[Frame]:
    """Yield the frames of a film."""
    rng, room, portrait = np.random.default_rng(0), faceless_scenes()[0], astronaut()
    for index in range(FRAMES):
        t, picture = index / RATE, room
        for box in film.faces(t):
            picture = Image.fromarray(paste(picture, portrait, box))
        noise = rng.standard_normal((*picture.size[::-1], 3), np.float32) * film.noise
        levels = np.asarray(picture, np.float32) * film.light(t) + noise
        yield Frame("", index, levels.clip(0, 255).astype(np.uint8), t)
