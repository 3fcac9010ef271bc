"""The kinds of inputs: how to make damaged ones, and what the program does with one."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.edge.models import INSTALLED
from tests.fuzz import histories, models, pictures, settings, tables, taught, videos


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
    "histories": Target(histories.inputs, histories.try_input, 2000),
    "pictures": Target(pictures.inputs, pictures.try_input, 5000),
    "settings": Target(settings.inputs, settings.try_input, 2000),
    **{
        f"models-{name}": Target(models.inputs, partial(models.try_input, runtime=name), 10_000)
        for name in INSTALLED
    },
    "tables": Target(tables.inputs, tables.try_input, 2000),
    "taught": Target(taught.inputs, taught.try_input, 5000),
    "videos": Target(videos.inputs, videos.try_input, 1000),
}
