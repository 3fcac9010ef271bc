"""What the page knows: the JSON of /api/state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from emotion_edge import __version__
from emotion_edge.faces.detector import MIN_FACE_RATIO
from emotion_edge.faces.quality import MIN_BRIGHTNESS, MIN_SHARPNESS, MIN_SIDE
from emotion_edge.output.json_lines import Line, face_fields, utc_text
from emotion_edge.pipeline.results import FaceResult, FrameResult, utc_now
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.system.hardware import cpu_temperature


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What stays the same while the daemon runs, but for the model: a reload may bring another.

    aggregate: minutes, or None. history: whether there is one. find_side: the least side of a face
    that is looked for, in pixels; None: it depends on the frame.
    """

    title: str
    source: str
    aggregate: float | None
    history: bool
    find_side: int | None


class Look(NamedTuple):
    """What was found in the frame that was judged last, without its pixels.

    width, height: of the frame, in pixels. detect_ms: for finding faces. finds: whether faces are
    looked for.
    """

    number: int
    width: int
    height: int
    faces: tuple[FaceResult, ...]
    detect_ms: float
    finds: bool

    @classmethod
    def at(cls, result: FrameResult) -> "Look":
        """Return what a result holds besides its pixels."""
        height, width = result.frame.pixels.shape[:2]
        finds = result.face_count is not None
        return cls(result.frame.index, width, height, result.faces, result.detect_ms, finds)


@dataclass
class Seen:
    """What changes. look: None: there is nothing to see. counts: of the last period."""

    labels: tuple[str, ...]
    model: str
    look: Look | None = None
    counts: Mapping[str, int] | None = None


def state(facts: Facts, stats: PipelineStats, seen: Seen, *, viewers: int, picture: bool) -> Line:
    """Return what /api/state says.

    With --aggregate nothing of it shows whether somebody is there. viewers: how many watch.
    picture: whether pictures are shown at all.
    """
    hidden = facts.aggregate is not None
    look = None if stats.paused or hidden else seen.look
    shown = stats.shown
    return {
        "title": facts.title,
        "version": __version__,
        "model": seen.model,
        "labels": list(seen.labels),
        "source": facts.source,
        "paused": stats.paused,
        "streaming": stats.streaming,
        "reason": reason(stats),
        "aggregate": facts.aggregate,
        "picture": picture and look is not None,
        "history": facts.history,
        "time": utc_text(utc_now()),
        "frame": look and {"number": look.number, "width": look.width, "height": look.height},
        "faces": None if hidden else [_face(face) for face in look.faces] if look else [],
        "limits": _limits(facts, look),
        "frames_per_second": _rounded(shown.frame_rate, 1),
        "find_ms": _rounded(look and look.detect_ms, 2),
        "inference_ms": _rounded(_inference_ms(look), 2),
        "temperature": cpu_temperature(),
        "dropped": shown.dropped,
        "viewers": viewers,
        "counts": seen.counts,
    }


def reason(stats: PipelineStats) -> str | None:
    """Return why there are no frames, "starting" or "no_camera"; None if there are some."""
    if stats.streaming:
        return None
    return "starting" if stats.reason == "starting" else "no_camera"


def _face(face: FaceResult) -> Line:
    quality = face.quality
    return {
        **face_fields(face, face.decision),
        "decided": face.decided,
        "side": face.box and round(face.box.side),
        "brightness": quality and round(quality.brightness),
        "sharpness": quality and round(quality.sharpness, 4),
    }


def _limits(facts: Facts, look: Look | None) -> Line:
    find_side = None
    if look and look.finds:
        find_side = facts.find_side or round(max(look.width, look.height) * MIN_FACE_RATIO)
    return {
        "side": MIN_SIDE,
        "find_side": find_side,
        "brightness": MIN_BRIGHTNESS,
        "sharpness": MIN_SHARPNESS,
    }


def _inference_ms(look: Look | None) -> float | None:
    """Return the mean over the faces; None without one."""
    if not (look and look.faces):
        return None
    return sum(face.classification.inference_ms for face in look.faces) / len(look.faces)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
