"""The commands with their options, and the keys of the settings' file."""

import argparse
import tomllib
from pathlib import Path

from emotion_edge.cli.config_file import _kind, _options, _parser
from emotion_edge.cli.parser import make_parser
from emotion_edge.model.model_file import SHIPPED
from tests.edge.command_line import edge

# Their defaults follow what measurements say, so a minor version may change them.
TUNED = {"--window", "--enter", "--leave", "--margin", "--dwell", "--face-threshold"}
TUNED |= {"--min-face", "--find-every", "--threads", "--max-megapixels"}


def command_line(_: Path) -> dict[str, object]:
    """Return each command with its arguments and options."""
    parser = make_parser("")
    (commands,) = (each.choices for each in parser._actions if isinstance(each.choices, dict))
    shown = {f"emotion-edge {name}": _arguments(each) for name, each in commands.items()}
    return {"emotion-edge": _arguments(parser), **shown}


def _arguments(parser: argparse.ArgumentParser) -> dict[str, object]:
    actions = [each for each in parser._actions if not isinstance(each.choices, dict)]
    plain = [each for each in actions if not each.option_strings]
    shown = {f"argument {i}": _one(each) for i, each in enumerate(plain, 1)}
    options = (each for each in actions if each.option_strings)
    return shown | {", ".join(each.option_strings): _one(each) for each in options}


def _one(action: argparse.Action) -> dict[str, object]:
    values = list(map(str, action.choices or ()))
    kind: dict[str, object] = {
        "takes": "no value" if action.nargs == 0 else values or _type(action)
    }
    if action.nargs not in (None, 0):
        kind["how many values"] = str(action.nargs)
    if isinstance(action, argparse._AppendAction):
        kind["may be repeated"] = True
    if action.option_strings and action.required:
        kind["required"] = True
    if (default := _default(action)) is not None:
        kind["default"] = default
    return kind


def _type(action: argparse.Action) -> str:
    return _kind(action)[1].removesuffix(" in quotes")


def _default(action: argparse.Action) -> object:
    """Return the default as text, None if there is none or it may change."""
    tuned = TUNED & set(action.option_strings)
    if tuned or action.default in (None, False, "", [], argparse.SUPPRESS):
        return None
    if action.dest == "lang":
        return "the locale's language"
    return "the shipped model" if action.default == SHIPPED else str(action.default)


def settings(folder: Path) -> dict[str, object]:
    """Return the keys of the settings' file with their types: those that `config` prints."""
    printed = edge("config", cwd=folder).stdout.splitlines()
    names = [line.removeprefix("# ").partition(" = ")[0] for line in printed if " = " in line]
    actions = _options(_parser())
    assert names == list(actions)
    keys = {name: _setting(actions[name]) for name in names}
    written = "".join(f"{each}\n" for each in printed)
    assert tomllib.loads(written).keys() <= keys.keys()
    return keys


def _setting(action: argparse.Action) -> str:
    repeated = ", or a list of such" if isinstance(action, argparse._AppendAction) else ""
    return f"{_kind(action)[1]}{repeated}"
