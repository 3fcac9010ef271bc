"""What is reported of faces in random streams: nothing ends that was not reported before."""

import random

import numpy as np
import pytest

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.main_face import MainFace
from tests.edge.models import INT8

PIXELS = (
    np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8).repeat(10, 0).repeat(10, 1)
)
PLACES = tuple(Box(x, 100.0, 90.0) for x in (10.0, 60.0, 250.0, 500.0))
ODD_TIMES = (float("nan"), float("inf"), -1e9, 1e12)


class RandomDetector:
    """Finds each of the places with a probability that changes now and then."""

    def __init__(self, chance: random.Random) -> None:
        self._random, self._likely = chance, [0.0] * len(PLACES)

    def detect(self, _: np.ndarray) -> list[Face]:
        if self._random.random() < 0.1:
            self._likely = [self._random.choice((0, 0, 0.5, 0.9, 1)) for _ in PLACES]
        return [
            Face(box, 0.9, (box.x + 30, 130.0, box.x + 60, 130.0))
            for box, likely in zip(PLACES, self._likely, strict=True)
            if self._random.random() < likely
        ]

    def detect_near(self, pixels: np.ndarray, boxes: list[Box]) -> list[Face]:
        assert np.isfinite(np.array(boxes)).all()
        return self.detect(pixels) if boxes else []


def random_times(chance: random.Random, count: int) -> list[float]:
    now, times = 0.0, []
    interval = chance.choice((0.03, 0.1, 0.5, 1, 2, 5, 60, 3600))
    for _ in range(count):
        now += interval * chance.uniform(0.8, 1.2)
        if chance.random() < 0.03:
            now += chance.choice((0, -now, 6, 600, 86400))
        times.append(chance.choice(ODD_TIMES) if chance.random() < 0.01 else now)
    return times


@pytest.mark.parametrize("seed", range(30))
def test_only_reported_faces_end_and_nobody_is_reported_once(seed):
    chance = random.Random(seed)
    analyzer = FaceAnalyzer(Classifier(INT8), RandomDetector(chance))
    known: set[int] = set()
    told, main = False, MainFace()
    for i, seconds in enumerate(random_times(chance, 120)):
        result = analyzer.process(Frame("", i, PIXELS, seconds))
        main.update(result)
        numbers = [face.number for face in result.faces]
        assert len(numbers) == len(set(numbers))
        assert set(result.ended) <= known
        assert not set(result.ended) & set(numbers)
        known -= set(result.ended)
        known |= {face.number for face in result.faces if face.event == "change"}
        assert not result.nobody or not known
        assert result.nobody != "change" or not told
        told = not known and (told or bool(result.ended) or result.nobody is not None)
        assert (main.face.number if main.face else None) in (known or {None})
