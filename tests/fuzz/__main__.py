"""Fuzz the program: `python -m tests.fuzz [KIND ...] [--inputs N] [--seed S] [--keep DIR]`.

Prints a line for each kind; the exit code is 1 if an input harmed the program. Inputs at fault are
copied to --keep.
"""

import argparse
import sys
import tempfile
from itertools import islice
from pathlib import Path
from random import Random

from tests.fuzz.harness import fuzz
from tests.fuzz.targets import TARGETS


def main() -> int:
    """Fuzz the kinds that the command line names, by default all."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--inputs", type=int, help="how many for each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"))
    args = parser.parse_args()
    if unknown := set(args.kinds) - TARGETS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    args.keep.mkdir(parents=True, exist_ok=True)
    failed = False
    for kind in args.kinds or TARGETS:
        target = TARGETS[kind]
        with tempfile.TemporaryDirectory() as folder:
            inputs = target.inputs(Path(folder), Random(args.seed))
            report = fuzz(kind, islice(inputs, args.inputs or target.default), keep=args.keep)
        print(f"{kind}: {report}", *report.faults, sep="\n  ", flush=True)
        failed |= bool(report.faults)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
