"""Train a network on photographs that are sorted into one folder per expression.

  python -m train                          train on data/; without it, on drawn sample faces
  python -m train --data photos --epochs 5
  python -m train --resume                 continue an interrupted run
  python -m train --data mine --from models/emotion-compact.weights.h5
                                           fine-tune the shipped network on your own pictures

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
from dataclasses import fields, replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hide TensorFlow's start-up messages

from emotion_edge.errors import RunError, UserError, exit_code
from emotion_edge.model.contract import Contract
from train.data.dataset import Dataset, find_crop_rule, find_labels, find_parts, load
from train.data.pipeline import label_shares
from train.data.soft_labels import VOTES_FILE, read_soft_labels, write_soft_labels
from train.engine.artifacts import (
    Finished,
    describe_run,
    describe_training,
    evaluate,
    summarise,
    write_build,
)
from train.engine.distillation import Trained, fit_all
from train.engine.distributed import make_strategy, worker_index
from train.engine.pretrained import Pretrained, read_pretrained
from train.engine.start import RunOptions
from train.engine.trainer import build, kept_model
from train.models import MODELS, contract_of, with_prior
from train.options import make_parser
from train.recipe import Recipe, default_recipe, fine_tuning_recipe

_DATA = Path("data")


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = make_parser(str(__doc__)).parse_args(argv)
    return exit_code("train", lambda: _summary(args) if args.summary else _train(args))


def _summary(args: argparse.Namespace) -> int:
    build(_recipe(args, votes=False), classes=7).summary()
    return 0


def _train(args: argparse.Namespace) -> int:
    strategy = make_strategy()  # TensorFlow requires this before anything else
    worker = worker_index(strategy)
    pretrained = read_pretrained(args.pretrained, args.model) if args.pretrained else None
    recipe = _recipe(args, votes=_has_votes(args.data or _DATA), pretrained=pretrained)
    data = args.data or _default_data(args)
    contract = _contract(args, recipe, data)
    if pretrained:
        pretrained.check_crop(data, contract)
    stored = read_soft_labels(args.soft_labels_from) if args.soft_labels_from else None
    dataset = load(data, contract, args.build / "cache")
    checkpoint = args.build / ("checkpoint" if worker == 0 else f"checkpoint-worker{worker}")
    options = RunOptions(strategy, checkpoint, args.resume, pretrained=pretrained)
    taught = stored.of_part(data.resolve().name) if stored else None
    trained = fit_all(recipe, dataset, contract, options, taught)
    if worker == 0:
        if stored:
            write_soft_labels(args.build, stored)
        finished = _finish(trained, data, dataset, contract, pretrained)
        write_build(args.build, finished, dataset, args.calibration_size)
        print(summarise(finished))
        print(f"wrote {args.build}/ ({trained.seconds:.0f} s of training); next: python -m convert")
    return 0


def _finish(
    trained: Trained,
    data: Path,
    dataset: Dataset,
    contract: Contract,
    pretrained: Pretrained | None,
) -> Finished:
    recipe, history = trained.recipe, trained.history
    model = kept_model(recipe, contract, trained.checkpoint)
    contract = with_prior(contract, label_shares(dataset.training.sure(), recipe), recipe.tau)
    run = describe_run(data) | describe_training(recipe, history, trained.seconds)
    if pretrained:
        run["from"] = pretrained.describe()
    evaluation = evaluate(model, contract, dataset, pretrained)
    return Finished(model, contract, evaluation, run, history)


def _has_votes(data: Path) -> bool:
    return data.is_dir() and any((part / VOTES_FILE).exists() for part in find_parts(data))


def _contract(args: argparse.Namespace, recipe: Recipe, data: Path) -> Contract:
    labels = find_labels(data)
    if args.calibration_size < len(labels):
        raise UserError(
            f"--calibration-size {args.calibration_size}: too small for {len(labels)} classes"
        )
    rule = find_crop_rule(data)
    contracts = {
        name: contract_of(MODELS[name](len(labels)), labels, rule)
        for name in (recipe.model, *recipe.teachers)
    }
    for name, contract in contracts.items():
        if contract != contracts[recipe.model]:
            raise UserError(f"--teachers {name}: its input or output is not {recipe.model}'s")
    return contracts[recipe.model]


def _default_data(args: argparse.Namespace) -> Path:
    if _DATA.is_dir():
        return _DATA
    if args.pretrained:
        raise UserError("--from: no data/ here; give the folder of your own pictures by --data")
    samples: Path = args.build / "samples"
    print(f"no data/ here: training on drawn sample faces instead, in {samples}/", flush=True)
    # A separate process: its workers would import this module, and TensorFlow with it.
    command = [sys.executable, "-m", "train.samples", "--out", str(samples)]
    if subprocess.run(command, check=False).returncode:
        raise RunError("cannot draw the sample faces")
    return samples


def _recipe(
    args: argparse.Namespace, *, votes: bool, pretrained: Pretrained | None = None
) -> Recipe:
    """Return the recipe of the chosen model, changed by the given options."""
    given = {field.name: getattr(args, field.name) for field in fields(Recipe)}
    if args.teachers is not None:
        given["teachers"] = tuple(args.teachers)
    recipe = default_recipe(args.model, votes=votes)
    if pretrained:
        recipe = fine_tuning_recipe(args.model, votes=votes, tau=pretrained.contract.tau)
    recipe = recipe.changed({k: v for k, v in given.items() if v is not None})
    if recipe.teachers or args.soft_labels_from:
        return recipe
    if args.people_epochs:
        raise UserError(
            "--people-epochs: only a network with teachers has them; add --teachers or "
            "--soft-labels-from"
        )
    return replace(recipe, people_epochs=0)


if __name__ == "__main__":
    sys.exit(main())
