"""The command line of `emotion-edge`: one parser with a subparser for each command."""

import argparse
from collections.abc import Callable
from pathlib import Path

from emotion_edge import __version__
from emotion_edge.cli import dispatch
from emotion_edge.cli.argument_types import count, describe, seconds
from emotion_edge.cli.options.camera import add_source
from emotion_edge.cli.options.history import add_history_options
from emotion_edge.cli.options.install import add_install
from emotion_edge.cli.options.model import (
    add_common,
    add_model,
    add_models,
    add_prior,
    add_taught,
)
from emotion_edge.cli.options.notice import add_notice
from emotion_edge.cli.options.shared import (
    add_detector,
    add_faces,
    add_run_options,
    add_smoothing,
)
from emotion_edge.cli.options.teach import add_teach
from emotion_edge.cli.options.update import add_update
from emotion_edge.cli.parser_classes import CommandParser, ProgramParser
from emotion_edge.commands.service.units import UNIT, UNITS

Parser = argparse.ArgumentParser


def make_parser(description: str) -> Parser:
    """Return the parser. The options that it parses have `command`, a function that takes them.

    Commands with all options of `run` have --config: complete their options by `merge_config`.
    """
    parser = describe(ProgramParser(prog="emotion-edge"), description)
    parser.add_argument("--version", action="version", version=f"emotion-edge {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=CommandParser)
    for name, (command, module, text, add_options) in _COMMANDS.items():
        # No abbreviations: --password must not be taken for --password-file.
        subparser = commands.add_parser(name, help=text, allow_abbrev=False)
        subparser.set_defaults(command=command, module=module)
        add_options(subparser)
    return parser


def _run(parser: Parser) -> None:
    parser.set_defaults(needs=("source",))
    add_run_options(parser)


def _like_run(parser: Parser) -> None:
    parser.set_defaults(needs=())
    add_run_options(parser)


def _for_the_daemon(parser: Parser) -> None:
    """Add the options of `run`, and show those that count: the daemon's settings have all."""
    own = list(parser._actions)  # argparse has no public way to list them
    _like_run(parser)
    for action in parser._actions:
        if action not in own and not _OF_MODELS & set(action.option_strings):
            action.help = argparse.SUPPRESS


def _doctor(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON array instead")
    _like_run(parser)


def _replay(parser: Parser) -> None:
    parser.add_argument("recording", type=Path, metavar="DIR", help="frames and times.csv")
    parser.add_argument("--truth", type=Path, help="(default: DIR/truth.csv)")
    add_model(parser)
    add_taught(parser)
    add_prior(parser)
    add_faces(parser)
    add_smoothing(parser)
    add_common(parser)


def _collect(parser: Parser) -> None:
    add = parser.add_argument
    add("--label", required=True, help="the expression that the faces show")
    add("--count", type=count, default=100, help="number of pictures (default: %(default)s)")
    add("--to", type=Path, default=Path("data"), help="the data set (default: %(default)s)")
    add(
        "--split",
        choices=("train", "validation", "test"),
        default="train",
        help="the part of the data set to add them to (default: %(default)s)",
    )
    add_source(parser, required=True)
    add(
        "--every",
        type=seconds,
        default=0.5,
        metavar="SECONDS",
        help="minimum seconds of a stream between two pictures (default: %(default)s)",
    )
    add_detector(parser)
    add_common(parser)


def _info(parser: Parser) -> None:
    parser.add_argument(
        "model",
        type=Path,
        nargs="?",
        help="a .tflite written by convert (default: the model that `run` uses)",
    )
    add_models(parser)
    add_common(parser)


def _install_model(parser: Parser) -> None:
    add_install(parser)
    _for_the_daemon(parser)


def _compare(parser: Parser) -> None:
    parser.add_argument("models", type=Path, nargs=2, metavar="MODEL", help="A, then B")
    parser.add_argument(
        "--images", type=Path, required=True, metavar="DIR", help="a folder of pictures"
    )
    add_common(parser)


def _bench(parser: Parser) -> None:
    add_model(parser)
    add_faces(parser)
    parser.add_argument(
        "--frames", type=count, default=200, metavar="N", help="rounds (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write the results there")
    add_common(parser)


def _update(parser: Parser) -> None:
    add_update(parser)
    _for_the_daemon(parser)


def _service(parser: Parser) -> None:
    parser.set_defaults(verbose=False)
    parser.add_argument(
        "--print",
        nargs="?",
        choices=UNITS,
        const=UNIT,
        metavar="UNIT",
        help="print a unit, and install nothing (default: %(const)s; others are "
        f"{', '.join(UNITS[1:])})",
    )
    parser.add_argument(
        "--force", action="store_true", help="replace units that somebody has changed or masked"
    )


_OF_MODELS = {"--config", "--models", "--run-dir", "--taught", "--runtime", "--verbose"}
_Command = tuple[Callable[[argparse.Namespace], object], str, str, Callable[[Parser], None]]
# By name: its function, its module in emotion_edge.commands, a summary, and its options.
_COMMANDS: dict[str, _Command] = {
    "run": (dispatch.run, "run", "label pictures or a stream", _run),
    "config": (dispatch.show_config, "show_config", "show the settings", _like_run),
    "doctor": (dispatch.doctor, "doctor.command", "find what is wrong", _doctor),
    "history": (dispatch.history, "history", "show labels over time", add_history_options),
    "forget": (dispatch.forget, "mqtt_cleanup", "remove this device from brokers", _like_run),
    "info": (dispatch.info, "models.info", "describe a model file", _info),
    "replay": (dispatch.replay, "evaluate_recording", "measure label stability", _replay),
    "collect": (dispatch.collect, "collect", "collect training pictures", _collect),
    "teach": (dispatch.teach, "teach.command", "teach the model your face", add_teach),
    "compare": (dispatch.compare, "models.compare", "show where two models differ", _compare),
    "bench": (dispatch.bench, "benchmark", "measure this machine", _bench),
    "update": (dispatch.update, "update", "take models from a repository", _update),
    "install-model": (
        dispatch.install_model,
        "models.install_model",
        "install another model for the daemon",
        _install_model,
    ),
    "notice": (dispatch.notice, "notice", "write a sign for the people in view", add_notice),
    "install-service": (dispatch.install_service, "service.install", "run it at boot", _service),
}
