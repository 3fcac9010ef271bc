"""What the parsers of `emotion-edge` do differently from argparse's."""

import re
from argparse import ArgumentParser
from importlib import import_module
from typing import NoReturn

from emotion_edge.cli.argument_types import describe
from emotion_edge.errors import escape, mask


class CommandParser(ArgumentParser):
    """Describes a command by its module's docstring, imported only for --help."""

    def format_help(self) -> str:
        """Return the help, with the docstring."""
        module = import_module(f"emotion_edge.commands.{self.get_default('module')}")
        return ArgumentParser.format_help(describe(self, str(module.__doc__)))


class ProgramParser(ArgumentParser):
    """Does not repeat what follows an unknown option, which may be a password."""

    def error(self, message: str) -> NoReturn:
        """Print a message, and exit with code 2."""
        start, found, rest = message.partition("unrecognized arguments: ")
        words = rest.split()
        # "--password=secret", "-Psecret"
        options = [re.match("--[^=]*|-.?", word) for word in words if word.startswith("-")]
        shown = [option[0] for option in options if option] or map(mask, words)
        super().error(escape(f"{' '.join(map(mask, start.split(' ')))}{found}{' '.join(shown)}"))
