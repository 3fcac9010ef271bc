"""Train a network on class folders of photographs.

  python -m train                          data/, or the built-in sample set if there is none
  python -m train --data photos --epochs 5
  python -m train --resume                 go on with a run that was killed

Photographs are read from DATA/train/<class>/, DATA/validation/<class>/ and, where it exists,
DATA/test/<class>/; the folders' names are the labels. Everything is written to build/ when the
run ends, for `python -m convert` to go on with. Ctrl-C ends the run after its current epoch.

Several GPUs are used by themselves. For several machines start the same command on each with
TF_CONFIG set (https://www.tensorflow.org/guide/distributed_training); the first one writes.
"""

import argparse
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's notes on its own start-up

from emotion_edge.cli.argument_types import count, describe, limit, seed, share
from emotion_edge.errors import RunError, UserError, exit_code
from emotion_edge.model.crop_rule import read_crop_rule
from train.data.image_folder import find_labels, load
from train.engine.artifacts import describe_run, summarise, write_build
from train.engine.distillation import fit_generations
from train.engine.distributed import make_strategy, worker_number
from train.engine.trainer import build, kept_model
from train.models import MODELS, contract_of
from train.recipe import RECIPES, Recipe


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args(argv)
    return exit_code("train", lambda: _summary(args) if args.summary else _train(args))


def _summary(args: argparse.Namespace) -> int:
    build(_recipe(args), classes=7).summary()
    return 0


def _train(args: argparse.Namespace) -> int:
    strategy = make_strategy()  # before any other use of TensorFlow, as it demands
    worker = worker_number(strategy)
    recipe = _recipe(args)
    data = args.data or _default_data(args)
    labels = find_labels(data)
    if args.calibration_size < len(labels):
        raise UserError(
            f"--calibration-size {args.calibration_size}: too few for {len(labels)} classes"
        )
    contract = contract_of(MODELS[recipe.model](len(labels)), labels, read_crop_rule(data))
    dataset = load(data, contract, args.build / "cache")
    checkpoint = args.build / ("checkpoint" if worker == 0 else f"checkpoint-worker{worker}")
    history, checkpoint, seconds = fit_generations(
        recipe, dataset, contract, strategy=strategy, checkpoint=checkpoint, resume=args.resume
    )
    if worker == 0:
        model = kept_model(recipe, contract, checkpoint)
        run = describe_run(recipe, data, history, seconds)
        evaluation = write_build(
            args.build,
            model,
            contract,
            dataset,
            history=history,
            calibration_size=args.calibration_size,
            run=run,
        )
        print(summarise(evaluation, history, run))
        print(f"wrote {args.build}/ ({run['seconds']:.0f} s of training); next: python -m convert")
    return 0


def _default_data(args: argparse.Namespace) -> Path:
    if Path("data").is_dir():
        return Path("data")
    samples: Path = args.build / "samples"
    print(
        f"no data/ here: training on the built-in sample set of drawn faces, {samples}/", flush=True
    )
    # In a process of its own: its workers would each import TensorFlow with this module.
    command = [sys.executable, "-m", "train.samples", "--out", str(samples)]
    if subprocess.run(command, check=False).returncode:
        raise RunError("the sample set could not be drawn")
    return samples


def _recipe(args: argparse.Namespace) -> Recipe:
    """Return the model's own recipe, changed by the flags that were given."""
    given = {field.name: getattr(args, field.name) for field in fields(Recipe)}
    return replace(RECIPES[args.model], **{k: v for k, v in given.items() if v is not None})


def _parser() -> argparse.ArgumentParser:
    parser = describe(argparse.ArgumentParser(prog="python -m train"), str(__doc__))
    add = parser.add_argument
    add("--data", type=Path, help="folder with train/, validation/, maybe test/ (default: data)")
    add("--build", type=Path, default=Path("build"), help="folder to write to (default: build)")
    add("--model", choices=MODELS, default="simple_cnn", help="(default: %(default)s)")
    add("--summary", action="store_true", help="print the model's layers for 7 classes and end")
    _add_recipe(parser)
    add("--resume", action="store_true", help="go on after the last finished epoch")
    add(
        "--calibration-size",
        type=count,
        default=210,
        help="training pictures for quantisation, as many of each class (default: %(default)s)",
    )
    return parser


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the recipe", "(defaults: the model's, in train/recipe.py)")
    add = group.add_argument
    add("--epochs", type=count)
    add("--batch-size", type=count)
    add(
        "--steps-per-epoch",
        dest="steps",
        type=count,
        help="batches in an epoch (as many as show every picture once)",
    )
    add("--optimizer", help="a Keras name")
    add("--learning-rate", type=limit)
    add("--warmup-epochs", type=count, help="rising epochs; then the rate falls along a cosine")
    add("--weight-decay", type=limit)
    add(
        "--average",
        type=limit,
        metavar="EPOCHS",
        help="keep the weights as averaged over so many epochs, not those of the best one",
    )
    switch = argparse.BooleanOptionalAction
    add("--soft-labels", action=switch, help="learn from DATA/votes.csv, not from folders alone")
    add("--seed", type=seed)
    add("--augment", action=switch, help="move, light, blur and cover pictures at random")
    add("--balance", type=share, help="how much more often rare classes are shown, 0 to 1")
    add("--generations", type=count, help="each but the first learns from the one before, too")
    add("--class-weights", action=switch, help="give rare classes the same say")
    add(
        "--early-stopping",
        dest="patience",
        type=count,
        metavar="EPOCHS",
        help="end after so many epochs without a better val_accuracy",
    )


if __name__ == "__main__":
    sys.exit(main())
