"""Convert a trained Keras model to TFLite, and prove that the result is equal.

  python -m convert                  build/model.keras and its contract to build/model.tflite

Reads model.keras, contract.json, calibration.npz and holdout.npz from --build. Writes
model.tflite (int8) and model.float32.tflite there, contract and labels inside, after both runtimes
of a Pi have run both on the whole holdout. A model that fails is not written: exit code 1, and the
former one stays.
"""

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's notes on its own start-up

import keras
import numpy as np
import numpy.typing as npt

from convert.convert import check_activation, float32, int8, normalised, to_logits
from convert.parity import Parity, check_int8, compare, run_on_both
from edge.arguments import describe
from edge.contract import Contract, loads, scores
from edge.errors import RunError, UserError, exit_code
from edge.files import publish
from edge.model_file import pack

FILES = {"int8": "model.tflite", "float32": "model.float32.tflite"}
AGREEMENT_OF_RUNTIMES = 0.99  # share of pictures on which both runtimes must say the same


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = describe(argparse.ArgumentParser(prog="python -m convert"), str(__doc__))
    parser.add_argument(
        "--build", type=Path, default=Path("build"), help="folder of the run (default: build)"
    )
    parser.add_argument(
        "--max-drop",
        type=float,
        default=1.0,
        metavar="POINTS",
        help="of top-1 accuracy below Keras's, in percent points (default: %(default)s)",
    )
    args = parser.parse_args(argv)
    return exit_code("convert", lambda: _convert(args.build, args.max_drop))


def _convert(build: Path, max_drop: float) -> int:
    run = _read(build)
    logits_model = to_logits(run.model, batch_size=1)
    calibration = normalised(run.calibration, run.contract)
    keras.config.disable_interactive_logging()  # the exporter lists every variable on stdout
    flatbuffers = {
        "int8": int8(logits_model, representative_dataset=calibration),
        "float32": float32(logits_model),
    }
    check_int8(flatbuffers["int8"])
    with publish(build) as stage:
        for variant, flatbuffer in flatbuffers.items():
            (stage / FILES[variant]).write_bytes(pack(flatbuffer, run.contract))
        truth = _keras_scores(run)
        accuracy = float((truth.argmax(axis=1) == run.targets).mean())
        rows = [row for variant in FILES for row in _prove(variant, stage, build, run, truth)]
        sizes = {variant: (stage / name).stat().st_size for variant, name in FILES.items()}
        print(_table(accuracy, rows, sizes))
        _gate(accuracy, rows, max_drop)
    print(f"wrote {build / FILES['int8']} and {FILES['float32']}")
    return 0


@dataclass(frozen=True)
class Run:
    """What training left: pictures are uint8 (N, height, width, 3), targets class numbers."""

    model: keras.Model
    contract: Contract
    calibration: npt.NDArray[np.uint8]
    images: npt.NDArray[np.uint8]
    targets: npt.NDArray[np.int64]


def _read(build: Path) -> Run:
    for name in ("model.keras", "contract.json", "calibration.npz", "holdout.npz"):
        if not (build / name).exists():
            raise UserError(f"{build / name}: no such file; make it with `python -m train`")
    contract = loads((build / "contract.json").read_bytes())
    try:
        model = keras.models.load_model(build / "model.keras", compile=False)
        calibration = dict(np.load(build / "calibration.npz"))
        holdout = dict(np.load(build / "holdout.npz"))
        run = Run(model, contract, calibration["images"], holdout["images"], holdout["labels"])
    except (ValueError, OSError, EOFError, KeyError, BadZipFile) as error:
        raise UserError(f"{build}: {error}; make it again with `python -m train`") from None
    check_activation(model, contract)
    return run


def _keras_scores(run: Run) -> npt.NDArray[np.float64]:
    """Return Keras's scores (N, classes) of the holdout, a few pictures at a time."""
    model = to_logits(run.model, batch_size=None)
    parts = np.array_split(run.images, -(-len(run.images) // 64))
    logits = [model.predict_on_batch(normalised(part, run.contract)) for part in parts]
    return scores(np.concatenate(logits), run.contract)


def _prove(
    variant: str, stage: Path, build: Path, run: Run, truth: npt.NDArray[np.float64]
) -> list[Parity]:
    """Return a row for each runtime; raises RunError where the two disagree with one another."""
    with tempfile.TemporaryDirectory() as folder:
        outputs = run_on_both(stage / FILES[variant], build / "holdout.npz", Path(folder))
    first, second = (logits.argmax(axis=1) for logits in outputs.values())
    if (agreement := float((first == second).mean())) < AGREEMENT_OF_RUNTIMES:
        raise RunError(f"{variant}: the two runtimes agree on {agreement:.1%} of labels only")
    return [
        compare(
            variant,
            runtime,
            logits,
            keras_scores=truth,
            targets=run.targets,
            contract=run.contract,
        )
        for runtime, logits in outputs.items()
    ]


def _table(accuracy: float, rows: list[Parity], sizes: dict[str, int]) -> str:
    lines = [
        "variant  runtime              bytes   top-1  as Keras  score error",
        f"{'Keras':8} {'':15} {'':>10} {accuracy:7.2%}",
    ]
    for row in rows:
        lines.append(
            f"{row.variant:8} {row.runtime:15} {sizes[row.variant]:10,} {row.accuracy:7.2%} "
            f"{row.agreement:9.2%} {row.score_error:12.5f}"
        )
    return "\n".join(lines)


def _gate(accuracy: float, rows: list[Parity], max_drop: float) -> None:
    for row in rows:
        if not (drop := 100 * (accuracy - row.accuracy)) <= max_drop:
            raise RunError(
                f"{row.variant} on {row.runtime} loses {drop:.2f} points of top-1, more than "
                f"--max-drop {max_drop}: no model written"
            )


if __name__ == "__main__":
    sys.exit(main())
