"""Convert the tiny network, intact or with a defect, and ask whether it is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from convert.artifacts import Run, with_full_range
from convert.converter import convert, normalised, to_logits
from convert.metadata import ModelInfo
from convert.packaging import Converted
from convert.parity import Reference, check_parity
from convert.parity_gate import Limits
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import pack

INFO = ModelInfo(name="tiny", description="", version="1", author="nobody", license="none")


class Case(NamedTuple):
    """A training run, what Keras computes for its holdout, and its folder."""

    run: Run
    reference: Reference
    folder: Path


def convert_tiny(run: Run, variant: str, model: keras.Model | None = None) -> bytes:
    """Convert the run's network, or `model`, to a variant."""
    images = normalised(with_full_range(run.calibration.images), run.contract)
    logits_model = to_logits(model or run.model, batch_size=1)
    return convert(logits_model, variant=variant, representative_dataset=images)


def refusal_reasons(case: Case, converted: Converted) -> list[str]:
    """Return the reasons to refuse a packed model."""
    verdict = check_parity(
        converted, case.run, case.folder / "holdout.npz", reference=case.reference, limits=Limits()
    )
    return verdict.reasons


def pack_variant(variant: str, content: bytes, contract: Contract) -> Converted:
    """Add the contract to a TFLite model."""
    return Converted(variant, pack(content, contract), contract, 0.0)


def with_changed_kernel(run: Run, change: Callable[[np.ndarray], np.ndarray]) -> keras.Model:
    """Return the run's network with `change` applied to the kernel of its first layer."""
    model = keras.models.clone_model(run.model)
    kernel, *others = run.model.get_weights()
    model.set_weights([change(kernel), *others])
    return model
