"""What stdout says of a stream, and of pictures: JSON objects."""

from collections.abc import Iterator
from datetime import UTC, datetime

from emotion_edge.capture.frame import Frame
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.pipeline.analyzer import FaceAnalyzer, FaceResult
from emotion_edge.pipeline.smoothing import Decision


def utc_now() -> str:
    """Return the time, UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Lines:
    """What is worth a line: changes, a heartbeat, or everything."""

    def __init__(self, *, heartbeat: float, everything: bool) -> None:
        """heartbeat: seconds of a stream after which what is so is said again; 0 is never."""
        self._heartbeat, self._everything = heartbeat, everything
        self._last: dict[int | None, float] = {}

    def reset(self) -> None:
        """Begin anew, as the watcher does after a time without frames."""
        self._last.clear()

    def of(
        self, frame: Frame, sightings: list[FaceResult], watcher: FaceAnalyzer
    ) -> Iterator[dict[str, object]]:
        """Yield the lines for a frame in which the watcher has seen something."""
        for sighting in sightings:
            if event := self._event(frame, sighting):
                yield record(frame, sighting, event=event, watcher=watcher)

    def _event(self, frame: Frame, sighting: FaceResult) -> str | None:
        if frame.seconds is None:
            return "picture"
        if sighting.changed:
            if sighting.said.label == NO_FACE and sighting.face is not None:
                self._last.pop(sighting.face, None)  # its number may be another's next
                self._last[None] = frame.seconds
            else:
                self._last[sighting.face] = frame.seconds
            return "change"
        last = self._last.get(sighting.face)
        if self._heartbeat and last is not None and frame.seconds - last >= self._heartbeat:
            self._last[sighting.face] = frame.seconds
            return "heartbeat"
        return "frame" if self._everything else None


def no_signal(source: str, reason: str) -> dict[str, object]:
    """Return what stdout says where there are no frames: "paused" or "no_camera"."""
    return {
        "time": utc_now(),
        "source": source,
        "frame": None,
        "seconds": None,
        "event": "change",
        "faces": None,
        **of_sighting(FaceResult(Decision(UNKNOWN, reason))),
        "find_ms": None,
        "preprocess_ms": None,
        "inference_ms": None,
    }


def record(
    frame: Frame, sighting: FaceResult, *, event: str, watcher: FaceAnalyzer
) -> dict[str, object]:
    """Return what stdout says of a sighting in a frame; times are in milliseconds."""
    result = sighting.result
    return {
        "time": utc_now(),
        "source": frame.source,
        "frame": frame.index,
        "seconds": None if frame.seconds is None else round(frame.seconds, 3),
        "event": event,
        "faces": watcher.faces,
        **of_sighting(sighting),
        "find_ms": round(watcher.detect_ms, 2),
        "preprocess_ms": result and round(result.preprocess_ms, 2),
        "inference_ms": result and round(result.inference_ms, 2),
    }


def of_sighting(sighting: FaceResult) -> dict[str, object]:
    """Return what is said of a face; scores have 4 decimals, the box is in whole pixels."""
    result, box = sighting.result, sighting.box
    scores = None
    if result and sighting.scores is not None:
        scores = dict(zip(result.scores, sighting.scores.round(4).tolist(), strict=True))
    return {
        "face": sighting.face,
        "box": box and [round(box.x), round(box.y), round(box.side), round(box.side)],
        "label": sighting.said.label,
        "reason": sighting.said.reason,
        "score": scores and scores.get(sighting.said.label, max(scores.values())),
        "scores": scores,
        "raw": result and result.label,
    }
