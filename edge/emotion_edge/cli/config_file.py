"""Merge the options of `run` from the command line, a TOML file and the defaults."""

import argparse
import tomllib
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from emotion_edge.cli.config_advice import about_table, nearest, shorten
from emotion_edge.cli.options.shared import add_run_options
from emotion_edge.commands.show_config import COMMAND_LINE, Entry, toml_text
from emotion_edge.errors import UserError
from emotion_edge.system.paths import SYSTEM_FILE
from emotion_edge.util.regular_file import read_regular_file

MAX_BYTES = 256 * 1024
MAX_DOTS = 200  # in a line: tomllib takes minutes for a.a.a… of thousands
MAX_WHOLE = 2**63 - 1  # TOML's own limit, which hexadecimal numbers pass
_EXAMPLES = {"source": "such as picamera2, v4l2:/dev/video0, a video or a folder of pictures"}
# The TOML types of a value, by the return annotation of the option's `type`.
_KINDS: Mapping[object, tuple[tuple[type, ...], str]] = {
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
}


class _Given(NamedTuple):
    """An option that is not at its default.

    value: what the program uses. raw: TOML's value or the command line's text. where: its origin.
    """

    value: object
    raw: object
    where: str


def merge_config(args: Namespace, argv: Sequence[str]) -> Namespace:
    """Return `args` with the file's values for options that the command line does not give.

    args: `argv`, parsed by a parser with `add_run_options`. The result also has `entries`: all
    settings for `emotion-edge config`. Raises UserError for a file, key or value that cannot be
    used, and if an option named in `args.needs` has no value.
    """
    path: Path = args.config or SYSTEM_FILE
    parser = _parser()
    options = _options(parser)
    given = {}
    for key, value in _read(path, required=args.config is not None).items():
        converted = _convert(parser, options, path, key, value)
        given[options[key].dest] = _Given(converted, value, str(path))
    for name, text in _command_line_texts(parser, argv).items():
        given[name] = _Given(getattr(args, name), text, COMMAND_LINE)
    merged = Namespace(**{**vars(args), **{name: each.value for name, each in given.items()}})
    for name in args.needs:
        if getattr(merged, name) is None:
            raise UserError(f'give --{name}, or write {name} = "..." in {path}', _EXAMPLES[name])
    merged.entries = [_entry(key, action, given, merged) for key, action in options.items()]
    return merged


def _entry(key: str, action: Action, given: Mapping[str, _Given], merged: Namespace) -> Entry:
    value = getattr(merged, action.dest)
    origin = given.get(action.dest, _Given(value, value, "default"))
    # Numbers are shown as they are used, everything else as it was written.
    shown = value if value is None or isinstance(value, int | float) else origin.raw
    if isinstance(shown, list) and len(shown) == 1:
        shown = shown[0]
    return Entry(key, shown, str(action.metavar or action.dest.upper()), origin.where)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(add_help=False, exit_on_error=False)
    add_run_options(parser)
    return parser


def _options(parser: ArgumentParser) -> dict[str, Action]:
    """Return the options by their keys in the file."""
    # argparse has no public way to list a parser's options.
    actions = {action.option_strings[0].lstrip("-"): action for action in parser._actions}
    del actions["config"]
    return actions


def _command_line_texts(parser: ArgumentParser, argv: Sequence[str]) -> dict[str, object]:
    """Return the texts of the options on the command line, by their names in the namespace.

    The parser loses its types and defaults, so this must be its last use.
    """
    for action in parser._actions:
        action.type = action.choices = None
        action.default = argparse.SUPPRESS
    texts = vars(parser.parse_known_args(argv)[0])
    texts.pop("config", None)
    return texts


def _read(path: Path, *, required: bool) -> dict[str, object]:
    try:
        text = read_regular_file(path, MAX_BYTES).decode("utf-8-sig")
        if any(line.count(".") > MAX_DOTS for line in text.splitlines()):
            raise RecursionError
        return tomllib.loads(text)
    except FileNotFoundError as error:
        if not required:
            return {}
        raise UserError(f"{path}: cannot read it: {error.strerror}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot read it: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not a TOML file: not in UTF-8", "save it in UTF-8") from None
    except ValueError as error:  # not TOML, a number of thousands of digits
        raise UserError(f"{path}: not a TOML file: {error}") from None
    except RecursionError:
        raise UserError(f"{path}: not a file of settings: it is nested too deeply") from None


def _convert(
    parser: ArgumentParser, options: Mapping[str, Action], path: Path, key: str, value: object
) -> object:
    """Return an option's value from TOML's; raises UserError."""
    if tables := [each for each in _items(value) if isinstance(each, dict)]:
        raise UserError(f"{path}: {about_table(options, key, tables[0])}")
    if key not in options:
        near = nearest(options, key)
        raise UserError(f"{path}: unknown key {shorten(key)!r}; the nearest known one is {near!r}")
    action = options[key]
    try:
        return getattr(parser.parse_args(_words(action, key, value)), action.dest)
    except argparse.ArgumentError as error:
        raise UserError(f"{path}: {key} = {_shown(value)}: {error.message}") from None


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _shown(value: object) -> str:
    try:
        return shorten(toml_text(value))
    except (ValueError, RecursionError):  # a number of thousands of digits
        return "…"


def _words(action: Action, key: str, value: object) -> list[str]:
    """Return the command-line words for a value from TOML; raises ArgumentError."""
    kinds, expected = _kind(action)
    values = _items(value)
    repeated = isinstance(action, argparse._AppendAction)
    if repeated:
        expected = f"{expected}, or a list of such"
    right = repeated or not isinstance(value, list)
    if not right or not values or any(type(value) not in kinds for value in values):
        raise argparse.ArgumentError(action, f"expected {expected}")
    if any(isinstance(value, int) and abs(value) > MAX_WHOLE for value in values):
        raise argparse.ArgumentError(action, "the number is too large")
    if any("\0" in str(value) for value in values):
        raise argparse.ArgumentError(action, "there is a NUL in it")
    if action.nargs == 0:
        return [f"--{key}" if value else f"--no-{key}"]
    return [f"--{key}={value}" for value in values]


def _kind(action: Action) -> tuple[tuple[type, ...], str]:
    """Return the TOML types that an option's value may have, and their name."""
    if action.nargs == 0:
        return (bool,), "true or false"
    kind = getattr(action.type, "__annotations__", {}).get("return", action.type)
    return _KINDS.get(kind, ((str,), "text in quotes"))
