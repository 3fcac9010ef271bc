"""Quantise a trained Keras model to .tflite files that have proven themselves equal to it.

  python -m convert                    build/, all variants but int16x8, the best one kept
  python -m convert --variant float16  this one or none
  python -m convert --variant all      every variant, int16x8 too; all of them or none

Reads what `python -m train` left in --build. Each variant then labels the whole holdout on both
TFLite runtimes that a Raspberry Pi can have, and is refused where it is further from Keras than the
limits below allow. What passes is written as model.<variant>.tflite with contract, labels and
metadata inside, and the best as model.tflite: int8 where it passes, else the smallest (int16x8,
slow everywhere, only where it is the only one). All figures, and where a refused model went wrong,
are in convert_report.html and convert_report.json. Exit code 1 and no new model where a variant
asked for by name failed, one of `all`, or every one of `auto`.
"""

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's notes on its own start-up

import keras

from convert.artifacts import Run, check_evaluation, read_run
from convert.converter import VARIANTS, convert, normalised, to_logits
from convert.gate import Limits
from convert.metadata import About
from convert.parity import Reference, Verdict, ask_keras, convert_variant, find_worst_layers, prove
from convert.report import describe, write_report
from convert.selection import SLOW, choose, latency_ratios, variants_of
from convert.table import table
from emotion_edge.cli import argument_types as arguments
from emotion_edge.errors import RunError, exit_code
from emotion_edge.model.model_file import pack
from emotion_edge.model.runtime import RUNTIMES
from emotion_edge.util.atomic_write import staged_write

LIMITS = {
    "float32_score_error": "largest difference of a float32 score",
    "float32_agreement": "percent of pictures to which float32 must give Keras's label",
    "top1_drop": "points of top-1 that the other variants may lose",
    "recall_drop": "points of recall that a class may lose; one picture where it has under 50",
    "agreement": "percent of the pictures that Keras is clear about to get Keras's label",
}


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args(argv)
    return exit_code("convert", lambda: _convert(args))


def _convert(args: argparse.Namespace) -> int:
    run = read_run(args.build)
    limits = Limits(**{name: getattr(args, name) for name in LIMITS})
    keras.config.disable_interactive_logging()  # the exporter lists every variable on stdout
    reference = ask_keras(run)
    check_evaluation(args.build, run.contract, reference.measured)
    model = to_logits(run.model, batch_size=1)
    exact = _exact(model, run)
    verdicts = [
        _prove(variant, model, exact, run, args, reference, limits)
        for variant in variants_of(args.variant)
    ]
    chosen = choose(args.variant, verdicts)
    ratios = {
        runtime: latency_ratios(verdicts, exact and pack(exact, run.contract), runtime)
        for runtime in RUNTIMES
    }
    report = describe(
        run, verdicts, reference=reference, limits=limits, latencies=ratios, chosen=chosen
    )
    with staged_write(args.build) as stage:
        write_report(stage, report, run, verdicts, reference)
        if chosen:
            _write_models(stage, verdicts, chosen)
    if chosen:
        _remove_refused(args.build, verdicts)
    print(table(report))
    print(f"report: {args.build / 'convert_report.html'}")
    if not chosen:
        raise RunError(f"no model written; {report['remedy'] or 'see the report'}")
    print(f"wrote {args.build / 'model.tflite'} ({chosen}), and each that passed under its name")
    return 0


def _exact(model: keras.Model, run: Run) -> bytes | None:
    """Return the bare float32 model to measure others against, None where it cannot be made."""
    one = normalised(run.calibration.images[:1], run.contract)
    try:
        return convert(model, variant="float32", representative_dataset=one)
    except RunError:
        return None  # each variant will say so


def _remove_refused(build: Path, verdicts: list[Verdict]) -> None:
    """Remove what a former conversion wrote of variants that were refused now."""
    for verdict in verdicts:
        if verdict.reasons:
            (build / f"model.{verdict.variant}.tflite").unlink(missing_ok=True)


def _prove(
    variant: str,
    model: keras.Model,
    exact: bytes | None,
    run: Run,
    args: argparse.Namespace,
    reference: Reference,
    limits: Limits,
) -> Verdict:
    start = time.monotonic()
    pictures = len(run.holdout.targets)
    print(f"{variant}: converting, then {pictures} pictures on both runtimes ...", flush=True)
    try:
        converted = convert_variant(
            variant, model, run, _about(args, run), args.build / "temperature.npz"
        )
        verdict = prove(
            converted, run, args.build / "holdout.npz", reference=reference, limits=limits
        )
        if exact and variant in ("int8", SLOW):
            verdict = find_worst_layers(verdict, exact, run)
    except RunError as error:
        verdict = Verdict(variant, None, [str(error)])
    said = "refused" if verdict.reasons else "passed"
    print(f"{variant}: {said} after {time.monotonic() - start:.0f} s", flush=True)
    return verdict


def _about(args: argparse.Namespace, run: Run) -> About:
    return About(
        name=args.name or run.model.name,
        description=f"Names the expression on a face: {', '.join(run.contract.labels)}.",
        version=args.model_version,
        author=args.author,
        license=args.license,
    )


def _write_models(stage: Path, verdicts: list[Verdict], chosen: str) -> None:
    for verdict in verdicts:
        if verdict.converted and not verdict.reasons:
            names = [f"model.{verdict.variant}.tflite"]
            names += ["model.tflite"] if verdict.variant == chosen else []
            for name in names:
                (stage / name).write_bytes(verdict.converted.model)


def _parser() -> argparse.ArgumentParser:
    parser = arguments.describe(argparse.ArgumentParser(prog="python -m convert"), str(__doc__))
    add = parser.add_argument
    add("--build", type=Path, default=Path("build"), help="folder of the run (default: build)")
    add("--variant", choices=[*VARIANTS, "all", "auto"], default="auto", help="(default: auto)")
    limits = parser.add_argument_group("limits of the gate")
    for name, text in LIMITS.items():
        default = getattr(Limits(), name)
        flag = f"--{name.replace('_', '-')}"
        limits.add_argument(
            flag,
            type=arguments.limit,
            default=default,
            metavar="X",
            help=f"{text} (default: %(default)s)",
        )
    words = parser.add_argument_group("what the model's metadata says")
    words.add_argument("--name", type=arguments.line, help="(default: the Keras model's)")
    words.add_argument(
        "--author", type=arguments.line, default="not stated", help="(default: %(default)s)"
    )
    words.add_argument(
        "--license", type=arguments.line, default="not stated", help="(default: %(default)s)"
    )
    words.add_argument(
        "--model-version", type=arguments.line, default="1", help="(default: %(default)s)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
