"""Convert one variant, calibrate it and pack it into a model file."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import keras

from convert import parity_gate
from convert.artifacts import Run, with_full_range
from convert.converter import convert, normalised
from convert.metadata import ModelInfo, add_metadata
from convert.runtimes.client import run_on_runtime
from convert.runtimes.proof import gate_runtimes, record
from convert.test_vector import make_test_vector
from emotion_edge.model.calibration import calibrate
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import pack


@dataclass(frozen=True)
class Converted:
    """A converted variant: the packed model, its contract, and the seconds of the conversion."""

    variant: str
    model: bytes
    contract: Contract
    seconds: float


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
        packed = pack(flatbuffer, contract)
        outputs = run_on_runtime(packed, temperature, "litert", both_looks=True)
        given = run.temperature
        contract = calibrate(outputs.logits, given.targets, contract, given.parts)
    info = replace(info, description=f"{info.description} Quantisation: {variant}.")
    network = add_metadata(flatbuffer, contract, info)
    proof = make_test_vector(network, contract) | record(gate_runtimes()) if runs else {}
    return Converted(variant, pack(network, contract, proof), contract, seconds)
