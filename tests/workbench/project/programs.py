"""Our programs as the documentation names them: their parsers, options and make targets."""

import importlib
import io
import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec

import pytest

from emotion_edge.cli.parser import make_parser
from tests.workbench.conftest import REPOSITORY

PROGRAMS = ("train", "train.prepare", "train.evaluate", "train.samples", "train.sequences")
PROGRAMS += ("convert", "bench", "evaluation.model_card")


class Parsed(BaseException):
    """The command line was accepted."""


def accept(main: Callable[[], object], argv: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a program read its command line and stop there; fails where it refuses that."""
    parse = ArgumentParser.parse_args

    def stop(parser: ArgumentParser, *arguments: object) -> None:
        raise Parsed(parse(parser, *arguments))

    with monkeypatch.context() as patch, redirect_stderr(io.StringIO()) as said:
        patch.setattr(ArgumentParser, "parse_args", stop)
        patch.setattr(sys, "argv", argv)
        try:
            main()
        except Parsed:
            return
        except SystemExit:
            pytest.fail(f"{argv}: {said.getvalue()}")
    pytest.fail(f"{argv}: no command line was read")


def main_of(module: str) -> Callable[[], object]:
    """Return the function that runs `python -m module`."""
    name = f"{module}.__main__" if find_spec(module).submodule_search_locations else module
    return importlib.import_module(name).main


def make_targets() -> set[str]:
    phony = re.search(r"^\.PHONY: (.+)$", (REPOSITORY / "Makefile").read_text(), re.M)
    return set(phony[1].split())


def help_of(main: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "argv", ["program", "--help"])
    with redirect_stdout(io.StringIO()) as said, pytest.raises(SystemExit):
        main()
    return said.getvalue()


def known_options(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the options of all programs of this repository, and pip's that we mention."""
    text = "".join(parser.format_help() for parser in commands().values())
    for module in PROGRAMS:
        text += help_of(main_of(module), monkeypatch)
    return {*options_in(text), "--no-deps"}


def options_in(text: str) -> list[str]:
    return re.findall(r"(?<![\w-])--[a-z][\w-]*", text)


def commands() -> dict[str, ArgumentParser]:
    """Return the parsers of emotion-edge's commands."""
    (choices,) = (a.choices for a in make_parser("")._actions if isinstance(a.choices, dict))
    return choices
