"""The loop: frames in, one JSON object a line out."""

import json
import logging
import signal
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from threading import Event

from edge.classifier import Classification, Classifier
from edge.sources import Frame, open_source

log = logging.getLogger("emotion-edge")


def run(args: Namespace) -> Iterator[str]:
    """Yield a JSON line for each frame of `args.source`, until it ends, SIGINT or SIGTERM.

    Raises UserError for a model or a source that cannot be used.
    """
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    classifier = Classifier(args.model, runtime=args.runtime, threads=args.threads)
    log.debug("%s on %s, %d thread(s)", args.model, classifier.runtime, args.threads)
    frames = open_source(args.source, size=args.size, every=args.every, stop=stop)
    for frame in islice(frames, args.frames):
        yield json.dumps(record(frame, classifier.classify(frame.pixels)), ensure_ascii=False)


def record(frame: Frame, result: Classification) -> dict[str, object]:
    """Return what stdout says of one frame; scores have 4 decimals, times are in milliseconds."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "source": frame.source,
        "frame": frame.index,
        "label": result.label,
        "score": round(result.score, 4),
        "scores": {label: round(score, 4) for label, score in result.scores.items()},
        "preprocess_ms": round(result.preprocess_ms, 2),
        "inference_ms": round(result.inference_ms, 2),
    }
