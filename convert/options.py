"""Command-line options of `python -m convert`."""

import argparse
from pathlib import Path

from convert.artifacts import NO_FOLDER, Run
from convert.converter import VARIANTS
from convert.metadata import ModelInfo
from convert.parity_gate import Limits
from emotion_edge.cli import argument_types as arguments

_LIMITS = {
    "float32_score_error": "largest difference of a float32 score",
    "float32_agreement": "percent of images that must get Keras's label in float32",
    "top1_drop": "points of top-1 that the other variants may lose; more only by chance",
    "top1_cap": "points of top-1 that they may not lose even by chance",
    "recall_drop": "points of recall that a class may lose; more only by chance",
    "recall_cap": "points of recall that a class may not lose even by chance",
    "agreement": "percent of the images clear for Keras that must get Keras's label; fewer only by "
    "chance",
    "similarity": "smallest mean cosine similarity of the last layer's features to Keras's",
}


def make_parser(description: str) -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = arguments.describe(argparse.ArgumentParser(prog="python -m convert"), description)
    add = parser.add_argument
    add("--build", type=Path, default=Path("build"), help="folder of the run (default: build)")
    add("network", nargs="?", type=_refuse_file, help=argparse.SUPPRESS)
    add("--variant", choices=[*VARIANTS, "all", "auto"], default="auto", help="(default: auto)")
    _add_limits(parser)
    _add_metadata_options(parser)
    return parser


def _refuse_file(text: str) -> None:
    raise argparse.ArgumentTypeError(f"{text}: {NO_FOLDER}")


def make_limits(args: argparse.Namespace) -> Limits:
    """Return the limits of the gate."""
    return Limits(**{name: getattr(args, name) for name in _LIMITS})


def make_model_info(args: argparse.Namespace, run: Run) -> ModelInfo:
    """Return the name, version and origin for the model's metadata."""
    return ModelInfo(
        name=args.name or run.model.name,
        description=f"Names the expression on a face: {', '.join(run.contract.labels)}.",
        version=args.model_version,
        author=args.author,
        license=args.license,
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("limits of the gate")
    for name, text in _LIMITS.items():
        group.add_argument(
            f"--{name.replace('_', '-')}",
            type=arguments.limit,
            default=getattr(Limits(), name),
            metavar="X",
            help=f"{text} (default: %(default)s)",
        )


def _add_metadata_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("metadata of the model")
    group.add_argument("--name", type=arguments.line, help="(default: the Keras model's)")
    defaults = {"--author": "not stated", "--license": "not stated", "--model-version": "1"}
    for option, default in defaults.items():
        group.add_argument(
            option, type=arguments.line, default=default, help="(default: %(default)s)"
        )
