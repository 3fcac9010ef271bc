"""Measure an epoch of training: its speed beside other pipelines, and its growth with the data.

  python -m bench.training [--data build/samples] [--rounds 5] [--side 640]
  python -m bench.training --growth [--data build/samples] [--model simple_cnn] [--rounds 2]

Without --growth it trains epochs of simple_cnn in three ways, in turn, on the same files:

ours      the pipeline of `python -m train`
original  the original project's: ImageDataGenerator(rescale=1/255).flow_from_directory, batch 16
memory    Keras's own, fed with random float32 arrays in memory. This is the limit for pipelines of
          float32; ours moves uint8, a quarter of the bytes.

s is the median of wall-clock seconds (lowest to highest), "over ours" that median divided by ours.
"processor, s" are CPU seconds of all threads; other work on the machine disturbs them less. --side
enlarges the pictures first.

With --growth it trains on 1, 2 and 4 times the pictures, which are hard links to those in --data.
Each size is decoded and trained for one epoch as `python -m train` does it, with the model's own
recipe, in a process of its own; the sizes run in turn. The first steps, which trace the network,
are not timed. A ratio compares with the smallest size; MB are 10^6 bytes.

s an epoch, ms a picture  medians of the rounds; ms a picture should stay the same
held                      most anonymous memory (RssAnon) in any round; it should not grow
mapped                    size of the decoded pictures' cache, which is mapped into memory
peak                      most resident memory (VmHWM) in any round. It includes pages of the mapped
                          cache, as many as fit; Linux drops them when it needs the memory.
"""

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from bench._training.growth import print_growth
from bench._training.speed import print_speed
from bench._util import make_parser, run_program
from emotion_edge.cli.argument_types import count
from train.recipe import RECIPES


def main() -> None:
    """Run the command line."""
    parser = make_parser("training", __doc__)
    parser.add_argument("--data", type=Path, default=Path("build/samples"))
    parser.add_argument("--growth", action="store_true", help="train on more and more pictures")
    parser.add_argument("--model", choices=RECIPES, default="simple_cnn", help="for --growth")
    parser.add_argument("--side", type=count, help="enlarge the pictures to SIDE x SIDE pixels")
    parser.add_argument("--rounds", type=count, help="default: 5; 2 with --growth")
    args = parser.parse_args()
    if args.growth:
        print_growth(args.data, args.model, args.rounds or 2)
    else:
        print_speed(args.data, args.side, args.rounds or 5)


if __name__ == "__main__":
    run_program("training", main)
