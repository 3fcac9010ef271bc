"""A frame to the faces in it, and to what is said of each.

Pictures that have nothing to do with each other are taken as they are; a stream is followed, and
its labels hold still.
"""

import time
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.alignment import crop_face
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.quality import check_quality
from emotion_edge.faces.tracker import FaceTracker, Track
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.classifier import Classification, Classifier
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.pipeline.smoothing import Decision, LabelSmoother, SmoothingSettings

_WHOLE = 0  # the number under which the whole frame is followed where no faces are looked for
_UNSURE = Decision(UNKNOWN, "low_score")


@dataclass(frozen=True)
class FaceResult:
    """One face in a frame, or that there is none.

    face: its number, from 1; None where there is no face or the whole frame is taken for one.
    result: what the network says of this frame alone; None where there is no face.
    scores: (classes,), averaged over time in a stream. changed: whether another label is said of
    this face than before.
    """

    said: Decision
    face: int | None = None
    box: Box | None = None
    result: Classification | None = None
    scores: npt.NDArray[np.float64] | None = None
    changed: bool = True


class FaceAnalyzer:
    """What has been seen of a source so far.

    classifier: what names faces. labels: its model's. faces: how many there are now, None where the
    whole frame is taken for one. find_ms: milliseconds that looking for faces took last.
    """

    def __init__(
        self,
        classifier: Classifier,
        finder: FaceDetector | None,
        *,
        rules: SmoothingSettings | None = None,
        find_every: float = 0.3,
    ) -> None:
        """finder: None takes the whole frame for a face.

        find_every: seconds of a stream from one search of the whole frame to the next; between them
        only the surroundings of known faces are looked at.
        """
        self.classifier, self._finder = classifier, finder
        self.labels = classifier.contract.labels
        self._rule = crop_rule_of(classifier.contract)
        self._rules = rules or SmoothingSettings()
        self._find_every = find_every
        self.detect_ms = 0.0
        self.reset()

    def reset(self) -> None:
        """Begin anew, as after a time without frames."""
        self._follower = FaceTracker()
        self._steady: dict[int, LabelSmoother] = {}
        self._due = float("-inf")
        self._nobody = False
        self.faces: int | None = None

    def process(self, frame: Frame) -> list[FaceResult]:
        """Return what is in a frame: each face in sight, each given up, or that there is none.

        Empty where the only faces are out of sight for a moment.
        """
        if frame.seconds is None:
            return self._picture(frame.pixels)
        if self._finder is None:
            steady = self._steady.setdefault(_WHOLE, self._beginning())
            return [self._update(steady, self.classifier.classify(frame.pixels), frame.seconds)]
        seen, gone = self._find(self._finder, frame.pixels, frame.seconds)
        for track in gone:
            del self._steady[track.number]
        sightings = [self._follow(frame.pixels, track, frame.seconds) for track in seen]
        sightings += [FaceResult(Decision(NO_FACE), track.number) for track in gone]
        self.faces = len(self._follower.tracks)
        known, self._nobody = self._nobody, not self.faces
        if self._nobody and not sightings:
            return [FaceResult(Decision(NO_FACE), changed=not known)]
        return sightings

    def _picture(self, pixels: npt.NDArray[np.uint8]) -> list[FaceResult]:
        if self._finder is None:
            return [self._unrelated(pixels)]
        faces = self._search(self._finder, pixels)
        self.faces = len(faces)
        return [
            replace(self._unrelated(crop_face(pixels, face, self._rule)), face=i, box=face.box)
            for i, face in enumerate(faces, start=1)
        ] or [FaceResult(Decision(NO_FACE))]

    def _unrelated(self, pixels: npt.NDArray[np.uint8]) -> FaceResult:
        result = self.classifier.classify(pixels)
        return FaceResult(Decision(result.label), result=result, scores=result.values)

    def _find(
        self, finder: FaceDetector, pixels: npt.NDArray[np.uint8], seconds: float
    ) -> tuple[list[Track], list[Track]]:
        if seconds >= self._due:
            self._due = seconds + self._find_every
            faces = self._search(finder, pixels)
        else:
            start = time.perf_counter()
            tracks = self._follower.tracks
            faces = finder.detect_near(pixels, [track.expected(seconds) for track in tracks])
            self.detect_ms = (time.perf_counter() - start) * 1000
        return self._follower.update(faces, seconds)

    def _search(self, finder: FaceDetector, pixels: npt.NDArray[np.uint8]) -> list[Face]:
        start = time.perf_counter()
        faces = finder.detect(pixels)
        self.detect_ms = (time.perf_counter() - start) * 1000
        return faces

    def _follow(self, pixels: npt.NDArray[np.uint8], track: Track, seconds: float) -> FaceResult:
        crop = crop_face(pixels, track.face, self._rule)
        steady = self._steady.setdefault(track.number, self._beginning())
        doubt = check_quality(crop, track.face.box.side)
        sighting = self._update(steady, self.classifier.classify(crop), seconds, doubt)
        return replace(sighting, face=track.number, box=track.face.box)

    def _beginning(self) -> LabelSmoother:
        return LabelSmoother(self.labels, self._rules)

    def _update(
        self,
        steady: LabelSmoother,
        result: Classification,
        seconds: float,
        doubt: str | None = None,
    ) -> FaceResult:
        changed = steady.update(result.values, seconds, doubt)
        said = steady.said or _UNSURE
        return FaceResult(said, result=result, scores=steady.scores, changed=changed)
