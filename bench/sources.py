"""Measure what several cameras in one process cost, and what as many processes do.

  python -m bench.sources [--seconds 20] [--rounds 3]

Each camera is a recording with a face in 640 x 480 pixels, 10 frames a second, which is read from a
file: that takes time of its own. CPU seconds per second and MB of resident memory are those of all
processes together, with the shipped model. Rows are measured in turn. MB are 10^6 bytes.
"""

import itertools
from contextlib import ExitStack
from pathlib import Path

from bench._daemon.process import Figures, cost, daemon, print_costs, write_recording
from bench._util import make_parser, run_program
from emotion_edge.cli.argument_types import count

RECORDING = Path("build/sources")
ROWS = {"1 camera": (1, 1), "2": (2, 1), "4": (4, 1), "4, a process each": (1, 4)}


def main() -> None:
    """Run the command line."""
    parser = make_parser("sources", __doc__)
    parser.add_argument("--seconds", type=count, default=20, help="for which a row is measured")
    parser.add_argument("--rounds", type=count, default=3, help="times that each is measured")
    args = parser.parse_args()
    write_recording(RECORDING, 8 * args.seconds)
    found: dict[str, list[Figures]] = {}
    for _, (name, row) in itertools.product(range(args.rounds), ROWS.items()):
        found.setdefault(name, []).append(cost_of(*row, args.seconds))
    print_costs(found, args.rounds)


def cost_of(cameras: int, processes: int, seconds: float) -> Figures:
    """Return what processes with so many cameras each take together."""
    options = [f"--source=camera{i}=replay:{RECORDING}" for i in range(cameras)]
    with ExitStack() as stack:
        running = [stack.enter_context(daemon(*options)) for _ in range(processes)]
        for process in running:
            assert process.stdout is not None
            process.stdout.readline()  # the first label
        return cost(running, seconds)


if __name__ == "__main__":
    run_program("sources", main)
