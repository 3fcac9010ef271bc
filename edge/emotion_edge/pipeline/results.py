"""Results that every sink receives: of a frame, of a time without frames, of a period."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.quality import FaceQuality
from emotion_edge.faces.types import Box
from emotion_edge.model.classifier import Classification
from emotion_edge.pipeline.heartbeat import Event
from emotion_edge.pipeline.smoothing import Decision


def utc_now() -> datetime:
    """Return the present time, UTC; results have no other clock for it."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class FaceResult:
    """One face in a frame, or the whole frame if no detector is used.

    number: the face's number, from 1; None for the whole frame.
    box: where the face is, in pixels of the frame, or of the file if the frame is a reduction of
        it; None for the whole frame.
    decision: the label to show; smoothed over time in a stream.
    classification: the network's answer to this frame alone.
    scores: float64 (classes,), 0..1, smoothed over time in a stream.
    event: why to report this result.
    decided: whether the decision has lasted long enough to be shown.
    quality: what was measured of the face; None for the whole frame and for single pictures.
    """

    number: int | None
    box: Box | None
    decision: Decision
    classification: Classification
    scores: npt.NDArray[np.float64]
    event: Event
    decided: bool = True
    quality: FaceQuality | None = None


@dataclass(frozen=True, kw_only=True)
class FrameResult:
    """Everything found in one frame.

    faces: the faces in view.
    ended: numbers of faces that have left after their label was reported; the numbers may be given
        to other faces.
    nobody: why to report that nobody is in view; None if somebody is, or has just left.
    face_count: faces that are followed, including those hidden for a moment; None if no detector
        is used.
    detect_ms: milliseconds spent on finding faces.
    time: when the result was made, UTC.
    """

    frame: Frame
    faces: tuple[FaceResult, ...] = ()
    ended: tuple[int, ...] = ()
    nobody: Event | None = None
    face_count: int | None = None
    detect_ms: float = 0.0
    time: datetime = field(default_factory=utc_now)


@dataclass(frozen=True, kw_only=True)
class NoSignal:
    """There are no frames to analyse.

    reason: "paused" or "no_camera". changed: whether to report it, because the last report was
    different. time: UTC.
    """

    source: str
    reason: str
    changed: bool
    time: datetime = field(default_factory=utc_now)


@dataclass(frozen=True, kw_only=True)
class PeriodCounts:
    """Counts of the labels in a period, without any moment or person.

    start, end: UTC. frames: how many were analysed. counts: label to number of faces. seconds: of
    the labels seen in a stream, see `pipeline.label_times`; pictures have none. source: what the
    user calls the source; "": nothing.
    """

    start: datetime
    end: datetime
    frames: int
    counts: Mapping[str, int]
    seconds: Mapping[str, float] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True)
class AggregateResult:
    """The result that sinks receive with --aggregate instead of the others.

    counts: of the period that has just ended, else None.
    """

    counts: PeriodCounts | None


Result = FrameResult | NoSignal | AggregateResult
