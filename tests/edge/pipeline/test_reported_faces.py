"""What is reported of faces in random streams: nothing ends that was not reported before."""

import random
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.changes import Changes
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.classifier import Classifier
from emotion_edge.output.contact_sheet import captions_of
from emotion_edge.output.json_lines import lines_of
from emotion_edge.pipeline.aggregate import LabelCounter
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.main_face import MainFace
from emotion_edge.pipeline.stats import PipelineStats
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

    def search(
        self, pixels: np.ndarray, *, changes: Changes | None = None, again: Sequence[Box] = ()
    ) -> tuple[list[Face], list[Box]]:
        faces = self.detect(pixels)
        if changes is None:
            return faces, list(PLACES[:2])
        return [face for face in faces if face.box in again or changes.touch(face.box)], []

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


@pytest.mark.parametrize("seed", range(20))
def test_all_outputs_agree_also_after_another_model_and_a_pause(seed):
    chance = random.Random(seed)
    analyzer = FaceAnalyzer(Classifier(INT8), RandomDetector(chance))
    reported: dict[int, str] = {}
    main, counter = MainFace(), LabelCounter(0, PipelineStats())  # each frame is a period
    for i, seconds in enumerate(random_times(chance, 120)):
        if chance.random() < 0.02:
            analyzer.no_signal("", "paused")
            main.no_signal("paused")
            reported.clear()
        if chance.random() < 0.04:
            analyzer.set_classifier(Classifier(INT8))
        result = analyzer.process(Frame("", i, PIXELS, seconds))
        main.update(result)
        for line in lines_of(result, every_frame=False):
            if line["label"] != "no_face":
                reported[line["face"]] = line["label"]
            elif line["face"] is None:
                assert not reported
            else:
                del reported[line["face"]]
        assert main.decision.label in (reported.values() or ("no_face", "unknown"))
        shown = Counter(reported[each.number] for each in result.faces if each.decided)
        counts = Counter(counter.process(result).counts.counts)
        undecided = sum(not each.decided for each in result.faces)
        assert +counts == shown + Counter(unknown=undecided, no_face=not result.face_count)
        drawn = {caption.label for caption in captions_of(result)}
        assert {label for label in drawn if " " not in label} == set(
            shown
        )  # but "no face" and so on


def test_faces_keep_their_numbers_with_another_model_and_are_reported_again():
    chance = random.Random(0)
    detector = RandomDetector(chance)
    analyzer = FaceAnalyzer(Classifier(INT8), detector, frame_interval=1)
    faces = [Face(box, 0.9, (box.x + 30, 130.0, box.x + 60, 130.0)) for box in PLACES[2:]]
    detector.detect = lambda _: faces
    analyzer.process(Frame("", 0, PIXELS, 0.0))
    analyzer.set_classifier(Classifier(INT8))
    again = analyzer.process(Frame("", 1, PIXELS, 1.0))
    assert [(face.number, face.event) for face in again.faces] == [(1, "change"), (2, "change")]
    analyzer.set_classifier(Classifier(INT8))
    detector.detect = lambda _: faces[:1]
    ended = [analyzer.process(Frame("", i, PIXELS, float(i))).ended for i in range(2, 5)]
    assert ended == [(), (2,), ()]
