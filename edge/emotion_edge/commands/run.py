"""Find the faces in pictures or in a stream and label them: one JSON object a line on stdout.

  emotion-edge run --source photo.jpg
  emotion-edge run --source 'photos/*.jpg' --draw sheet.jpg
  emotion-edge run --source picamera2
  emotion-edge run --source clip.mp4
  emotion-edge run --source picamera2 --model mine.tflite
  ffmpeg -i clip.mp4 -f rawvideo -pix_fmt rgb24 -s 640x480 - |
    emotion-edge run --source - --size 640x480
  emotion-edge run --source rtsp://USER@camera/stream --source-password-file password.txt
  emotion-edge run --source door=picamera2 --source desk=v4l2:/dev/video0

Pictures (a file, a folder, a glob) are labelled one by one: a line for each face, with the label
that has the highest score, or one line with the label no_face. In a stream (a camera, a video,
stdin) faces are followed and their labels are smoothed. A line is printed when a label changes, and
as a heartbeat. The label is "unknown", with a reason, if it would be a guess, and no_face when the
face has left. docs/output.md explains every key. Exit codes: 0 done, 1 failure at run time (some
pictures unreadable), 2 bad input or options.

Every option can also be set in a TOML file, without its dashes: face-threshold = 0.7, all = true.
The command line overrides the file.
"""

import logging
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from threading import Event

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.merged import Numbered
from emotion_edge.commands.feed import Feed, make_feeds, open_frames, open_sinks
from emotion_edge.commands.settings import RunSettings
from emotion_edge.errors import RunError, UserError
from emotion_edge.installed.exercise import Exercise
from emotion_edge.installed.status import StatusFile
from emotion_edge.model.model_file import Model
from emotion_edge.model.self_test import run_self_test
from emotion_edge.output.factory import check_output
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.factory import AnalyzerSettings, remake_classifier
from emotion_edge.system.privacy_notice import show_notice
from emotion_edge.system.signals import reload_on_hangup, stop_on_signals
from emotion_edge.system.systemd import notify, notify_ready
from emotion_edge.util.child_process import StoppedError

log = logging.getLogger(__name__)


def run(settings: RunSettings) -> None:
    """Label the frames of the sources until they end, or until SIGINT or SIGTERM.

    SIGHUP loads the model again, and the page's certificate. Raises UserError if a setting cannot
    be used.
    """
    if not settings.sources:
        raise UserError("give --source")
    check_output(settings.output, several=len(settings.sources) > 1)
    stop, reload = Event(), Event()
    stop_on_signals(stop)
    reload_on_hangup(reload)
    chosen = settings.analyzer.paths[0]
    try:
        feeds = make_feeds(settings, stop)
    except StoppedError:
        return
    _warn_if_self_test_fails(settings.analyzer, feeds[0])
    with ExitStack() as stack:
        frames = open_frames(feeds, settings.indicator, stack, stop)
        if stop.is_set():
            return
        show_notice()
        # Sinks close first: MQTT's "offline" must not wait for a camera that does not close.
        stack.enter_context(closing(frames))
        sinks = open_sinks(feeds, settings, stack, stop)
        status = _open_status(settings, feeds)
        if settings.analyzer.paths[0] != chosen:  # it was installed before anybody could be told
            reload.set()
        notify_ready(settings.sources[0].every)
        _process_frames(frames, settings, feeds, sinks, status, reload, stop)


def _open_status(settings: RunSettings, feeds: Sequence[Feed]) -> StatusFile:
    """Say what the daemon does, from now on."""
    status = StatusFile(
        settings.run_dir,
        [feed.stats for feed in feeds],
        feeds[0].analyzer.classifier.model.sha256,
        own_model=settings.analyzer.model is not None,
        every=settings.sources[0].every,
    )
    status.write()
    return status


def _process_frames(
    frames: Numbered,
    settings: RunSettings,
    feeds: Sequence[Feed],
    sinks: Sequence[Sequence[Sink]],
    status: StatusFile,
    reload: Event,
    stop: Event,
) -> None:
    exercise = Exercise(None if settings.analyzer.model else settings.analyzer.models)
    for number, frame in frames:
        if reload.is_set():
            reload.clear()
            each_sink = [each for some in sinks for each in some]
            _reload(settings.analyzer, feeds, each_sink, status, stop)
            exercise.begin()
        feeds[number].process(frame, sinks[number])
        if isinstance(frame, Frame):
            exercise.look(feeds[number].analyzer.classifier, frame)
        status.write()
        # Only frames reset the watchdog, so systemd restarts a daemon that gets none.
        watchdog = () if isinstance(frame, CameraLost) else ("WATCHDOG=1",)
        notify(*watchdog, f"STATUS={', '.join(feed.summary for feed in feeds)}")
        if settings.frames and sum(feed.stats.frames for feed in feeds) >= settings.frames:
            break
        del frame  # a large picture must not be held while the next is decoded


def _reload(
    settings: AnalyzerSettings,
    feeds: Sequence[Feed],
    sinks: Iterable[Sink],
    status: StatusFile,
    stop: Event,
) -> None:
    """Load the model again, and let each sink read its files again, whatever fails."""
    sinks = list(dict.fromkeys(sinks))
    if model := _reload_model(settings, feeds, status, stop):
        status.loaded(model.sha256)
        for sink in sinks:
            sink.begin(feeds[0].analyzer.labels)
        log.info("%s: loaded again", model.path)
    for sink in sinks:
        sink.reload()


def _reload_model(
    settings: AnalyzerSettings, feeds: Sequence[Feed], status: StatusFile, stop: Event
) -> Model | None:
    """Return the model that was loaded; None if its file cannot be used, and the present stays."""
    try:
        classifier = remake_classifier(settings, stop)
        for feed in feeds:
            feed.analyzer.set_classifier(classifier)
    except (UserError, RunError, OSError) as error:
        log.error("keeping the present model: %s", error)
        status.refused(str(error))
        return None
    return classifier.model


def _warn_if_self_test_fails(settings: AnalyzerSettings, feed: Feed) -> None:
    """Only warn: there is no other model to keep, and slightly wrong labels beat none."""
    try:
        run_self_test(feed.analyzer.classifier)
    except UserError as error:
        log.warning("%s", error)
