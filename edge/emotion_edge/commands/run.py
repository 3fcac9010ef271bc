"""The loop: frames in, JSON objects out, a line each, and to the brokers."""

import logging
import signal
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from threading import Event
from typing import Any

from emotion_edge.capture.frame import CameraLost
from emotion_edge.capture.source import open_source
from emotion_edge.cli.camera_options import camera_settings
from emotion_edge.errors import RunError, UserError
from emotion_edge.model.self_test import run_self_test
from emotion_edge.output.mqtt.address import destinations
from emotion_edge.output.prometheus import metrics
from emotion_edge.output.reporter import Report
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.factory import make_analyzer
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.system.privacy_notice import show_notice
from emotion_edge.system.signals import stop_on_signals
from emotion_edge.system.systemd import notify

log = logging.getLogger("emotion-edge")


def run(args: Namespace) -> Iterator[str]:
    """Yield JSON lines for the frames of `args.source`, until it ends, SIGINT or SIGTERM.

    On SIGHUP the model is read anew. Raises UserError for a model or a source that cannot be used.
    """
    if sys.stdout is None and "-" in destinations(args):
        raise UserError("stdout is closed, and --to does not name another place")
    if args.draw and args.aggregate:
        raise UserError("--draw shows who was there, which --aggregate is not to tell")
    stop, reload = Event(), Event()
    stop_on_signals(stop)
    signal.signal(signal.SIGHUP, lambda *_: reload.set())
    watcher, status = make_analyzer(args), PipelineStats()
    _warn_unless_proven(args, watcher)
    settings = camera_settings(args)
    frames = open_source(
        args.source, size=args.size, every=args.every, stop=stop, settings=settings
    )
    show_notice()
    # The report is left first: "offline" must not wait for a camera that does not close.
    with (
        closing(frames),
        metrics(args, status) as observe,
        _drawing(args) as sheet,
        Report(args, status, watcher.labels) as report,
    ):
        notify("READY=1")
        for frame in frames:
            if reload.is_set():
                reload.clear()
                if new := _reload(args):
                    watcher = new
                    report.begin(watcher.labels)
            if isinstance(frame, CameraLost):
                status.lost(frame.reason)
                notify(f"STATUS={status.words}")
                watcher.reset()
                yield from report.no_signal(frame.source, "no_camera")
                continue
            if status.paused:
                status.received(frame)
                status.faces = None
                watcher.reset()
                yield from report.no_signal(frame.source, "paused")
            else:
                sightings = watcher.process(frame)
                status.processed(frame, None if args.aggregate else watcher.faces)
                observe(sightings, watcher.detect_ms)
                if sheet:
                    sheet.add(frame, sightings)
                yield from report.frame(frame, sightings, watcher)
            # Only here: a loop that goes round without frames is not alive.
            notify(f"WATCHDOG=1\nSTATUS={status.words}")
            if status.frames == args.frames:
                break


def _drawing(args: Namespace) -> AbstractContextManager[Any]:
    if args.draw is None:
        return nullcontext()
    # Only here: FreeType's megabyte and a half are not for a daemon.
    from emotion_edge.output.contact_sheet import drawing  # noqa: PLC0415

    return drawing(args.draw, args.source)


def _reload(args: Namespace) -> FaceAnalyzer | None:
    """Return a watcher with the model as it is on disk now, None if that is no good."""
    try:
        watcher = make_analyzer(args)
        run_self_test(args.model, watcher.classifier)
    except (UserError, RunError, OSError) as error:
        log.error("the model stays the one it was: %s", error)
        return None
    log.info("%s: read anew", args.model)
    return watcher


def _warn_unless_proven(args: Namespace, watcher: FaceAnalyzer) -> None:
    """At the start there is no other model to stay with, and labels a little off beat none."""
    try:
        run_self_test(args.model, watcher.classifier)
    except UserError as error:
        log.warning("%s", error)
