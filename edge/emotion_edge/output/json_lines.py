"""Results as JSON objects: the lines on stdout and the events on MQTT."""

import json
from collections.abc import Iterator
from datetime import datetime

from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.pipeline.heartbeat import Event
from emotion_edge.pipeline.results import (
    AggregateResult,
    FaceResult,
    FrameResult,
    NoSignal,
    PeriodCounts,
    Result,
)
from emotion_edge.pipeline.smoothing import Decision

Line = dict[str, object]


def utc_text(time: datetime) -> str:
    """Return a UTC time in ISO 8601 with milliseconds."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def dumps(line: Line) -> str:
    r"""Return one line of JSON that can be encoded as UTF-8; a label keeps its letters.

    A byte of a file's name that is not UTF-8, such as E9, is JSON's escape \udce9, which Python
    reads as it reads such names (PEP 383).
    """
    # Such a character is inside a JSON string, in which this is an escape.
    return json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def lines_of(result: Result, *, every_frame: bool) -> Iterator[Line]:
    """Yield the JSON objects that report a result.

    every_frame: also report faces that have neither changed nor are due for a heartbeat.
    """
    if isinstance(result, AggregateResult):
        if result.counts:
            yield counts_line(result.counts)
    elif isinstance(result, NoSignal):
        if result.changed:
            yield no_signal(result)
    else:
        yield from _frame_lines(result, every_frame=every_frame)


def _frame_lines(result: FrameResult, *, every_frame: bool) -> Iterator[Line]:
    for number in result.ended:
        yield _line(result, "change", face_fields(None, Decision(NO_FACE), number))
    for face in result.faces:
        if every_frame or face.event != "frame":
            yield _line(result, face.event, face_fields(face, face.decision), face)
    if result.nobody and (every_frame or result.nobody != "frame"):
        yield _line(result, result.nobody, face_fields(None, Decision(NO_FACE)))


def _line(result: FrameResult, event: Event, fields: Line, face: FaceResult | None = None) -> Line:
    """Return one line; times are in milliseconds, seconds have 3 decimals."""
    frame, answer = result.frame, face and face.classification
    return {
        "time": utc_text(result.time),
        "source": frame.source,
        "frame": frame.index,
        "seconds": None if frame.seconds is None else round(frame.seconds, 3),
        "event": event,
        "faces": result.face_count,
        **fields,
        "find_ms": round(result.detect_ms, 2),
        "preprocess_ms": answer and round(answer.preprocess_ms, 2),
        "inference_ms": answer and round(answer.inference_ms, 2),
    }


def no_signal(result: NoSignal) -> Line:
    """Return the line that reports that there are no frames."""
    return {
        "time": utc_text(result.time),
        "source": result.source,
        "frame": None,
        "seconds": None,
        "event": "change",
        "faces": None,
        **face_fields(None, Decision(UNKNOWN, result.reason)),
        "find_ms": None,
        "preprocess_ms": None,
        "inference_ms": None,
    }


def face_fields(face: FaceResult | None, decision: Decision, number: int | None = None) -> Line:
    """Return the fields that describe a face, or the absence of faces.

    Scores have 4 decimals, the box is in whole pixels. number: of a face that has left.
    """
    scores, box = _scores(face), face and face.box
    return {
        "face": face.number if face else number,
        "box": box and [round(box.x), round(box.y), round(box.side), round(box.side)],
        "label": decision.label,
        "reason": decision.reason,
        "score": scores and scores.get(decision.label, max(scores.values())),
        "scores": scores,
        "raw": face and face.classification.label,
    }


def _scores(face: FaceResult | None) -> dict[str, float] | None:
    if face is None:
        return None
    return dict(zip(face.classification.scores, face.scores.round(4).tolist(), strict=True))


def counts_line(counts: PeriodCounts) -> Line:
    """Return the line that reports a period's counts.

    Its times have no milliseconds: these would show how long the last frame took.
    """
    return {
        "event": "aggregate",
        **({"source": counts.source} if counts.source else {}),
        "from": utc_text(counts.start.replace(microsecond=0)),
        "to": utc_text(counts.end.replace(microsecond=0)),
        "frames": counts.frames,
        "counts": dict(counts.counts),
    }
