"""The kinds of inputs: how to make damaged ones, and what the program does with one."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.fuzz import pictures, settings, tables, videos


class Target(NamedTuple):
    """A kind of input.

    inputs: yields the paths of damaged files in a folder, for ever.
    try_input: does with a file what the program does; runs in the worker.
    default: how many inputs `make fuzz` tries.
    """

    inputs: Callable[[Path, Random], Iterator[Path]]
    try_input: Callable[[Path], object]
    default: int


TARGETS: Mapping[str, Target] = {
    "pictures": Target(pictures.inputs, pictures.try_input, 5000),
    "settings": Target(settings.inputs, settings.try_input, 2000),
    "tables": Target(tables.inputs, tables.try_input, 2000),
    "videos": Target(videos.inputs, videos.try_input, 1000),
}
