"""Find the faces in pictures or in a stream and label them: one JSON object a line on stdout.

  emotion-edge run --source photo.jpg
  emotion-edge run --source 'photos/*.jpg' --draw sheet.jpg
  emotion-edge run --source picamera2
  emotion-edge run --source clip.mp4
  emotion-edge run --source picamera2 --model mine.tflite
  ffmpeg -i clip.mp4 -f rawvideo -pix_fmt rgb24 -s 640x480 - |
    emotion-edge run --source - --size 640x480
  emotion-edge run --source rtsp://USER@camera/stream --source-password-file password.txt

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
from emotion_edge.capture.frame_rate import Frames
from emotion_edge.commands.settings import RunSettings
from emotion_edge.errors import RunError, UserError
from emotion_edge.model.self_test import run_self_test
from emotion_edge.output.factory import check_output, make_sinks
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.aggregate import LabelCounter
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.factory import AnalyzerSettings, make_analyzer, remake_classifier
from emotion_edge.pipeline.results import FrameResult, NoSignal
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.system.privacy_notice import show_notice
from emotion_edge.system.signals import reload_on_hangup, stop_on_signals
from emotion_edge.system.systemd import notify, notify_ready
from emotion_edge.util.child_process import StoppedError

log = logging.getLogger(__name__)


def run(settings: RunSettings) -> None:
    """Label the frames of the source until it ends, or until SIGINT or SIGTERM.

    SIGHUP loads the model again, and the page's certificate. Raises UserError if a setting cannot
    be used.
    """
    source = settings.source
    if source is None:
        raise UserError("give --source")
    check_output(settings.output)
    stop, reload = Event(), Event()
    stop_on_signals(stop)
    reload_on_hangup(reload)
    try:
        analyzer = make_analyzer(settings.analyzer, stop)
    except StoppedError:
        return
    stats = PipelineStats(
        periodic=settings.output.aggregate is not None,
        watched=False if settings.output.web else None,
    )
    _warn_if_self_test_fails(settings.analyzer, analyzer)
    frames = source.open(stop)
    if stop.is_set():
        return
    show_notice()
    # Sinks close first: MQTT's "offline" must not wait for a camera that does not close.
    with closing(frames), ExitStack() as stack:
        shown = _indicate(frames, settings, stats, stack)
        made = make_sinks(
            settings.output,
            stats,
            analyzer.labels,
            source=source,
            analyzer=settings.analyzer,
            stop=stop,
        )
        sinks = [stack.enter_context(sink) for sink in made]
        notify_ready(source.every)
        _process_frames(shown, settings, analyzer, stats, sinks, reload, stop)


def _indicate(
    frames: Frames, settings: RunSettings, stats: PipelineStats, stack: ExitStack
) -> Frames:
    """Return the frames; with --indicator, they switch the light for the people in view."""
    if settings.indicator is None:
        return frames
    if not settings.source or not settings.source.may_be_camera:
        log.info("%s is left alone: --source is no camera", settings.indicator)
        return frames
    # Imported here because few have a light, and memory is for all.
    from emotion_edge.pipeline.indicator import indicating  # noqa: PLC0415

    return stack.enter_context(indicating(settings.indicator, frames, stats))


def _process_frames(
    frames: Iterable[Frame | CameraLost],
    settings: RunSettings,
    analyzer: FaceAnalyzer,
    stats: PipelineStats,
    sinks: Sequence[Sink],
    reload: Event,
    stop: Event,
) -> None:
    aggregate = settings.output.aggregate
    counter = LabelCounter(aggregate, stats) if aggregate else None
    for frame in frames:
        if reload.is_set():
            reload.clear()
            _reload(settings.analyzer, analyzer, sinks, stop)
        found = _process(frame, analyzer, stats, count_faces=counter is None)
        result = counter.process(found) if counter else found
        for sink in sinks:
            sink.publish(result)
        # Only frames reset the watchdog, so systemd restarts a daemon that gets none.
        watchdog = () if isinstance(frame, CameraLost) else ("WATCHDOG=1",)
        notify(*watchdog, f"STATUS={stats.summary}")
        if stats.frames == settings.frames:
            break
        del frame, found, result  # a large picture must not be held while the next is decoded


def _process(
    frame: Frame | CameraLost, analyzer: FaceAnalyzer, stats: PipelineStats, *, count_faces: bool
) -> FrameResult | NoSignal:
    if isinstance(frame, CameraLost):
        stats.stream_lost(frame.reason)
        return analyzer.no_signal(frame.source, "no_camera")
    result = None if stats.paused else analyzer.process(frame)
    if result is None or stats.paused:  # the pause may have come while the frame was analysed
        stats.received(frame)
        return analyzer.no_signal(frame.source, "paused")
    stats.processed(frame, result.face_count if count_faces else None)
    return result


def _reload(
    settings: AnalyzerSettings, analyzer: FaceAnalyzer, sinks: Iterable[Sink], stop: Event
) -> None:
    """Load the model again, and let each sink read its files again, whatever fails."""
    if _reload_model(settings, analyzer, stop):
        for sink in sinks:
            sink.begin(analyzer.labels)
        log.info("%s: loaded again", settings.model)
    for sink in sinks:
        sink.reload()


def _reload_model(settings: AnalyzerSettings, analyzer: FaceAnalyzer, stop: Event) -> bool:
    """Return whether the model was loaded; keep the present one if the file cannot be used."""
    try:
        analyzer.set_classifier(
            remake_classifier(
                settings.model,
                settings.runtime,
                stop,
                prior=settings.prior,
                taught=settings.taught,
            )
        )
    except (UserError, RunError, OSError) as error:
        log.error("keeping the present model: %s", error)
        return False
    return True


def _warn_if_self_test_fails(settings: AnalyzerSettings, analyzer: FaceAnalyzer) -> None:
    """Only warn: there is no other model to keep, and slightly wrong labels beat none."""
    try:
        run_self_test(analyzer.classifier)
    except UserError as error:
        log.warning("%s", error)
