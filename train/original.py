"""Compare a training run with the published results of the original network.

  python -m train.original build/original/history.csv

`make original` trains the original network and writes history.csv. This command prints its accuracy
after each epoch, next to the accuracy that the original's authors report for that epoch.
Exit codes: 0 done, 2 bad input or options.
"""

import argparse
import csv
import sys
from pathlib import Path

from emotion_edge.cli.argument_types import describe
from emotion_edge.errors import UserError, exit_code

# The original's figures by epoch. Its photographs are not public.
VAL_ACCURACY = {1: 0.3875, 13: 0.7979, 20: 0.7831}
ACCURACY = {20: 0.993}
EPOCHS = 20


def main() -> int:
    """Run the command line and return the exit code."""
    parser = describe(argparse.ArgumentParser(prog="python -m train.original"), str(__doc__))
    parser.add_argument("history", type=Path, help="history.csv of a run of 20 epochs")
    args = parser.parse_args()
    return exit_code("train.original", lambda: _compare(args.history))


def _compare(path: Path) -> int:
    try:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; make it with `make original`") from None
    if not rows or not {"epoch", "accuracy", "val_accuracy"} <= rows[0].keys():
        raise UserError(f"{path}: not a history.csv from `python -m train`")
    print("epoch  accuracy original  val_accuracy original")
    for row in rows:
        epoch = int(float(row["epoch"]))
        print(
            f"{epoch:5} {float(row['accuracy']):9.4f} {_known(ACCURACY, epoch):>8} "
            f"{float(row['val_accuracy']):13.4f} {_known(VAL_ACCURACY, epoch):>8}"
        )
    if len(rows) < EPOCHS:
        print(f"The run has {len(rows)} of {EPOCHS} epochs: it was ended early.")
    print("The original was measured on its own photographs; - means that no figure is known.")
    return 0


def _known(figures: dict[int, float], epoch: int) -> str:
    return f"{figures[epoch]:.4f}" if epoch in figures else "-"


if __name__ == "__main__":
    sys.exit(main())
