"""The loop: frames in, JSON objects out, a line each."""

import json
import logging
import signal
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from threading import Event

from edge.classifier import Classifier
from edge.contract import NO_FACE
from edge.face_model import NoFaceModelError
from edge.faces import FaceFinder
from edge.frame import Frame
from edge.sources import open_source
from edge.steady import Rules
from edge.watch import Sighting, Watcher

log = logging.getLogger("emotion-edge")


def run(args: Namespace) -> Iterator[str]:
    """Yield JSON lines for the frames of `args.source`, until it ends, SIGINT or SIGTERM.

    Raises UserError for a model or a source that cannot be used.
    """
    stop = Event()
    stop_on_signals(stop)
    watcher = make_watcher(args)
    frames = open_source(args.source, size=args.size, every=args.every, stop=stop)
    lines = Lines(watcher, heartbeat=args.heartbeat, everything=args.all)
    for frame in islice((frame for frame in frames if isinstance(frame, Frame)), args.frames):
        for line in lines.of(frame):
            yield json.dumps(line, ensure_ascii=False)


def stop_on_signals(stop: Event) -> None:
    """Set the event on SIGINT and SIGTERM from now on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())


def make_watcher(args: Namespace) -> Watcher:
    """Return what the options of the command line ask for; raises UserError."""
    rules = Rules(
        window=args.window,
        enter=args.enter,
        leave=args.leave,
        margin=args.margin,
        dwell=args.dwell,
    )
    classifier = Classifier(args.model, runtime=args.runtime, threads=args.threads)
    log.debug("%s on %s, %d thread(s)", args.model, classifier.runtime, args.threads)
    return Watcher(classifier, _choose_finder(args), rules=rules, find_every=args.find_every)


def _choose_finder(args: Namespace) -> FaceFinder | None:
    """Return the finder that `args.faces` asks for; None takes the whole frame for a face."""
    if args.faces == "off":
        return None
    try:
        return make_finder(args)
    except NoFaceModelError as error:
        if args.faces == "on":
            raise
        log.warning("taking the whole frame for a face: %s", error)
        return None


def make_finder(args: Namespace) -> FaceFinder:
    """Return a face finder with the options of the command line; raises UserError."""
    return FaceFinder(
        args.face_model,
        threshold=args.face_threshold,
        min_face=args.min_face,
        runtime=args.runtime,
        threads=args.threads,
    )


class Lines:
    """What is worth a line: changes, a heartbeat, or everything."""

    def __init__(self, watcher: Watcher, *, heartbeat: float, everything: bool) -> None:
        """heartbeat: seconds of a stream after which what is so is said again; 0 is never."""
        self._watcher, self._heartbeat, self._everything = watcher, heartbeat, everything
        self._last: dict[int | None, float] = {}

    def of(self, frame: Frame) -> Iterator[dict[str, object]]:
        """Yield the lines for a frame."""
        for sighting in self._watcher.look(frame):
            if event := self._event(frame, sighting):
                yield record(frame, sighting, event=event, watcher=self._watcher)

    def _event(self, frame: Frame, sighting: Sighting) -> str | None:
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


def record(frame: Frame, sighting: Sighting, *, event: str, watcher: Watcher) -> dict[str, object]:
    """Return what stdout says of a sighting; scores have 4 decimals, times are in milliseconds."""
    result, box = sighting.result, sighting.box
    scores = None
    if result and sighting.scores is not None:
        scores = dict(zip(result.scores, sighting.scores.round(4).tolist(), strict=True))
    return {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "source": frame.source,
        "frame": frame.index,
        "seconds": None if frame.seconds is None else round(frame.seconds, 3),
        "event": event,
        "faces": watcher.faces,
        "face": sighting.face,
        "box": box and [round(box.x), round(box.y), round(box.side), round(box.side)],
        "label": sighting.said.label,
        "reason": sighting.said.reason,
        "score": scores and scores.get(sighting.said.label, max(scores.values())),
        "scores": scores,
        "raw": result and result.label,
        "find_ms": round(watcher.find_ms, 2),
        "preprocess_ms": result and round(result.preprocess_ms, 2),
        "inference_ms": result and round(result.inference_ms, 2),
    }
