"""Command-line options of the model, and of the runtime that runs it."""

import argparse
from pathlib import Path

from emotion_edge.cli.argument_types import threads
from emotion_edge.model.runtime import RUNTIMES
from emotion_edge.system.paths import MODELS


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add --model and --models."""
    parser.add_argument(
        "--model",
        type=Path,
        help="a .tflite written by convert (default: the one that install-model has installed, or "
        "emotion-compact, which comes with this program)",
    )
    add_models(parser)


def add_models(parser: argparse.ArgumentParser) -> None:
    """Add --models."""
    parser.add_argument(
        "--models",
        type=Path,
        default=MODELS,
        metavar="DIR",
        help="where install-model puts models (default: %(default)s)",
    )


def add_run_dir(parser: argparse.ArgumentParser, text: str, default: Path | None) -> None:
    """Add --run-dir; its help begins with `text`."""
    parser.add_argument(
        "--run-dir",
        type=Path,
        metavar="DIR",
        default=default,
        help=f"{text} (default: {default or 'RUNTIME_DIRECTORY, which systemd sets'})",
    )


def add_taught(parser: argparse.ArgumentParser) -> None:
    """Add --taught."""
    parser.add_argument(
        "--taught",
        type=Path,
        metavar="PATH",
        help="a file written by teach for this model: its labels and its head take the place of "
        "the model's",
    )


def add_prior(parser: argparse.ArgumentParser) -> None:
    """Add --prior."""
    parser.add_argument(
        "--prior",
        choices=("shipped", "natural"),
        default="shipped",
        help="how frequent the model takes its labels to be; natural: as in its training pictures, "
        "so more labels are right in all; shipped: as its contract says (default), so rare "
        "expressions, such as disgust and fear, are found more often",
    )


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options for running a network."""
    parser.add_argument(
        "--runtime",
        choices=["auto", *RUNTIMES],
        default="auto",
        help="the TFLite runtime; auto (default) takes the first that is installed",
    )
    parser.add_argument(
        "--threads", type=threads, default=1, metavar="N", help="for inference (default: 1)"
    )
    parser.add_argument(
        "--verbose",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="log more on stderr",
    )
