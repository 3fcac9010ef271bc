"""Evaluate a Keras or TFLite model on one split of a data set.

  python -m train.evaluate models/emotion-compact.tflite --data fer
  python -m train.evaluate build/model.keras --data fer --split test

The evaluation covers accuracy and macro-F1 with 95 % intervals, each class, calibration, the effect
of a score threshold, robustness to image corruptions, groups of similar pictures, and the agreement
among people who labelled them. It is written to evaluation.<model>.html, a page to read, and to
evaluation.<model>.json, the same figures for programs.
Exit codes: 0 done, 1 failure at run time, 2 bad input or options.
"""

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hide TensorFlow's start-up messages

from emotion_edge.cli.argument_types import describe as describe_arguments
from emotion_edge.errors import UserError, exit_code
from emotion_edge.model.crop_rule import crop_rule_of, read_crop_rule
from emotion_edge.model.runtime import RUNTIMES
from emotion_edge.util.atomic_write import staged_write
from evaluation.evaluator import describe, measure
from evaluation.html import render
from evaluation.plots import draw_reliability, draw_risk_coverage
from evaluation.predictors import load_predictor
from train.data.image_folder import load_split
from train.prepare.group_split import SPLITS
from train.prepare.near_duplicates import known_copies
from train.wording import amount


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args(argv)
    return exit_code("train.evaluate", lambda: _evaluate(args))


def _evaluate(args: argparse.Namespace) -> int:
    predictor = load_predictor(args.model, args.contract, args.runtime)
    if (rule := read_crop_rule(args.data)) != crop_rule_of(predictor.contract):
        raise UserError(
            f"{args.data}: its faces are cropped by {rule}, but {args.model} needs "
            f"{crop_rule_of(predictor.contract)}: prepare the data again"
        )
    if not args.data.is_dir():
        raise UserError(f"--data {args.data}: no such folder")
    split = load_split(args.data / args.split, predictor.contract, args.build / "cache")
    figures = {
        **describe(predictor),
        "sha256": hashlib.sha256(args.model.read_bytes()).hexdigest(),
        "split": args.split,
        **measure(predictor, split, known_copies(args.data), robustness=args.robustness),
    }
    _write(args.to or args.build, args.model, figures)
    print(summarise(figures))
    return 0


def _write(folder: Path, model: Path, figures: dict[str, Any]) -> None:
    page = render(
        "evaluation.html",
        figures=figures,
        reliability=draw_reliability({figures["model"]: figures["reliability"]}),
        risk_coverage=draw_risk_coverage(figures["risk_coverage"], figures["thresholds"]),
    )
    text = json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with staged_write(folder) as stage:
        (stage / f"evaluation.{model.name}.json").write_text(text, encoding="utf-8")
        (stage / f"evaluation.{model.name}.html").write_text(page, encoding="utf-8")
    print(f"wrote {folder / f'evaluation.{model.name}.html'} and .json")


def summarise(figures: dict[str, Any]) -> str:
    """Return the most important figures as a few lines of text."""
    low, high = figures["accuracy_ci95"]
    low_f1, high_f1 = figures["macro_f1_ci95"]
    enter = figures["thresholds"]["enter"]
    lines = [
        f"{figures['model']} on {figures['split']}, {amount(figures['images'], 'picture')}:",
        f"accuracy  {figures['accuracy']:.4f} (95 % interval {low:.4f} to {high:.4f})",
        f"macro-F1  {figures['macro_f1']:.4f} ({low_f1:.4f} to {high_f1:.4f})",
        f"ECE       {figures['ece']:.4f}",
        f"from a score of {enter['threshold']:g}: {enter['coverage']:.1%} of the pictures named, "
        f"{enter['accuracy']:.1%} of them right",
    ]
    if unseen := figures["unseen"]:
        copies = figures["images"] - unseen["images"]
        without = amount(copies, "near-copy", "near-copies")
        lines.append(f"without {without} of other splits {unseen['accuracy']:.4f}")
    if voters := figures["voters"]:
        lines.append(f"people agree with the label in {voters['agreement']:.1%} of their votes")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = describe_arguments(
        argparse.ArgumentParser(prog="python -m train.evaluate"), str(__doc__)
    )
    add = parser.add_argument
    add("model", type=Path, help="a .tflite or .keras file")
    add(
        "--data",
        type=Path,
        required=True,
        help="folder of the data set, with DATA/<split>/<class>/",
    )
    add("--split", choices=SPLITS, default="validation", help="(default: validation)")
    add(
        "--contract",
        type=Path,
        help="contract of a .keras model (default: contract.json beside it)",
    )
    add("--to", type=Path, metavar="DIR", help="folder to write to (default: the one of --build)")
    add(
        "--build",
        type=Path,
        default=Path("build"),
        help="folder of the image cache (default: build)",
    )
    add(
        "--runtime",
        choices=["auto", *RUNTIMES],
        default="auto",
        help="runtime for a .tflite (default: auto)",
    )
    add(
        "--robustness",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="also evaluate on corrupted pictures, which takes most of the time (default: yes)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
