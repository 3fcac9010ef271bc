"""Check the parity of a converted variant with Keras on the runtimes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convert import parity_gate
from convert.artifacts import Run
from convert.converter import normalised, to_logits
from convert.layer_errors import LayerError, layer_errors
from convert.losses import Losses, measure_losses
from convert.packaging import Converted
from convert.runtimes.client import RuntimeOutputs, run_on_runtimes
from emotion_edge.errors import RunError
from emotion_edge.model.network import EMBEDDING, LOGITS
from emotion_edge.model.postprocessing import adjustment, scores
from evaluation.metrics import Parity, Quality, cosine_similarity, parity, quality

_BATCH_SIZE = 64
_LAYER_IMAGES = 32  # enough for a mean over all pixels of a layer


@dataclass(frozen=True)
class Reference:
    """Keras's logits and scores (N, classes) for the holdout, and their quality.

    embeddings: (N, features). The scores are at the temperature of training's contract.
    """

    logits: npt.NDArray[np.float64]
    embeddings: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    measured: Quality


@dataclass(frozen=True)
class RuntimeResult:
    """A variant's outputs on one runtime for the holdout, and their comparison with Keras.

    uncalibrated: the quality at the temperature of training's contract. keras_scores: Keras's
    (N, classes) at the variant's temperature, so that the temperature does not count as an error.
    similarity: mean cosine similarity of the embeddings.
    losses: what the variant gets wrong and Keras gets right, and the other way round.
    """

    outputs: RuntimeOutputs
    measured: Quality
    uncalibrated: Quality
    keras_scores: npt.NDArray[np.float64]
    parity: Parity
    similarity: float
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
    """Run Keras on the holdout, in batches. Raises RunError if an output is not finite."""
    model = to_logits(run.model, batch_size=None)
    batches = np.array_split(run.holdout.images, -(-len(run.holdout.images) // _BATCH_SIZE))
    outputs = [model.predict_on_batch(normalised(batch, run.contract)) for batch in batches]
    logits, embeddings = (
        np.concatenate([batch[name] for batch in outputs]).astype(np.float64)
        for name in (LOGITS, EMBEDDING)
    )
    if not (np.isfinite(logits).all() and np.isfinite(embeddings).all()):
        raise RunError("the Keras model computes NaN or infinite outputs: train it again")
    values = scores(logits, run.contract)
    return Reference(logits, embeddings, values, quality(values, run.holdout.targets))


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
            keras_logits=reference.logits - adjustment(run.contract),
            quantum=outputs.output_scale,
        ),
        similarity=cosine_similarity(outputs.embeddings, reference.embeddings),
        losses=measure_losses(outputs.scores, reference.scores, targets),
    )


def _check(result: RuntimeResult, variant: str, run: Run, limits: parity_gate.Limits) -> list[str]:
    labels = run.contract.labels
    return [
        *parity_gate.check_input(result.outputs, run.contract),
        *parity_gate.check_labels(result.outputs, run.contract),
        *parity_gate.check_embeddings(variant, result.similarity, limits),
        *parity_gate.check_quality(variant, result.parity, result.losses, limits, labels),
    ]
