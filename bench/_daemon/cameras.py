"""Measure what several cameras in one process cost, and what as many processes do, with --cameras.

Each camera is a recording with a face in 640 x 480 pixels, 10 frames a second, which is read from a
file: that takes time of its own. CPU seconds per second and MB of resident memory are those of all
processes together, with the shipped model. Rows are measured in turn. MB are 10^6 bytes.
"""

import itertools
from contextlib import ExitStack
from pathlib import Path

from bench._daemon.process import Figures, cost, daemon, print_costs, write_recording

RECORDING = Path("build/cameras")
ROWS = {"1 camera": (1, 1), "2": (2, 1), "4": (4, 1), "4, a process each": (1, 4)}


def measure_cameras(seconds: int, rounds: int) -> None:
    """Measure each row in turn, and print the table."""
    write_recording(RECORDING, 8 * seconds)
    found: dict[str, list[Figures]] = {}
    for _, (name, row) in itertools.product(range(rounds), ROWS.items()):
        found.setdefault(name, []).append(_cost_of(*row, seconds))
    print_costs(found, rounds)


def _cost_of(cameras: int, processes: int, seconds: float) -> Figures:
    """Return what processes with so many cameras each take together."""
    options = [f"--source=camera{i}=replay:{RECORDING}" for i in range(cameras)]
    with ExitStack() as stack:
        running = [stack.enter_context(daemon(*options)) for _ in range(processes)]
        for process in running:
            assert process.stdout is not None
            process.stdout.readline()  # the first label
        return cost(running, seconds)
