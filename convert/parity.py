"""Convert one variant and check its parity with Keras on the runtimes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from convert import parity_gate
from convert.artifacts import Run, with_full_range
from convert.calibration import calibrate
from convert.converter import convert, normalised, to_logits
from convert.layer_errors import LayerError, layer_errors
from convert.losses import Losses, measure_losses
from convert.metadata import ModelInfo, add_metadata
from convert.runtimes.client import RuntimeOutputs, run_on_runtime, run_on_runtimes
from convert.runtimes.proof import gate_runtimes, record
from convert.test_vector import make_test_vector
from emotion_edge.errors import RunError
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import pack
from emotion_edge.model.postprocessing import scores
from evaluation.metrics import Parity, Quality, parity, quality

_BATCH_SIZE = 64
_LAYER_IMAGES = 32  # enough for a mean over all pixels of a layer


@dataclass(frozen=True)
class Reference:
    """Keras's logits and scores (N, classes) for the holdout, and their quality.

    The scores are at the temperature of training's contract.
    """

    logits: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    measured: Quality


@dataclass(frozen=True)
class Converted:
    """A converted variant: the packed model, its contract, and the seconds of the conversion."""

    variant: str
    model: bytes
    contract: Contract
    seconds: float


@dataclass(frozen=True)
class RuntimeResult:
    """A variant's outputs on one runtime for the holdout, and their comparison with Keras.

    uncalibrated: the quality at the temperature of training's contract. keras_scores: Keras's
    (N, classes) at the variant's temperature, so that the temperature does not count as an error.
    losses: what the variant gets wrong and Keras gets right, and the other way round.
    """

    outputs: RuntimeOutputs
    measured: Quality
    uncalibrated: Quality
    keras_scores: npt.NDArray[np.float64]
    parity: Parity
    losses: Losses


@dataclass(frozen=True)
class Verdict:
    """The reasons not to ship a variant; without any, it may be shipped.

    converted: None if the converter failed. runtimes: by name, the result or why it does not run.
    """

    variant: str
    converted: Converted | None
    reasons: list[str]
    runtimes: Mapping[str, RuntimeResult | RunError] = field(default_factory=dict)
    layers: list[LayerError] = field(default_factory=list)


def run_keras(run: Run) -> Reference:
    """Run Keras on the holdout, in batches. Raises RunError if a logit is not finite."""
    model = to_logits(run.model, batch_size=None)
    batches = np.array_split(run.holdout.images, -(-len(run.holdout.images) // _BATCH_SIZE))
    outputs = [model.predict_on_batch(normalised(batch, run.contract)) for batch in batches]
    logits = np.concatenate(outputs).astype(np.float64)
    if not np.isfinite(logits).all():
        raise RunError("the Keras model computes NaN or infinite logits: train it again")
    values = scores(logits, run.contract)
    return Reference(logits, values, quality(values, run.holdout.targets))


def convert_variant(
    variant: str, logits_model: keras.Model, run: Run, info: ModelInfo, temperature: Path
) -> Converted:
    """Convert, calibrate and package a variant.

    temperature: the .npz of `run.temperature`. Raises RunError if TensorFlow cannot convert the
    model or LiteRT cannot run it.
    """
    start = time.monotonic()
    calibration = normalised(with_full_range(run.calibration.images), run.contract)
    flatbuffer = convert(logits_model, variant=variant, representative_dataset=calibration)
    seconds = time.monotonic() - start
    return package(variant, flatbuffer, run, info, temperature, seconds)


def package(
    variant: str,
    flatbuffer: bytes,
    run: Run,
    info: ModelInfo,
    temperature: Path,
    seconds: float = 0.0,
) -> Converted:
    """Fit the temperature on the variant's own outputs; add metadata, contract and test vector.

    Not if `parity_gate.check_file` refuses the file. Also add the names of the gate's runtimes,
    which is true only of a model that passes `check_parity`.
    """
    contract, runs = run.contract, not parity_gate.check_file(variant, flatbuffer)
    if runs:
        outputs = run_on_runtime(pack(flatbuffer, contract), temperature, "litert")
        contract = calibrate(outputs.logits, run.temperature.targets, contract)
    info = replace(info, description=f"{info.description} Quantisation: {variant}.")
    network = add_metadata(flatbuffer, contract, info)
    proof = make_test_vector(network, contract) | record(gate_runtimes()) if runs else {}
    return Converted(variant, pack(network, contract, proof), contract, seconds)


def check_parity(
    converted: Converted,
    run: Run,
    holdout: Path,
    *,
    reference: Reference,
    limits: parity_gate.Limits,
) -> Verdict:
    """Run a packed model on the gate's runtimes over the whole holdout; compare it with Keras.

    holdout: the .npz of `run.holdout`.
    """
    reasons = parity_gate.check_file(converted.variant, converted.model)
    runtimes: dict[str, RuntimeResult | RunError] = {}
    for runtime, outputs in run_on_runtimes(converted.model, holdout).items():
        if isinstance(outputs, RunError):
            runtimes[runtime] = outputs
            found = [f"does not run: {outputs}"]
        else:
            runtimes[runtime] = result = _measure(outputs, converted, run, reference)
            found = _check(result, converted.variant, run, limits)
        reasons += [f"{runtime}: {reason}" for reason in found]
    return Verdict(converted.variant, converted, reasons, runtimes)


def with_layer_errors(verdict: Verdict, float32: bytes, run: Run) -> Verdict:
    """Return the verdict with the errors of its layers compared with the float32 model."""
    assert verdict.converted
    count = len(run.holdout.images)  # sorted by class, so take evenly spaced images
    chosen = np.linspace(0, count - 1, min(count, _LAYER_IMAGES)).astype(int)
    images = run.holdout.images[chosen]
    errors = layer_errors(verdict.converted.model, float32, images, run.contract)
    return replace(verdict, layers=errors)


def _measure(
    outputs: RuntimeOutputs, converted: Converted, run: Run, reference: Reference
) -> RuntimeResult:
    targets = run.holdout.targets
    at_temperature = replace(run.contract, temperature=converted.contract.temperature)
    keras_scores = scores(reference.logits, at_temperature)
    return RuntimeResult(
        outputs,
        measured=quality(outputs.scores, targets),
        uncalibrated=quality(scores(outputs.logits, run.contract), targets),
        keras_scores=keras_scores,
        parity=parity(
            outputs.scores,
            keras_scores,
            keras_logits=reference.logits,
            quantum=outputs.output_scale,
        ),
        losses=measure_losses(outputs.scores, reference.scores, targets),
    )


def _check(result: RuntimeResult, variant: str, run: Run, limits: parity_gate.Limits) -> list[str]:
    labels = run.contract.labels
    return [
        *parity_gate.check_input(result.outputs, run.contract),
        *parity_gate.check_labels(result.outputs, run.contract),
        *parity_gate.check_quality(variant, result.parity, result.losses, limits, labels),
    ]
