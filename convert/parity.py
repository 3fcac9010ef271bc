"""From a Keras model to a verdict on one variant: convert, calibrate, pack, ask both runtimes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from convert import gate
from convert.artifacts import Run, with_full_range
from convert.calibration import calibrate
from convert.converter import convert, normalised, to_logits
from convert.layer_errors import LayerError, layer_errors
from convert.metadata import About, add_metadata
from convert.runtimes.client import Opinion, ask, ask_both
from convert.test_vector import golden_vector
from emotion_edge.errors import RunError
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import pack
from emotion_edge.model.postprocessing import scores
from evaluation.metrics import Parity, Quality, parity, quality

_LAYER_PICTURES = 32  # enough for a mean over all pixels of a layer


@dataclass(frozen=True)
class Reference:
    """What Keras makes of the holdout: logits and scores (N, classes), and what they are worth.

    The scores are at the temperature that training left.
    """

    logits: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    measured: Quality


@dataclass(frozen=True)
class Converted:
    """A variant before its proof: the packed model, its contract, and the seconds it took."""

    variant: str
    model: bytes
    contract: Contract
    seconds: float


@dataclass(frozen=True)
class OnRuntime:
    """What one runtime makes of a variant on the holdout.

    uncalibrated: the quality at the temperature that training left, before calibration of scores.
    keras_scores: Keras's (N, classes), at the variant's temperature as its own are: a difference of
    temperature would count as an error.
    """

    opinion: Opinion
    measured: Quality
    uncalibrated: Quality
    keras_scores: npt.NDArray[np.float64]
    parity: Parity


@dataclass(frozen=True)
class Verdict:
    """A variant and the reasons against it, none where it may be shipped.

    converted: None where the converter failed. runtimes: by name, an error where one refuses.
    """

    variant: str
    converted: Converted | None
    reasons: list[str]
    runtimes: Mapping[str, OnRuntime | RunError] = field(default_factory=dict)
    layers: list[LayerError] = field(default_factory=list)


def ask_keras(run: Run) -> Reference:
    """Return what Keras makes of the holdout, computed a few pictures at a time.

    Raises RunError where it is not numbers.
    """
    model = to_logits(run.model, batch_size=None)
    parts = np.array_split(run.holdout.images, -(-len(run.holdout.images) // 64))
    outputs = [model.predict_on_batch(normalised(part, run.contract)) for part in parts]
    logits = np.concatenate(outputs).astype(np.float64)
    if not np.isfinite(logits).all():
        raise RunError("the Keras model computes no numbers: train it again")
    values = scores(logits, run.contract)
    return Reference(logits, values, quality(values, run.holdout.targets))


def convert_variant(
    variant: str, logits_model: keras.Model, run: Run, about: About, temperature: Path
) -> Converted:
    """Return a variant with metadata, contract and the temperature fitted on its own outputs.

    temperature: the .npz of the pictures to fit on. Raises RunError where TensorFlow or LiteRT
    refuse.
    """
    start = time.monotonic()
    calibration = normalised(with_full_range(run.calibration.images), run.contract)
    flatbuffer = convert(logits_model, variant=variant, representative_dataset=calibration)
    seconds = time.monotonic() - start
    return finish(variant, flatbuffer, run, about, temperature, seconds)


def finish(
    variant: str, flatbuffer: bytes, run: Run, about: About, temperature: Path, seconds: float = 0.0
) -> Converted:
    """Return a flatbuffer as the file to ship; see `convert_variant`."""
    contract, runs = run.contract, not gate.check_file(variant, flatbuffer)
    if runs:
        outputs = ask(pack(flatbuffer, contract), temperature, "litert").logits
        contract = calibrate(outputs, run.temperature.targets, contract)
    about = replace(about, description=f"{about.description} Quantisation: {variant}.")
    network = add_metadata(flatbuffer, contract, about)
    golden = golden_vector(network, contract) if runs else {}
    return Converted(variant, pack(network, contract, golden), contract, seconds)


def prove(
    converted: Converted,
    run: Run,
    holdout: Path,
    *,
    reference: Reference,
    limits: gate.Limits,
) -> Verdict:
    """Return the verdict on a packed model: what both runtimes make of the whole holdout.

    holdout: the .npz of `run.holdout`.
    """
    reasons = gate.check_file(converted.variant, converted.model)
    runtimes: dict[str, OnRuntime | RunError] = {}
    for runtime, opinion in ask_both(converted.model, holdout).items():
        if isinstance(opinion, RunError):
            runtimes[runtime] = opinion
            found = [f"does not run: {opinion}"]
        else:
            runtimes[runtime] = result = _measure(opinion, converted, run, reference)
            found = _judge(result, converted.variant, run, reference, limits)
        reasons += [f"{runtime}: {reason}" for reason in found]
    return Verdict(converted.variant, converted, reasons, runtimes)


def find_worst_layers(verdict: Verdict, exact: bytes, run: Run) -> Verdict:
    """Return the verdict with the errors of its layers against the float32 model `exact`."""
    assert verdict.converted
    count = len(run.holdout.images)  # in order of their classes: take some of each
    chosen = np.linspace(0, count - 1, min(count, _LAYER_PICTURES)).astype(int)
    images = run.holdout.images[chosen]
    errors = layer_errors(verdict.converted.model, exact, images, run.contract)
    return replace(verdict, layers=errors)


def _measure(opinion: Opinion, converted: Converted, run: Run, reference: Reference) -> OnRuntime:
    targets = run.holdout.targets
    at_temperature = replace(run.contract, temperature=converted.contract.temperature)
    keras_scores = scores(reference.logits, at_temperature)
    return OnRuntime(
        opinion,
        measured=quality(opinion.scores, targets),
        uncalibrated=quality(scores(opinion.logits, run.contract), targets),
        keras_scores=keras_scores,
        parity=parity(
            opinion.scores,
            keras_scores,
            keras_logits=reference.logits,
            quantum=opinion.output_scale,
        ),
    )


def _judge(
    result: OnRuntime,
    variant: str,
    run: Run,
    reference: Reference,
    limits: gate.Limits,
) -> list[str]:
    return [
        *gate.check_input(result.opinion, run.contract),
        *gate.check_labels(result.opinion, run.contract),
        *gate.check_quality(
            variant,
            result.parity,
            result.measured,
            reference.measured,
            limits,
            run.contract.labels,
        ),
    ]
