"""Train the network that proposes places of faces to the face detector.

  python -m train.proposer
  python -m train.proposer --photos PHOTOS --out build/proposer

The network looks at a whole frame once and names the places where the detector then looks closer.
It is trained on scenes that are made meanwhile: portraits that are turned, lit, blurred and pasted
at 12 to 300 pixels onto photographs of scikit-image, walls and clutter. The portraits are drawn;
--photos DIR/<class>/ adds those in which the detector finds exactly one face. One in seven people
is held out, and the recall is measured on them.

    OUT/face-proposer.tflite    the network, for edge/emotion_edge/
    OUT/face-proposer.keras     the same for Keras
    OUT/report.json             settings and recall
    OUT/portraits.npz           the portraits, kept for the next run
    OUT/state/                  what an interrupted run continues from

Exit codes: 0 done, 1 failure at run time, 2 bad input or options.
"""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hide TensorFlow's start-up messages

from emotion_edge.cli.argument_types import count, describe, seed
from emotion_edge.errors import exit_code
from emotion_edge.util.atomic_write import staged_write
from train.proposer.export import to_tflite
from train.proposer.fitting import fit
from train.proposer.portraits import load_portraits
from train.proposer.report import describe_recall, describe_use, measure_recall, write_report


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args(argv)
    return exit_code("train.proposer", lambda: _train(args))


def _parser() -> argparse.ArgumentParser:
    parser = describe(argparse.ArgumentParser(prog="python -m train.proposer"), __doc__)
    parser.add_argument("--photos", type=Path, help="class folders of photographs of one face each")
    parser.add_argument(
        "--out", type=Path, default=Path("build/proposer"), help="folder to write (%(default)s)"
    )
    parser.add_argument("--drawn", type=count, default=3000, help="portraits to draw (%(default)s)")
    parser.add_argument(
        "--scenes", type=count, default=160_000, help="scenes to train on (%(default)s)"
    )
    parser.add_argument("--seed", type=seed, default=0, help="random seed (%(default)s)")
    return parser


def _train(args: argparse.Namespace) -> int:
    portraits = load_portraits(args.photos, args.drawn, args.out)
    model = fit(portraits.part(held_out=False), args.scenes, args.seed, args.out / "state")
    with staged_write(args.out) as stage:
        file = stage / "face-proposer.tflite"
        model.save(file.with_suffix(".keras"))
        file.write_bytes(to_tflite(model))
        recall = measure_recall(file, portraits.part(held_out=True), args.seed)
        settings = {"scenes": args.scenes, "drawn": args.drawn, "seed": args.seed}
        settings["photographs"] = int((~portraits.is_drawn).sum())
        write_report(stage / "report.json", settings, recall)
    print(describe_recall(recall))
    print(f"wrote {args.out}/")
    print(describe_use(args.out / file.name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
