"""Run a command: make its settings from the parsed options, then call it.

Each command's module is imported when the command runs, so the daemon does not load the others.
"""

from argparse import Namespace
from collections.abc import Generator

from emotion_edge.cli.settings import (
    analyzer_settings,
    detector_settings,
    run_settings,
    runtime_settings,
    source_settings,
)

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


def forget(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge forget`."""
    from emotion_edge.commands.mqtt_cleanup import forget

    settings = run_settings(args)
    return forget(settings.output.brokers, settings.output.mqtt)


def info(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge info`."""
    from emotion_edge.commands.info import info

    return info(args.model, runtime_settings(args))


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


def compare(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge compare`."""
    from emotion_edge.commands.compare import compare

    first, second = args.models
    return compare(first, second, args.images, runtime_settings(args))


def bench(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge bench`."""
    from emotion_edge.commands.benchmark import benchmark

    return benchmark(analyzer_settings(args), rounds=args.frames, json_file=args.json)


def install_service(args: Namespace) -> Lines:
    """Return the lines of `emotion-edge install-service`."""
    from emotion_edge.commands.install_service import install_service

    return install_service(print_only=args.print, force=args.force)
