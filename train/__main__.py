"""Train a network on photographs that are sorted into one folder per expression.

  python -m train                          train on data/; without it, on drawn sample faces
  python -m train --data photos --epochs 5
  python -m train --resume                 continue an interrupted run

The photographs are in DATA/train/<class>/ and DATA/validation/<class>/, and the folder names are
the labels. The model is tested on DATA/test/<class>/; without that folder, there is no test result.
When the run ends, it writes everything to build/, which `python -m convert` reads next. Ctrl-C ends
the run after the current epoch and still writes the model. An interrupted run can be resumed until
the first epoch of another one is finished.

All GPUs of this machine are used. To train on several machines, start the same command on each of
them with TF_CONFIG set (https://www.tensorflow.org/guide/distributed_training); the first machine
writes the files.
Exit codes: 0 done, 1 failure at run time, 2 bad input or options.
"""

import argparse
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hide TensorFlow's start-up messages

from emotion_edge.cli.argument_types import count, describe, limit, seed, share
from emotion_edge.errors import RunError, UserError, exit_code
from emotion_edge.model.contract import Contract
from emotion_edge.model.crop_rule import read_crop_rule
from train.data.image_folder import find_labels, load
from train.data.soft_labels import VOTES_FILE
from train.engine.artifacts import describe_run, summarise, write_build
from train.engine.distillation import fit_generations
from train.engine.distributed import make_strategy, worker_index
from train.engine.start import RunOptions
from train.engine.trainer import build, kept_model
from train.models import MODELS, contract_of
from train.recipe import Recipe, default_recipe

_DATA = Path("data")


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args(argv)
    return exit_code("train", lambda: _summary(args) if args.summary else _train(args))


def _summary(args: argparse.Namespace) -> int:
    build(_recipe(args, votes=False), classes=7).summary()
    return 0


def _train(args: argparse.Namespace) -> int:
    strategy = make_strategy()  # TensorFlow requires this before anything else
    worker = worker_index(strategy)
    recipe = _recipe(args, votes=((args.data or _DATA) / VOTES_FILE).exists())
    data = args.data or _default_data(args)
    contract = _contract(args, recipe, data)
    dataset = load(data, contract, args.build / "cache")
    checkpoint = args.build / ("checkpoint" if worker == 0 else f"checkpoint-worker{worker}")
    options = RunOptions(strategy, checkpoint, args.resume)
    history, checkpoint, seconds = fit_generations(recipe, dataset, contract, options)
    if worker == 0:
        run = describe_run(recipe, data, history, seconds)
        evaluation = write_build(
            args.build,
            kept_model(recipe, contract, checkpoint),
            contract,
            dataset,
            history=history,
            calibration_size=args.calibration_size,
            run=run,
        )
        print(summarise(evaluation, history, run))
        print(f"wrote {args.build}/ ({run['seconds']:.0f} s of training); next: python -m convert")
    return 0


def _contract(args: argparse.Namespace, recipe: Recipe, data: Path) -> Contract:
    labels = find_labels(data)
    if args.calibration_size < len(labels):
        raise UserError(
            f"--calibration-size {args.calibration_size}: too small for {len(labels)} classes"
        )
    return contract_of(MODELS[recipe.model](len(labels)), labels, read_crop_rule(data))


def _default_data(args: argparse.Namespace) -> Path:
    if _DATA.is_dir():
        return _DATA
    samples: Path = args.build / "samples"
    print(f"no data/ here: training on drawn sample faces instead, in {samples}/", flush=True)
    # A separate process: its workers would import this module, and TensorFlow with it.
    command = [sys.executable, "-m", "train.samples", "--out", str(samples)]
    if subprocess.run(command, check=False).returncode:
        raise RunError("cannot draw the sample faces")
    return samples


def _recipe(args: argparse.Namespace, *, votes: bool) -> Recipe:
    """Return the recipe of the chosen model, changed by the given options."""
    given = {field.name: getattr(args, field.name) for field in fields(Recipe)}
    recipe = default_recipe(args.model, votes=votes)
    return recipe.changed({k: v for k, v in given.items() if v is not None})


def _parser() -> argparse.ArgumentParser:
    parser = describe(argparse.ArgumentParser(prog="python -m train"), str(__doc__))
    add = parser.add_argument
    add("--data", type=Path, help="folder with train/, validation/ and maybe test/ (default: data)")
    add("--build", type=Path, default=Path("build"), help="folder to write to (default: build)")
    add(
        "--model",
        choices=MODELS,
        default="compact",
        help="network to train (default: %(default)s)",
    )
    add("--summary", action="store_true", help="print the model's layers for 7 classes and exit")
    _add_schedule_options(parser)
    _add_data_options(parser)
    add(
        "--resume",
        nargs="?",
        choices=("always", "auto"),
        const="always",
        help="continue after the last finished epoch; auto: only if the run that is there had the "
        "same settings and pictures, and otherwise start over",
    )
    add(
        "--calibration-size",
        type=count,
        default=2100,
        help="training pictures for quantisation, balanced over classes (default: %(default)s)",
    )
    return parser


def _add_schedule_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "recipe: schedule",
        "The defaults depend on --model and on DATA/votes.csv, see train/recipe.py.",
    )
    add = group.add_argument
    add("--epochs", type=count, help="passes over the training pictures")
    add("--batch-size", type=count, help="pictures in a batch, over all GPUs together")
    add(
        "--steps-per-epoch",
        dest="steps",
        type=count,
        help="batches in an epoch (default: enough to show every picture once)",
    )
    add("--optimizer", help="name of a Keras optimizer")
    add("--learning-rate", type=limit, help="or its peak, with --warmup-epochs")
    add(
        "--warmup-epochs",
        type=count,
        help="raise the learning rate for this many epochs, then lower it along a cosine; fewer "
        "than --epochs",
    )
    add("--weight-decay", type=limit, help="of the optimizer")
    add(
        "--average",
        type=limit,
        metavar="EPOCHS",
        help="keep a moving average of the weights over this many epochs, not the best epoch",
    )
    add(
        "--early-stopping",
        dest="patience",
        type=count,
        metavar="EPOCHS",
        help="stop after this many epochs without a better val_accuracy",
    )
    add("--generations", type=count, help="train this many times, each run learning from the last")


def _add_data_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("recipe: data").add_argument
    switch = argparse.BooleanOptionalAction
    add("--seed", type=seed, help="of weights, order and augmentation")
    add("--soft-labels", action=switch, help="learn from the votes in DATA/votes.csv")
    add("--augment", action=switch, help="shift, relight, blur and cover pictures at random")
    add("--balance", type=share, help="show rare classes more often: 0 not at all, 1 equally")
    add("--class-weights", action=switch, help="give rare classes the same weight in the loss")


if __name__ == "__main__":
    sys.exit(main())
