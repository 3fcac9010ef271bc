"""Evaluate a Keras or TFLite model on one split of a data set.

  python -m train.evaluate models/emotion-compact.tflite --data fer
  python -m train.evaluate build/model.keras --data fer --split test
  python -m train.evaluate models/emotion-compact.tflite --data faces --groups people.csv

The evaluation covers accuracy and macro-F1 with 95 % intervals, each class, calibration, the effect
of a score threshold, robustness to image corruptions, groups of similar pictures, and the agreement
among people who labelled them. Each picture is looked at twice, as it is and mirrored, as the edge
program does. With --groups, it shows how much more often the model is wrong on some groups, such as
people of one skin tone, than on others. It is written to evaluation.<model>.html, a page to read,
and to evaluation.<model>.json, the same figures for programs.
Exit codes: 0 done, 1 failure at run time, 2 bad input or options.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hide TensorFlow's start-up messages

from emotion_edge.cli.argument_types import describe as describe_arguments
from emotion_edge.cli.options.model import add_prior
from emotion_edge.errors import UserError, escape, exit_code
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.model.postprocessing import with_natural_prior
from emotion_edge.model.runtime import RUNTIMES
from emotion_edge.util.atomic_write import staged_write
from evaluation.evaluator import Known, describe, measure
from evaluation.html import render
from evaluation.plots import draw_reliability, draw_risk_coverage
from evaluation.predictors import load_predictor
from train.data.dataset import find_crop_rule, load_one
from train.group_file import read_groups
from train.prepare.group_split import SPLITS
from train.prepare.near_duplicates import known_copies
from train.summary import summarise


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args(argv)
    return exit_code("train.evaluate", lambda: _evaluate(args))


def _evaluate(args: argparse.Namespace) -> int:
    predictor = load_predictor(args.model, args.contract, args.runtime)
    if args.prior == "natural":
        predictor = replace(predictor, contract=with_natural_prior(predictor.contract))
    if (rule := find_crop_rule(args.data)) != crop_rule_of(predictor.contract):
        raise UserError(
            f"{args.data}: its faces are cropped by {rule}, but {args.model} needs "
            f"{crop_rule_of(predictor.contract)}: prepare the data again"
        )
    split, parts = load_one(args.split, args.data, predictor.contract, args.build / "cache")
    groups = read_groups(args.groups, parts, split.paths) if args.groups else None
    known = Known([part.name for part in parts], _copies(parts), groups)
    figures = {
        **describe(predictor),
        "sha256": hashlib.sha256(args.model.read_bytes()).hexdigest(),
        "split": args.split,
        "prior": args.prior,
        **measure(predictor, split, known, robustness=args.robustness),
    }
    _write(args.to or args.build, args.model, figures)
    print(summarise(figures))
    return 0


def _copies(parts: Sequence[Path]) -> set[Path] | None:
    """Return the near-duplicates in all parts; None if they were not looked for in one of them."""
    found = [known_copies(part) for part in parts]
    copies = [each for each in found if each is not None]
    return set().union(*copies) if len(copies) == len(found) else None


def _write(folder: Path, model: Path, figures: dict[str, Any]) -> None:
    page = render(
        "evaluation.html",
        figures=figures,
        reliability=draw_reliability({escape(figures["model"]): figures["reliability"]}),
        risk_coverage=draw_risk_coverage(figures["risk_coverage"], figures["thresholds"]),
    )
    text = json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with staged_write(folder) as stage:
        (stage / f"evaluation.{model.name}.json").write_text(text, encoding="utf-8")
        (stage / f"evaluation.{model.name}.html").write_text(page, encoding="utf-8")
    print(escape(f"wrote {folder / f'evaluation.{model.name}.html'} and .json"))


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
    add_prior(parser)
    add(
        "--groups",
        type=Path,
        metavar="CSV",
        help="table with the columns picture (its path in the data set, or its name) and group",
    )
    add(
        "--contract",
        type=Path,
        help="contract of a .keras model (default: contract.json beside it)",
    )
    _add_output_options(parser)
    return parser


def _add_output_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
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


if __name__ == "__main__":
    sys.exit(main())
