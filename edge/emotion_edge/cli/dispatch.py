"""Run a command: make its settings from the parsed options, then call it.

Each command's module is imported when the command runs, so the daemon does not load the others.
"""

from argparse import Namespace
from collections.abc import Generator

from emotion_edge.capture.source import PICAMERA
from emotion_edge.cli.models import install_settings, model_path
from emotion_edge.cli.options.camera import default_source
from emotion_edge.cli.options.web import web_settings
from emotion_edge.cli.settings import (
    analyzer_settings,
    detector_settings,
    run_settings,
    runtime_settings,
    source_settings,
)
from emotion_edge.errors import UserError

Lines = Generator[str, None, None]


def run(args: Namespace) -> None:
    """Run `emotion-edge run`, which writes to stdout itself."""
    from emotion_edge.commands.run import run

    run(run_settings(args))


def show_config(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge config`."""
    from emotion_edge.commands.show_config import show_config

    return show_config(args.entries, args.password_file)


def doctor(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge doctor`."""
    from emotion_edge.commands.doctor.command import doctor

    return doctor(run_settings(args), as_json=args.json)


def history(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge history`."""
    from emotion_edge.commands.history import HistorySettings, history

    settings = HistorySettings(
        file=args.file, format=args.format, start=args.start, end=args.end, unit=args.by
    )
    return history(settings)


def forget(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge forget`."""
    from emotion_edge.commands.mqtt_cleanup import forget

    settings = run_settings(args)
    names = [source.given_name for source in settings.sources] or [""]
    brokers = [each for name in names for each in settings.output.of_source(name).brokers]
    return forget(brokers, settings.output.mqtt)


def info(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge info`."""
    from emotion_edge.commands.models.info import info

    return info(args.model, args.models, runtime_settings(args))


def replay(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge replay`."""
    from emotion_edge.commands.evaluate_recording import evaluate_recording

    return evaluate_recording(args.recording, args.truth, analyzer_settings(args))


def collect(args: Namespace) -> None:
    """Run `emotion-edge collect`, which writes to stdout itself."""
    from emotion_edge.commands.collect import CollectSettings, collect

    settings = CollectSettings(
        label=args.label,
        count=args.count,
        data=args.to,
        split=args.split,
        every=args.every,
        # `every` counts from one picture to the next, so the source gives every frame.
        source=source_settings(args, every=0.0),
        detector=detector_settings(args),
        runtime=runtime_settings(args),
    )
    collect(settings)


def teach(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge teach`."""
    from emotion_edge.commands.teach.command import TeachSettings, teach
    from emotion_edge.commands.teach.forget import forget_taught

    if args.pictures and args.source:
        raise UserError("--from and --source: faces are taught from one of them")
    if args.forget and (args.pictures or args.source):
        raise UserError("--forget teaches nothing: leave out --from and --source")
    if args.web and (args.pictures or args.forget):
        raise UserError("--web shows a lesson in front of a camera: leave out --from and --forget")
    if args.forget:
        return forget_taught(args.to, args.models)
    args.source = args.source or default_source()
    if not (args.source or args.pictures):
        raise UserError(
            "no --source: on a Raspberry Pi it is picamera2",
            "name a webcam, such as v4l2:/dev/video0, or pictures by --from",
        )
    args.source = args.source or PICAMERA  # with --from no source is opened
    settings = TeachSettings(
        taught=args.to,
        pictures=args.pictures,
        source=source_settings(args, every=0.0),
        count=args.count,
        labels=args.label,
        only=args.only,
        model=model_path(args),
        keep_features=args.keep_features,
        web=web_settings(args),
        detector=detector_settings(args),
        runtime=runtime_settings(args),
    )
    return teach(settings)


def compare(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge compare`."""
    from emotion_edge.commands.models.compare import compare

    first, second = args.models
    return compare(first, second, args.images, runtime_settings(args))


def bench(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge bench`."""
    from emotion_edge.commands.benchmark import benchmark

    return benchmark(analyzer_settings(args), rounds=args.frames, json_file=args.json)


def update(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge update`."""
    from emotion_edge.commands.update import UpdateSettings, update

    if (args.enrol is None) != (args.root is None):
        raise UserError("--enrol and --root: a device is enrolled by both together")
    settings = UpdateSettings(
        install=install_settings(args),
        configured=args.model,
        enrol=args.enrol,
        root=args.root,
        check=args.check,
        requested=args.requested,
    )
    return update(settings)


def install_service(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge install-service`."""
    from emotion_edge.commands.service.install import install_service

    return install_service(print_only=args.print, force=args.force)


def install_model(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge install-model`."""
    from emotion_edge.commands.models.install_model import InstallModelSettings, install_model

    settings = InstallModelSettings(
        file=args.file,
        name=args.name,
        rollback=args.rollback,
        configured=args.model,
        install=install_settings(args),
    )
    return install_model(settings)


def notice(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge notice`."""
    from emotion_edge.commands.notice import notice

    return notice(args.to, args.lang, purpose=args.purpose, contact=args.contact)
