"""The command line of `emotion-edge`: a parser for each command."""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

from emotion_edge import __version__
from emotion_edge.cli import usage
from emotion_edge.cli.argument_types import count, describe, seconds
from emotion_edge.cli.options import (
    add_common,
    add_faces,
    add_finder,
    add_model,
    add_run_options,
    add_source,
    add_steady,
)
from emotion_edge.model.model_file import SHIPPED

Lines = Callable[[argparse.Namespace], Iterator[str]]


def make_parser(text: str) -> argparse.ArgumentParser:
    """Return a parser, described by `text`.

    What it parses has `lines`: the function that takes it and returns the lines for stdout. The
    commands that have all options of `run` must be given to `config_file.configure` first,
    which raises UserError where one of the options named in `needs` has no value.
    """
    parser = describe(argparse.ArgumentParser(prog="emotion-edge"), text)
    parser.add_argument("--version", action="version", version=f"emotion-edge {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    # No abbreviations: --password must not be taken for --password-file.
    add = partial(commands.add_parser, allow_abbrev=False)
    _add_run(describe(add("run", help="label pictures"), usage.RUN))
    _add_config(describe(add("config", help="show the settings"), usage.CONFIG))
    _add_doctor(describe(add("doctor", help="find what is wrong"), usage.DOCTOR))
    _add_forget(describe(add("forget", help="leave the brokers"), usage.FORGET))
    _add_info(describe(add("info", help="describe a model file"), usage.INFO))
    _add_replay(describe(add("replay", help="measure steadiness"), usage.REPLAY))
    _add_collect(describe(add("collect", help="gather pictures"), usage.COLLECT))
    _add_compare(describe(add("compare", help="show where two models differ"), usage.COMPARE))
    _add_bench(describe(add("bench", help="measure this machine"), usage.BENCH))
    _add_install_service(describe(add("install-service", help="run by systemd"), usage.SERVICE))
    return parser


def _lines(command: str, module: str) -> Lines:
    """Return the command's function, of which the module is imported when it is called.

    So the daemon need not start with, and keep in memory, what only other commands need.
    """

    def lines(args: argparse.Namespace) -> Iterator[str]:
        function: Lines = getattr(import_module(f"emotion_edge.{module}"), command)
        return function(args)

    return lines


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=_lines("run", "commands.run"), needs=("source",))
    add_run_options(parser)


def _add_forget(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=_lines("forget", "commands.mqtt_cleanup"), needs=())
    add_run_options(parser)


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=_lines("config", "cli.config_file"), needs=())
    add_run_options(parser)


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=_lines("doctor", "commands.doctor.command"), needs=())
    parser.add_argument("--json", action="store_true", help="print one JSON array instead")
    add_run_options(parser)


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=_lines("replay", "commands.evaluate_recording"))
    parser.add_argument("recording", type=Path, metavar="DIR", help="frames and times.csv")
    parser.add_argument("--truth", type=Path, help="(default: DIR/truth.csv)")
    add_model(parser)
    add_faces(parser)
    add_steady(parser)
    add_common(parser)


def _add_collect(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=_lines("collect", "commands.collect"))
    add = parser.add_argument
    add("--label", required=True, help="the expression that the faces show")
    add("--count", type=count, default=100, help="how many pictures (default: %(default)s)")
    add("--to", type=Path, default=Path("data"), help="the data set (default: %(default)s)")
    add(
        "--split",
        choices=("train", "validation", "test"),
        default="train",
        help="the part of it that they are for (default: %(default)s)",
    )
    add_source(parser, required=True)
    add(
        "--every",
        type=seconds,
        default=0.5,
        metavar="SECONDS",
        help="least seconds of a stream from one picture to the next (default: %(default)s)",
    )
    add_finder(parser)
    add_common(parser)


def _add_info(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=_lines("info", "commands.info"))
    parser.add_argument(
        "model",
        type=Path,
        nargs="?",
        default=SHIPPED,
        help="a .tflite that convert wrote (default: the one that `run` uses)",
    )
    add_common(parser)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=_lines("compare", "commands.compare"))
    parser.add_argument("models", type=Path, nargs=2, metavar="MODEL", help="A, then B")
    parser.add_argument(
        "--images", type=Path, required=True, metavar="DIR", help="a folder of pictures"
    )
    add_common(parser)


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=_lines("bench", "commands.benchmark"))
    add_model(parser)
    add_faces(parser)
    parser.add_argument(
        "--frames", type=count, default=200, metavar="N", help="rounds (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all of it there, too")
    add_common(parser)


def _add_install_service(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=_lines("install_service", "commands.install_service"), verbose=False)
    parser.add_argument("--print", action="store_true", help="show the unit, install nothing")
