"""Our run of the original network beside the original's own, as far as its figures are known.

python -m train.original build/original/history.csv
"""

import argparse
import csv
import sys
from pathlib import Path

from emotion_edge.cli.argument_types import describe
from emotion_edge.errors import UserError, exit_code

# Their val_accuracy by epoch (their photographs are not public), and their last accuracy.
VAL_ACCURACY = {1: 0.3875, 13: 0.7979, 20: 0.7831}
ACCURACY = {20: 0.993}


def main() -> int:
    """Run the command line and return the exit code."""
    parser = describe(argparse.ArgumentParser(prog="python -m train.original"), str(__doc__))
    parser.add_argument("history", type=Path, help="the history.csv of a run of 20 epochs")
    args = parser.parse_args()
    return exit_code("train.original", lambda: _compare(args.history))


def _compare(path: Path) -> int:
    try:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; make it with `make original`") from None
    if not rows or not {"epoch", "accuracy", "val_accuracy"} <= rows[0].keys():
        raise UserError(f"{path}: not a history.csv of ours")
    print("epoch  accuracy   theirs  val_accuracy   theirs")
    for row in rows:
        epoch = int(float(row["epoch"]))
        print(
            f"{epoch:5} {float(row['accuracy']):9.4f} {_known(ACCURACY, epoch):>8} "
            f"{float(row['val_accuracy']):13.4f} {_known(VAL_ACCURACY, epoch):>8}"
        )
    print("Theirs were taken on their own photographs; epochs without a figure are not known.")
    return 0


def _known(figures: dict[int, float], epoch: int) -> str:
    return f"{figures[epoch]:.4f}" if epoch in figures else "-"


if __name__ == "__main__":
    sys.exit(main())
