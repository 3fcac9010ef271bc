"""The options of `python -m train`."""

import argparse
from pathlib import Path

from emotion_edge.cli.argument_types import count, describe, epochs, limit, seed, share
from train.models import MODELS


def make_parser(description: str) -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = describe(argparse.ArgumentParser(prog="python -m train"), description)
    add = parser.add_argument
    add("--data", type=Path, help="folder with train/, validation/ and maybe test/ (default: data)")
    add("--build", type=Path, default=Path("build"), help="folder to write to (default: build)")
    add(
        "--model",
        choices=MODELS,
        default="compact",
        help="network to train (default: %(default)s)",
    )
    add(
        "--from",
        dest="pretrained",
        type=Path,
        metavar="WEIGHTS",
        help="start from these weights of the same network, such as the shipped one's "
        "(models/emotion-compact.weights.h5), with a short recipe",
    )
    add("--summary", action="store_true", help="print the model's layers for 7 classes and exit")
    _add_schedule_options(parser)
    _add_teacher_options(parser)
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
        "The defaults depend on --model, --from and DATA/votes.csv, see train/recipe.py.",
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


def _add_teacher_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("recipe: teachers")
    group.add_argument(
        "--people-epochs",
        type=epochs,
        help="after learning from teachers, further epochs on people's labels only, with a "
        "learning rate of 0.0003 or less (default: 3 for compact, if DATA has votes, otherwise 0)",
    )
    add = group.add_mutually_exclusive_group().add_argument
    add(
        "--soft-labels-from",
        type=Path,
        metavar="FILE",
        help="soft_labels.npz, the predictions of teachers that were trained before",
    )
    add(
        "--teachers",
        nargs="*",
        choices=MODELS,
        help="networks to train first, whose predictions are half of what the network learns",
    )


def _add_data_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("recipe: data").add_argument
    switch = argparse.BooleanOptionalAction
    add("--seed", type=seed, help="of weights, order and augmentation")
    add("--soft-labels", action=switch, help="learn from the votes in DATA/votes.csv")
    add("--augment", action=switch, help="shift, relight, blur and cover pictures at random")
    add("--balance", type=share, help="show rare classes more often: 0 not at all, 1 equally")
    add(
        "--tau",
        type=share,
        help="how much the model favours rare classes: 0 not at all, so that most labels are "
        "right; 1 all classes have the same chance",
    )
    add("--class-weights", action=switch, help="give rare classes the same weight in the loss")
    add(
        "--bfloat16",
        action=switch,
        help="compute in bfloat16: faster on a processor or GPU with instructions for it",
    )
