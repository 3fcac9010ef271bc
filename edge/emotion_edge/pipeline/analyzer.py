"""Frames to results: find faces, follow them, classify each, and smooth its label.

Pictures are analysed one by one. In a stream, faces keep their numbers and their labels are
smoothed.
"""

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.alignment import crop_face
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.quality import check_quality
from emotion_edge.faces.tracker import FaceTracker, Track
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.contract import UNKNOWN
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.pipeline.heartbeat import Event, Heartbeat
from emotion_edge.pipeline.results import FaceResult, FrameResult, NoSignal
from emotion_edge.pipeline.smoothing import Decision, LabelSmoother, SmoothingSettings

Pixels = npt.NDArray[np.uint8]
_UNDECIDED = Decision(UNKNOWN, "low_score")


@dataclass
class TrackedFace:
    """The state of one face over time.

    track: its box, speed and number; None if the whole frame is taken for a face. smoother: its
    label. heartbeat: when it was last reported.
    """

    smoother: LabelSmoother
    heartbeat: Heartbeat
    track: Track | None = None


class FaceAnalyzer:
    """Analyses the frames of one source. classifier, labels: the model and its labels."""

    def __init__(
        self,
        classifier: Classifier,
        detector: FaceDetector | None = None,
        *,
        smoothing: SmoothingSettings | None = None,
        search_every: float = 0.3,
        heartbeat: float = 10.0,
    ) -> None:
        """Analyse with `classifier` the faces that `detector` finds.

        detector: None takes the whole frame for a face.
        search_every: seconds of a stream between two searches of the whole frame; in between, only
            the surroundings of known faces are searched.
        heartbeat: seconds of a stream after which an unchanged label is reported again; 0: never.
        Raises UserError if the smoothing's thresholds contradict the model's.
        """
        self._detector = detector
        self._given_smoothing = smoothing or SmoothingSettings()
        self._search_every, self._heartbeat = search_every, heartbeat
        self._reported_reason: str | None = None
        self.set_classifier(classifier)

    def set_classifier(self, classifier: Classifier) -> None:
        """Switch to another model and forget all faces; raises UserError as `__init__` does."""
        self._smoothing = self._given_smoothing.for_model(classifier.contract)
        self.classifier, self.labels = classifier, classifier.contract.labels
        self._crop_rule = crop_rule_of(classifier.contract)
        self.reset()

    def reset(self) -> None:
        """Forget all faces, as after a time without frames."""
        self._tracker = FaceTracker()
        self._faces: dict[int, TrackedFace] = {}
        self._whole_frame = self._new_face(None)
        self._next_search = float("-inf")
        self._empty, self._nobody = False, Heartbeat(self._heartbeat)

    def process(self, frame: Frame) -> FrameResult:
        """Return everything found in a frame.

        Frames without a time (`frame.seconds` is None) are unrelated pictures.
        """
        if frame.seconds is None:
            result = self._process_picture(frame)
        elif self._detector is None:
            face = self._classify(self._whole_frame, frame.pixels, frame.seconds)
            result = FrameResult(frame=frame, faces=(face,))
        else:
            result = self._process_stream(frame, frame.seconds, self._detector)
        if result.nobody or any(face.event != "frame" for face in result.faces):
            self._reported_reason = None
        return result

    def no_signal(self, source: str, reason: str) -> NoSignal:
        """Forget all faces; return the result for a time without frames, see `NoSignal`."""
        self.reset()
        changed, self._reported_reason = reason != self._reported_reason, reason
        return NoSignal(source=source, reason=reason, changed=changed)

    def _process_picture(self, frame: Frame) -> FrameResult:
        if self._detector is None:
            return FrameResult(frame=frame, faces=(self._classify_picture(frame.pixels),))
        start = time.perf_counter()
        found = self._detector.detect(frame.pixels)
        detect_ms = (time.perf_counter() - start) * 1000
        faces = tuple(
            self._classify_picture(
                crop_face(frame.pixels, face, self._crop_rule),
                number,
                face.box.scaled(frame.reduction),
            )
            for number, face in enumerate(found, start=1)
        )
        return FrameResult(
            frame=frame,
            faces=faces,
            nobody=None if faces else "picture",
            face_count=len(faces),
            detect_ms=detect_ms,
        )

    def _classify_picture(
        self, pixels: Pixels, number: int | None = None, box: Box | None = None
    ) -> FaceResult:
        answer = self.classifier.classify(pixels)
        return FaceResult(
            number=number,
            box=box,
            decision=Decision(answer.label),
            classification=answer,
            scores=answer.values,
            event="picture",
        )

    def _process_stream(self, frame: Frame, seconds: float, detector: FaceDetector) -> FrameResult:
        start = time.perf_counter()
        found = self._detect(detector, frame.pixels, seconds)
        detect_ms = (time.perf_counter() - start) * 1000
        seen, lost = self._tracker.update(found, seconds)
        for track in lost:
            del self._faces[track.number]
        ended, count = tuple(track.number for track in lost), len(self._tracker.tracks)
        return FrameResult(
            frame=frame,
            faces=tuple(self._follow(track, frame.pixels, seconds) for track in seen),
            ended=ended,
            nobody=self._nobody_event(seconds, count, just_left=bool(ended)),
            face_count=count,
            detect_ms=detect_ms,
        )

    def _detect(self, detector: FaceDetector, pixels: Pixels, seconds: float) -> list[Face]:
        if seconds >= self._next_search:
            self._next_search = seconds + self._search_every
            return detector.detect(pixels)
        expected = [track.expected(seconds) for track in self._tracker.tracks]
        return detector.detect_near(pixels, expected)

    def _follow(self, track: Track, pixels: Pixels, seconds: float) -> FaceResult:
        if track.number not in self._faces:
            self._faces[track.number] = self._new_face(track)
        crop = crop_face(pixels, track.face, self._crop_rule)
        reject_reason = check_quality(crop, track.face.box.side)
        return self._classify(self._faces[track.number], crop, seconds, reject_reason)

    def _new_face(self, track: Track | None) -> TrackedFace:
        smoother = LabelSmoother(self.labels, self._smoothing)
        return TrackedFace(smoother, Heartbeat(self._heartbeat), track)

    def _classify(
        self, face: TrackedFace, pixels: Pixels, seconds: float, reject_reason: str | None = None
    ) -> FaceResult:
        answer = self.classifier.classify(pixels)
        changed = face.smoother.update(answer.values, seconds, reject_reason)
        return FaceResult(
            number=face.track.number if face.track else None,
            box=face.track.face.box if face.track else None,
            decision=face.smoother.decision or _UNDECIDED,
            classification=answer,
            scores=face.smoother.scores,
            event=face.heartbeat.event(seconds, changed=changed),
        )

    def _nobody_event(self, seconds: float, count: int, *, just_left: bool) -> Event | None:
        """Return why to report that nobody is in view, None if somebody is or has just left."""
        was_empty, self._empty = self._empty, count == 0
        if just_left:  # reported as the face's end, so the heartbeat counts from here
            self._nobody.event(seconds, changed=True)
        if count or just_left:
            return None
        return self._nobody.event(seconds, changed=not was_empty)
