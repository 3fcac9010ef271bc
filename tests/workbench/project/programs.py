"""The programs that the documentation names: parsers, options and make targets."""

import importlib
import io
import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec

import pytest

from convert.publish.options import make_parser as make_publish_parser
from emotion_edge.cli.parser import make_parser
from tests.workbench.conftest import REPOSITORY

PROGRAMS = ("train", "train.adopt", "train.prepare", "train.evaluate", "train.samples")
PROGRAMS += ("train.sequences", "convert", "bench", "evaluation.model_card")

# Options of pip and of container engines that the pages mention.
OTHERS = {"--no-deps", "--device", "--volume", "--read-only", "--tmpfs", "--group-add"}
OTHERS |= {"--cap-drop", "--security-opt", "--env", "--signal", "--restart", "--publish"}


class Parsed(BaseException):
    """A program has accepted its command line."""


def accept(main: Callable[[], object], argv: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a program parse its command line and stop there; fail the test if it refuses it."""
    parse = ArgumentParser.parse_args

    def stop(parser: ArgumentParser, *arguments: object) -> None:
        raise Parsed(parse(parser, *arguments))

    with monkeypatch.context() as patch, redirect_stderr(io.StringIO()) as errors:
        patch.setattr(ArgumentParser, "parse_args", stop)
        patch.setattr(sys, "argv", argv)
        try:
            main()
        except Parsed:
            return
        except SystemExit as ended:
            if not ended.code:  # after --help
                return
            pytest.fail(f"{argv}: {errors.getvalue()}")
    pytest.fail(f"{argv}: the command line was not parsed")


def main_of(module: str) -> Callable[[], object]:
    """Return the function that runs `python -m module`."""
    name = f"{module}.__main__" if find_spec(module).submodule_search_locations else module
    return importlib.import_module(name).main


def make_targets() -> set[str]:
    """Return the phony targets of the Makefile."""
    phony = re.search(r"^\.PHONY: (.+)$", (REPOSITORY / "Makefile").read_text(), re.M)
    return set(phony[1].split())


def help_of(main: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a program prints for --help."""
    monkeypatch.setattr(sys, "argv", ["program", "--help"])
    with redirect_stdout(io.StringIO()) as output, pytest.raises(SystemExit):
        main()
    return output.getvalue()


def known_options(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the options of all programs of this repository, and those of others."""
    text = make_parser("").format_help()
    for parser in (make_parser(""), make_publish_parser("")):
        text += "".join(command.format_help() for command in commands_of(parser).values())
    for module in PROGRAMS:
        text += help_of(main_of(module), monkeypatch)
    return OTHERS.union(options_in(text))


def options_in(text: str) -> list[str]:
    """Return the long options that a text mentions."""
    return re.findall(r"(?<![\w-])--[a-z][\w-]*", text)


def commands() -> dict[str, ArgumentParser]:
    """Return the parsers of emotion-edge's commands."""
    return commands_of(make_parser(""))


def commands_of(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    """Return the parsers of a program's commands."""
    (choices,) = (action.choices for action in parser._actions if isinstance(action.choices, dict))
    return choices
