"""Settings of the layers below, made from parsed options."""

import logging
from argparse import Namespace
from collections.abc import Sequence

from emotion_edge.capture.camera import CameraSettings
from emotion_edge.capture.source import SourceSettings, split_name
from emotion_edge.cli.network_camera import check_network_camera
from emotion_edge.cli.options.web import web_settings
from emotion_edge.commands.settings import RunSettings
from emotion_edge.commands.show_config import COMMAND_LINE
from emotion_edge.errors import UserError, mask
from emotion_edge.faces.detector import DetectorSettings
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.output.mqtt.address.broker import Broker, parse_address
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.settings import OutputSettings
from emotion_edge.pipeline.factory import AnalyzerSettings
from emotion_edge.pipeline.smoothing import SmoothingSettings
from emotion_edge.system.paths import runtime_directory

log = logging.getLogger(__name__)


def run_settings(args: Namespace) -> RunSettings:
    """Return the settings of the daemon; raises UserError if options contradict each other."""
    return RunSettings(
        sources=_all_sources(args),
        analyzer=analyzer_settings(args, heartbeat=args.heartbeat, frame_interval=args.every),
        output=output_settings(args),
        indicator=args.indicator,
        frames=args.frames,
        verbose=args.verbose,
        run_dir=args.run_dir or runtime_directory(),
    )


def _all_sources(args: Namespace) -> tuple[SourceSettings, ...]:
    sources = tuple(_source(args, text, every=args.every) for text in args.source or ())
    if len(sources) > 1:
        _check_several(sources)
    return sources


def _check_several(sources: Sequence[SourceSettings]) -> None:
    """Raise UserError unless all are cameras with names of their own."""
    names = [source.given_name for source in sources]
    for source in sources:
        if not source.source:
            raise UserError("--source is empty")
        if not source.live:
            raise UserError(
                f"--source {source.name}: several sources must be cameras",
                "start a program for each file; stdin is a camera with --live",
            )
        if not source.given_name:
            example = f"--source door={source.source}"
            raise UserError(
                f"--source {source.name}: one of several needs a name", f"such as {mask(example)}"
            )
        if names.count(source.given_name) > 1:
            raise UserError(f"--source {source.given_name}=…: two sources have this name")


def source_settings(args: Namespace, *, every: float) -> SourceSettings:
    """Return the settings of the only --source; raises UserError if options contradict."""
    return _source(args, args.source, every=every)


def _source(args: Namespace, text: str, *, every: float) -> SourceSettings:
    name, source = split_name(text)
    if name and not source:
        example = f"such as --source {name}=picamera2"
        raise UserError(f"--source {name}=: the source is empty", example)
    if args.stall * args.fps < 2:
        raise UserError(f"--stall {args.stall:g}: no time for two frames at --fps {args.fps:g}")
    check_network_camera(args, source)
    camera = CameraSettings(
        number=args.camera,
        resolution=args.resolution,
        fps=args.fps,
        stream=args.stream,
        rotate=args.rotate,
        hflip=args.hflip,
        vflip=args.vflip,
        stall=args.stall,
        password_file=args.source_password_file,
        ca_file=args.source_ca_file,
    )
    return SourceSettings(
        source=source,
        given_name=name,
        size=args.size,
        stdin_live=args.live,
        every=every,
        max_megapixels=args.max_megapixels,
        camera=camera,
    )


def analyzer_settings(
    args: Namespace, *, heartbeat: float = 0.0, frame_interval: float = 0.0
) -> AnalyzerSettings:
    """Return the settings of the analyzer; a command without some of the options uses defaults."""
    return AnalyzerSettings(
        model=args.model,
        models=args.models,
        taught=getattr(args, "taught", None),
        prior=getattr(args, "prior", AnalyzerSettings.prior),
        runtime=runtime_settings(args),
        faces=args.faces,
        detector=detector_settings(args),
        search_every=args.find_every,
        smoothing=_smoothing_settings(args) if hasattr(args, "dwell") else SmoothingSettings(),
        heartbeat=heartbeat,
        frame_interval=frame_interval,
    )


def runtime_settings(args: Namespace) -> RuntimeSettings:
    """Return the settings of --runtime and --threads."""
    return RuntimeSettings(runtime=args.runtime, threads=args.threads)


def detector_settings(args: Namespace) -> DetectorSettings:
    """Return the settings of the face detector."""
    return DetectorSettings(threshold=args.face_threshold, min_face=args.min_face)


def _smoothing_settings(args: Namespace) -> SmoothingSettings:
    return SmoothingSettings(
        window=args.window,
        enter=args.enter,
        leave=args.leave,
        margin=args.margin,
        dwell=args.dwell,
    )


def output_settings(args: Namespace) -> OutputSettings:
    """Return the settings of the outputs; each destination of --to counts once.

    Raises UserError if --password-file is for nobody.
    """
    destinations = args.to or ["-"]
    brokers = tuple(dict.fromkeys(parse_address(text) for text in destinations if text != "-"))
    _check_password_has_user(args, brokers)
    return OutputSettings(
        stdout="-" in destinations,
        brokers=brokers,
        mqtt=_mqtt_settings(args),
        every_frame=args.all,
        aggregate=args.aggregate,
        metrics=args.metrics,
        web=web_settings(args),
        draw=args.draw,
        history=args.history,
        history_days=args.history_days,
    )


def _check_password_has_user(args: Namespace, brokers: Sequence[Broker]) -> None:
    """Raise UserError; only warn if the command line's --to stands in for the file's."""
    if args.password_file is None or any(broker.user is not None for broker in brokers):
        return
    problem = "--password-file: no address in --to has a user; write mqtts://USER@host/prefix"
    typed = {entry.key for entry in getattr(args, "entries", ()) if entry.where == COMMAND_LINE}
    if "to" not in typed or "password-file" in typed:
        raise UserError(problem)
    log.warning("%s", problem)


def _mqtt_settings(args: Namespace) -> MqttSettings:
    return MqttSettings(
        password_file=args.password_file,
        ca_file=args.ca_file,
        client_cert=args.client_cert,
        client_key=args.client_key,
        keepalive=args.keepalive,
        discovery=args.discovery,
    )
