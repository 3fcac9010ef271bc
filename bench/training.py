"""Measure an epoch of training as `python -m train` runs it, without validation.

  python -m bench.training [--data build/samples] [--rounds 5] [--side 640]
  python -m bench.training --growth [--data build/samples] [--model simple_cnn] [--rounds 2]

The first command compares its speed with other pipelines, the second sizes of the data set.
"""

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from bench._training import growth, speed
from bench._util import make_parser, run_program
from emotion_edge.cli.argument_types import count
from train.recipe import RECIPES


def main() -> None:
    """Run the command line."""
    parser = make_parser("training", __doc__, speed.__doc__, growth.__doc__)
    parser.add_argument("--data", type=Path, default=Path("build/samples"))
    parser.add_argument("--growth", action="store_true", help="train on more and more pictures")
    parser.add_argument("--model", choices=RECIPES, default="simple_cnn", help="for --growth")
    parser.add_argument("--side", type=count, help="enlarge the pictures to SIDE x SIDE pixels")
    parser.add_argument("--rounds", type=count, help="default: 5; 2 with --growth")
    args = parser.parse_args()
    if args.growth:
        growth.print_growth(args.data, args.model, args.rounds or 2)
    else:
        speed.print_speed(args.data, args.side, args.rounds or 5)


if __name__ == "__main__":
    run_program("training", main)
