"""Frames to results: find faces, follow them, classify each, and smooth its label.

Pictures are analysed one by one, see `pipeline.pictures`. In a stream, faces keep their numbers and
their labels are smoothed.
"""

import time
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.alignment import face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.quality import QUALITY_SIDE, FaceQuality, measure_quality
from emotion_edge.faces.tracker import FaceTracker, Track
from emotion_edge.imaging.regions import Region, scale_region
from emotion_edge.model.classifier import Classification, Classifier, mirrored
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.model.preprocessing import adjust_contrast, scale
from emotion_edge.pipeline.face_finder import FaceFinder
from emotion_edge.pipeline.frame_clock import FrameClock
from emotion_edge.pipeline.heartbeat import AbsenceReporter, Heartbeat
from emotion_edge.pipeline.pictures import analyze_picture
from emotion_edge.pipeline.results import FaceResult, FrameResult, NoSignal
from emotion_edge.pipeline.smoothing import LabelSmoother, SmoothingSettings
from emotion_edge.pipeline.tracked_face import TrackedFace

Pixels = npt.NDArray[np.uint8]


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
        frame_interval: float = 0.0,
    ) -> None:
        """Analyse with `classifier` the faces that `detector` finds.

        detector: None takes the whole frame for a face.
        search_every: seconds of a stream between two searches of what has changed; in between, only
            the surroundings of known faces are searched.
        heartbeat: seconds of a stream after which an unchanged label is reported again; 0: never.
        frame_interval: seconds by which a stream's frames are apart at least; 0 if unknown. If they
            are far apart, the first frame already gives a label.
        Raises UserError if the smoothing's thresholds contradict the model's.
        """
        self._detector = detector
        self._given_smoothing = smoothing or SmoothingSettings()
        self._finder = FaceFinder(detector, search_every) if detector else None
        self._heartbeat = heartbeat
        self._reported_reason: str | None = None
        self._clock = FrameClock(frame_interval)
        self._tracker, self._faces = FaceTracker(), dict[int, TrackedFace]()
        self.set_classifier(classifier)
        self.reset()

    def set_classifier(self, classifier: Classifier) -> None:
        """Switch to another model, and decide on the label of each face again.

        Faces keep their numbers. Raises UserError as `__init__` does.
        """
        self._smoothing = self._given_smoothing.for_model(classifier.contract)
        self.classifier, self.labels = classifier, classifier.contract.labels
        self._crop_rule = crop_rule_of(classifier.contract)
        for number, face in self._faces.items():
            self._faces[number] = self._new_face(face.track, had_label=face.is_known)
        self._whole_frame = self._new_face(None)

    def reset(self) -> None:
        """Forget all faces, as after a time without frames."""
        self._tracker, self._faces = FaceTracker(), {}
        self._whole_frame = self._new_face(None)
        if self._finder:
            self._finder.reset()
        self._absence = AbsenceReporter(self._heartbeat)

    def process(self, frame: Frame) -> FrameResult:
        """Return everything found in a frame.

        Frames without a time (`frame.seconds` is None) are unrelated pictures.
        """
        if frame.seconds is None:
            result = analyze_picture(frame, self.classifier, self._detector)
        else:
            self._clock.tick(frame.seconds)
            result = self._process_stream(frame)
        if result.nobody or any(face.event != "frame" for face in result.faces):
            self._reported_reason = None
        return result

    def no_signal(self, source: str, reason: str) -> NoSignal:
        """Forget all faces; return the result for a time without frames, see `NoSignal`."""
        self.reset()
        changed, self._reported_reason = reason != self._reported_reason, reason
        return NoSignal(source=source, reason=reason, changed=changed)

    def _process_stream(self, frame: Frame) -> FrameResult:
        if self._finder is None:
            face = self._look(self._whole_frame, frame.pixels)
            return FrameResult(frame=frame, faces=(face,))
        start = time.perf_counter()
        found = self._finder.find(frame.pixels, self._tracker.tracks, self._clock)
        detect_ms = (time.perf_counter() - start) * 1000
        seen, lost = self._tracker.update(found, self._clock.seconds)
        gone = {track.number: self._faces.pop(track.number) for track in lost}
        ended = tuple(number for number, face in gone.items() if face.is_known)
        faces = tuple(self._follow(track, frame.pixels) for track in seen)
        nobody = self._absence.event(
            self._clock.seconds,
            known=any(face.is_known for face in self._faces.values()),
            tracked=bool(self._faces),
            ended=bool(ended),
        )
        return FrameResult(
            frame=frame,
            faces=faces,
            ended=ended,
            nobody=nobody,
            face_count=len(self._faces),
            detect_ms=detect_ms,
        )

    def _follow(self, track: Track, pixels: Pixels) -> FaceResult:
        if track.number not in self._faces:
            self._faces[track.number] = self._new_face(track)
        region = face_region(track.face, self._crop_rule)
        return self._look(self._faces[track.number], pixels, region)

    def _new_face(self, track: Track | None, *, had_label: bool = False) -> TrackedFace:
        smoother = LabelSmoother(self.labels, self._smoothing)
        return TrackedFace(smoother, Heartbeat(self._heartbeat), track, had_label)

    def _look(self, face: TrackedFace, pixels: Pixels, region: Region | None = None) -> FaceResult:
        start, contract = time.perf_counter(), self.classifier.contract
        picture = scale(pixels, contract, region)
        image = adjust_contrast(picture, contract)
        preprocess_ms = (time.perf_counter() - start) * 1000
        quality = _quality(face, pixels, region, picture)
        answer = replace(self._answer(face, image), preprocess_ms=preprocess_ms)
        return face.update(answer, self._clock.seconds, quality, spacing=self._clock.spacing)

    def _answer(self, face: TrackedFace, image: Pixels) -> Classification:
        if face.smoother.judges_alone(self._clock.spacing):  # it is averaged with no other look
            return self.classifier.classify_input(image)
        return self.classifier.look(mirrored(image) if face.sees_mirrored() else image)


def _quality(
    face: TrackedFace, pixels: Pixels, region: Region | None, picture: Pixels
) -> FaceQuality | None:
    """Measure a face; a whole frame is always classified. picture: its scaled region."""
    if face.track is None or region is None:
        return None
    if min(picture.shape[:2]) < QUALITY_SIDE:  # the network needs fewer pixels than the judgement
        picture = scale_region(pixels, region, QUALITY_SIDE, QUALITY_SIDE, grey=True)
    return measure_quality(picture, face.track.face.box.side)
