"""Convert a trained Keras model to TFLite and check its parity with Keras.

  python -m convert                    convert build/ to all variants but int16x8, keep the best
  python -m convert --variant float16  convert to this variant only
  python -m convert --variant all      convert to every variant; all of them must pass

Reads what `python -m train` left in --build. Each variant classifies the whole holdout on the
TFLite runtimes that a Raspberry Pi can have: on LiteRT, and on tflite-runtime where that can be
installed (up to Python 3.11). It is refused if it differs from Keras by more than the limits
below. Each variant that passes is written as model.<variant>.tflite, with contract, labels and
metadata inside, and the best one also as model.tflite: int8 if it passes, otherwise the smallest
(int16x8, which is slow everywhere, only if nothing else passes). convert_report.html and
convert_report.json have all figures and the errors of a refused model by layer.

Exit codes: 0 success; 1 no new model, because the variant asked for by name, one of `all` or every
one of `auto` was refused; 2 bad input or options.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hides TensorFlow's start-up messages

import keras

from convert.artifacts import Run, read_run
from convert.converter import convert, normalised, to_logits
from convert.metadata import ModelInfo
from convert.options import make_limits, make_model_info, make_parser
from convert.packaging import convert_variant
from convert.parity import Reference, Verdict, check_parity, run_keras, with_layer_errors
from convert.parity_gate import Limits
from convert.report import describe, write_report
from convert.runtimes.proof import gate_runtimes
from convert.selection import SLOW_VARIANT, choose, latency_ratios, resolve_variants
from convert.table import table
from emotion_edge.errors import RunError, exit_code
from emotion_edge.model.model_file import pack
from emotion_edge.util.atomic_write import staged_write


@dataclass(frozen=True)
class _Conversion:
    """The inputs that every variant shares.

    float32: the bare float32 model to compare others with, None if it cannot be converted.
    """

    build: Path
    run: Run
    model: keras.Model
    reference: Reference
    limits: Limits
    info: ModelInfo
    float32: bytes | None


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = make_parser(str(__doc__)).parse_args(argv)
    return exit_code("convert", lambda: _convert(args))


def _convert(args: argparse.Namespace) -> int:
    keras.config.disable_interactive_logging()  # the exporter lists every variable on stdout
    conversion = _prepare(args)
    verdicts = [_try_variant(name, conversion) for name in resolve_variants(args.variant)]
    chosen = choose(args.variant, verdicts)
    report = _report(conversion, verdicts, chosen)
    with staged_write(args.build) as stage:
        write_report(stage, report, conversion.run, verdicts, conversion.reference)
        if chosen:
            _write_models(stage, verdicts, chosen)
    if chosen:
        _remove_refused(args.build, verdicts)
    print(table(report))
    print(f"report: {args.build / 'convert_report.html'}")
    if not chosen:
        raise RunError(f"no model written; {report['remedy'] or 'see the report'}")
    print(f"wrote {args.build / 'model.tflite'} ({chosen}) and a file for each variant that passed")
    return 0


def _prepare(args: argparse.Namespace) -> _Conversion:
    run = read_run(args.build)
    reference = run_keras(run)
    model = to_logits(run.model, batch_size=1)
    return _Conversion(
        build=args.build,
        run=run,
        model=model,
        reference=reference,
        limits=make_limits(args),
        info=make_model_info(args, run),
        float32=_convert_float32(model, run),
    )


def _convert_float32(model: keras.Model, run: Run) -> bytes | None:
    one = normalised(run.calibration.images[:1], run.contract)
    try:
        return convert(model, variant="float32", representative_dataset=one)
    except RunError:
        return None  # the conversion of each variant will report it


def _try_variant(variant: str, conversion: _Conversion) -> Verdict:
    start = time.monotonic()
    count, runtimes = len(conversion.run.holdout.targets), " and ".join(gate_runtimes())
    print(f"{variant}: converting, then {count} images on {runtimes} ...", flush=True)
    try:
        verdict = _convert_and_check(variant, conversion)
    except RunError as error:
        verdict = Verdict(variant, None, [str(error)])
    outcome = "refused" if verdict.reasons else "passed"
    print(f"{variant}: {outcome} after {time.monotonic() - start:.0f} s", flush=True)
    return verdict


def _convert_and_check(variant: str, conversion: _Conversion) -> Verdict:
    run, build = conversion.run, conversion.build
    converted = convert_variant(
        variant, conversion.model, run, conversion.info, build / "temperature.npz"
    )
    verdict = check_parity(
        converted,
        run,
        build / "holdout.npz",
        reference=conversion.reference,
        limits=conversion.limits,
    )
    if conversion.float32 and variant in ("int8", SLOW_VARIANT):
        return with_layer_errors(verdict, conversion.float32, run)
    return verdict


def _report(
    conversion: _Conversion, verdicts: Sequence[Verdict], chosen: str | None
) -> dict[str, Any]:
    float32 = conversion.float32 and pack(conversion.float32, conversion.run.contract)
    return describe(
        conversion.run,
        verdicts,
        reference=conversion.reference,
        limits=conversion.limits,
        latencies={name: latency_ratios(verdicts, float32, name) for name in gate_runtimes()},
        chosen=chosen,
    )


def _write_models(stage: Path, verdicts: Sequence[Verdict], chosen: str) -> None:
    for verdict in verdicts:
        if verdict.converted and not verdict.reasons:
            names = [f"model.{verdict.variant}.tflite"]
            names += ["model.tflite"] if verdict.variant == chosen else []
            for name in names:
                (stage / name).write_bytes(verdict.converted.model)


def _remove_refused(build: Path, verdicts: Sequence[Verdict]) -> None:
    """Remove the files that an earlier conversion wrote for variants that were refused now."""
    for verdict in verdicts:
        if verdict.reasons:
            (build / f"model.{verdict.variant}.tflite").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
