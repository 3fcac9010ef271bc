"""Settings: every option of `run` from the command line, a TOML file, or its default.

`configure` merges the three; `emotion-edge config` prints what came of it.
"""

import argparse
import difflib
import json
import os
import tomllib
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from emotion_edge.cli.options import add_run_options
from emotion_edge.errors import MASK, UserError, mask
from emotion_edge.output.mqtt.address import PASSWORD_VARIABLE, credential
from emotion_edge.system.paths import SYSTEM_FILE

# What a value must be in TOML, by the return annotation of the option's `type`.
_KINDS: Mapping[object, tuple[tuple[type, ...], str]] = {
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
}


class Written(NamedTuple):
    """Where a setting was written, and as what: TOML's value, or the command line's text."""

    where: str
    value: object


def configure(args: Namespace, argv: Sequence[str]) -> Namespace:
    """Return `args` with the file's values for the options that the command line does not give.

    args: what a parser with `add_run_options` made of `argv`. The result has `written` as well:
    {name in the namespace: Written} of those that are not defaults.
    Raises UserError for a file, a key or a value that cannot be used, naming them, and where
    nobody said what `args.needs`.
    """
    path: Path = args.config or SYSTEM_FILE
    typed = _typed(argv)
    merged = vars(args).copy()
    written = {name: Written("command line", value) for name, value in typed.items()}
    for key, value in _read(path, required=args.config is not None).items():
        name, converted = _convert(path, key, value)
        if name not in typed:
            merged[name], written[name] = converted, Written(str(path), value)
    for name in args.needs:
        if merged[name] is None:
            raise UserError(f'give --{name}, or write {name} = "..." in {path}')
    return Namespace(**merged, written=written)


def config(args: Namespace) -> Iterator[str]:
    """Yield the settings as lines of TOML, commented where there is none, without secrets."""
    for key, action in _options(_parser()).items():
        value, (where, raw) = _setting(args, action)
        if value is None:
            yield f"# {key} = {action.metavar or action.dest.upper()}  # {where}"
        else:
            yield f"{key} = {_toml(raw)}  # {where}"
    if args.password_file is None and (secret := _secret()):
        yield f'# password = "{MASK}"  # {secret}'


def _setting(args: Namespace, action: Action) -> tuple[object, Written]:
    """Return a setting's value and what to print: numbers as they are, all else as written."""
    value = getattr(args, action.dest)
    where, raw = args.written.get(action.dest, Written("default", value))
    return value, Written(where, value if isinstance(value, int | float) else raw)


def _secret() -> str | None:
    """Return where the password comes from, if not from --password-file."""
    if path := credential():
        return str(path)
    return f"environment {PASSWORD_VARIABLE}" if os.environ.get(PASSWORD_VARIABLE) else None


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, int | float):
        return json.dumps(value)
    # TOML's strings are JSON's, but for DEL.
    return json.dumps(mask(str(value)), ensure_ascii=False).replace("\x7f", r"\u007f")


def _parser() -> ArgumentParser:
    parser = ArgumentParser(add_help=False, exit_on_error=False)
    add_run_options(parser)
    return parser


def _options(parser: ArgumentParser) -> dict[str, Action]:
    """Return the options by their keys in the file."""
    # argparse has no public way to ask a parser for its options.
    actions = {action.option_strings[0].lstrip("-"): action for action in parser._actions}
    del actions["config"]
    return actions


def _typed(argv: Sequence[str]) -> dict[str, object]:
    """Return the texts that the command line gives, by the options' names in the namespace."""
    parser = _parser()
    for action in parser._actions:
        action.type = action.choices = None
        action.default = argparse.SUPPRESS
    return vars(parser.parse_known_args(argv)[0])


def _read(path: Path, *, required: bool) -> dict[str, object]:
    if not required and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot read it: {error.strerror}") from None
    except ValueError as error:  # not TOML, not UTF-8
        raise UserError(f"{path}: not a TOML file: {error}") from None


def _convert(path: Path, key: str, value: object) -> tuple[str, object]:
    """Return an option's name in the namespace and its value; raises UserError."""
    parser = _parser()
    options = _options(parser)
    if key not in options:
        (nearest,) = difflib.get_close_matches(key, options, 1, cutoff=0)
        raise UserError(f"{path}: unknown key {key!r}; the nearest known one is {nearest!r}")
    action = options[key]
    try:
        return action.dest, getattr(parser.parse_args(_words(action, key, value)), action.dest)
    except argparse.ArgumentError as error:
        raise UserError(f"{path}: {key} = {_toml(value)}: {error.message}") from None


def _words(action: Action, key: str, value: object) -> list[str]:
    """Return the words of a command line that say what TOML says; raises ArgumentError."""
    kinds, expected = _kind(action)
    values = value if isinstance(value, list) else [value]
    repeated = isinstance(action, argparse._AppendAction)
    if repeated:
        expected = f"a list, each item of it {expected}"
    right = isinstance(value, list) == repeated and values
    if not right or any(type(value) not in kinds for value in values):
        raise argparse.ArgumentError(action, f"expected {expected}")
    if any("\0" in str(value) for value in values):
        raise argparse.ArgumentError(action, "there is a NUL in it")
    if action.nargs == 0:
        return [f"--{key}"] if value else []
    return [f"--{key}={value}" for value in values]


def _kind(action: Action) -> tuple[tuple[type, ...], str]:
    """Return the types that TOML's value may have, and their name."""
    if action.nargs == 0:
        return (bool,), "true or false"
    kind = getattr(action.type, "__annotations__", {}).get("return", action.type)
    return _KINDS.get(kind, ((str,), "text in quotes"))
