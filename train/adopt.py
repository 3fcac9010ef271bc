"""Write a build folder for a Keras network that was trained elsewhere, for `python -m convert`.

  python -m train.adopt my.keras --data faces
  python -m train.adopt my.keras --data faces --range 0 1
  python -m train.adopt my.keras --data faces --labels angry,happy,sad,neutral

The contract comes from the network: the size of its input, grey or RGB by its channels, and the
activation of its last layer, which must be Dense; logits get softmax. The pictures of DATA are
read as `python -m train` reads them: DATA/train/ for the ranges of quantisation,
DATA/validation/ for the temperature of the scores and DATA/test/ to test the conversion. So
test/, or else validation/, must have pictures that the network was not trained on.

The outputs must be the labels of DATA in alphabetical order, as in Keras'
image_dataset_from_directory, or as --labels says. A network with a Rescaling layer gets the
pixels 0 to 255; for any other one, --range says what it expects.
Exit codes: 0 done, 1 failure at run time, 2 bad input or options.
"""

import argparse
import os
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hide TensorFlow's start-up messages

import keras

from emotion_edge.cli.argument_types import describe, pixel
from emotion_edge.errors import UserError, escape, exit_code
from emotion_edge.model.contract import Contract
from train.adoption_advice import RANGES, advise, with_range
from train.data.dataset import find_crop_rule, find_labels, load
from train.data.pipeline import label_shares
from train.engine.artifacts import (
    Finished,
    describe_result,
    describe_run,
    evaluate,
    write_build,
)
from train.engine.state import digest_of
from train.keras_file import read_network
from train.models import contract_of, with_prior
from train.recipe import Recipe

_BUILD = Path("build/adopted")  # not build/, in which make would train another network over it
_CALIBRATION_SIZE = 2100  # as `python -m train` takes


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args(argv)
    return exit_code("train.adopt", lambda: _adopt(args))


def _adopt(args: argparse.Namespace) -> int:
    model = read_network(args.network)
    labels = _labels(args, model)
    contract = with_range(_contract(model, labels, args.data), *_range(args, model))
    dataset = load(args.data, contract, args.build / "cache")
    contract = with_prior(contract, label_shares(dataset.training.sure(), Recipe()), tau=0.0)
    origin = {"file": str(args.network), "sha256": digest_of(args.network)}
    run = describe_run(args.data) | {"adopted": origin}
    evaluation = evaluate(model, contract, dataset)
    write_build(
        args.build, Finished(model, contract, evaluation, run, []), dataset, _CALIBRATION_SIZE
    )
    print(escape(describe_result(evaluation)))
    for line in advise(model, contract, dataset.holdout):
        print(escape(f"warning: {line}"), file=sys.stderr)
    print(f"wrote {args.build}/; next: python -m convert --build {args.build}")
    return 0


def _labels(args: argparse.Namespace, model: keras.Model) -> list[str]:
    """Return the labels in the order of the network's outputs."""
    of_data = find_labels(args.data)
    labels = of_data
    if args.labels is not None:
        labels = [unicodedata.normalize("NFC", label.strip()) for label in args.labels.split(",")]
        if sorted(labels) != of_data:
            raise UserError(
                f"--labels {args.labels}: must be the folders of {args.data}/train, in the order "
                f"of the network's outputs: {', '.join(of_data)}"
            )
    if (outputs := model.output_shape[-1]) != len(labels):
        raise UserError(
            f"{args.network}: it has {outputs} output(s), {args.data} has {len(labels)} labels: "
            f"{', '.join(labels)}",
            "there must be a folder for each output",
        )
    return labels


def _contract(model: keras.Model, labels: Sequence[str], data: Path) -> Contract:
    contract = contract_of(model, list(labels), find_crop_rule(data))
    return replace(contract, contrast="none")  # whatever the network is called


def _range(args: argparse.Namespace, model: keras.Model) -> tuple[float, float]:
    if args.range:
        black, white = args.range
        if black == white:
            raise UserError(f"--range {black:g} {white:g}: black and white must differ")
        return black, white
    if not any(isinstance(each, keras.layers.Rescaling) for each in model._flatten_layers()):
        raise UserError(
            f"{args.network}: it has no Rescaling layer, so the range of its input is not known",
            "give what it expects of a black and a white pixel, such as --range 0 1 if the "
            "pictures were divided by 255, --range -1 1, or --range 0 255",
        )
    return RANGES[0]


def _parser() -> argparse.ArgumentParser:
    parser = describe(argparse.ArgumentParser(prog="python -m train.adopt"), str(__doc__))
    add = parser.add_argument
    add("network", type=Path, help="a .keras file")
    add("--data", type=Path, required=True, help="folder with train/, validation/ and maybe test/")
    add("--build", type=Path, default=_BUILD, help=f"folder to write to (default: {_BUILD})")
    add("--labels", metavar="A,B,...", help="labels in the order of the network's outputs")
    add(
        "--range",
        type=pixel,
        nargs=2,
        metavar=("BLACK", "WHITE"),
        help="what the network expects of a black and of a white pixel (default: 0 255 if it has a "
        "Rescaling layer)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
