"""Drawing the picture of a golden vector, and writing down what the runtimes make of it."""

import hashlib
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from convert.runtimes.client import Opinion, ask_both
from emotion_edge.errors import RunError
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import GOLDEN_FILE, GOLDEN_PICTURE, pack

# Float32 sums in another order, over the largest logit or 1: up to 1.2e-6 was seen here in six
# networks, with XNNPACK, TFLite's kernels and its reference kernels on both runtimes. A Pi's add in
# yet another order. What is really wrong is off by more.
_FLOAT = 5e-5
_PICTURES = 32  # drawn, of which one is taken
_BLOCKS = (5, 4)  # rows and columns of colours
_NOISE = 12  # of 255, either way


def golden_vector(network: bytes, contract: Contract) -> dict[str, bytes]:
    """Return the files to `pack` with a network, by name: a picture and what it must become.

    Of several pictures that one which the network finds most unlike the others: errors show best in
    it. A logit may be off by twice what is known to happen: one quantum of the output, or what the
    two runtimes differ by on any of the pictures, if that is more. A quantum because kernels for
    integers round differently (XNNPACK through float32, TFLite's by fixed point), which was seen to
    move a logit by one; it can be more in deep networks, and in dynamic ones, whose activations are
    integers though their output is not. Raises RunError where LiteRT refuses the network.
    """
    pictures = draw(contract)
    opinion, difference = _ask(pack(network, contract), pictures)
    logits = opinion.logits.astype(np.float64)
    unlike = np.abs(logits - np.median(logits, axis=0)).max(axis=1)
    best = int(unlike.argmax())
    tolerance, source = _tolerance(opinion, difference)
    values = {
        "label": str(opinion.labels[best]),
        "logits": logits[best].tolist(),
        "scores": opinion.scores[best].tolist(),
        "sha256": hashlib.sha256(network).hexdigest(),
        "tolerance": tolerance,
        "tolerance_from": source,
    }
    text = json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return {GOLDEN_PICTURE: _png(pictures[best]), GOLDEN_FILE: text.encode()}


def draw(contract: Contract) -> npt.NDArray[np.uint8]:
    """Return colours under noise, always the same (pictures, rows, columns, 3) uint8.

    They are larger than the input and of other proportions, so they must be cropped and scaled.
    """
    rows, columns = contract.height * 4 // 3 + 1, contract.width * 5 // 4 + 2
    random = np.random.default_rng(0)
    colours = random.integers(0, 256, (_PICTURES, *_BLOCKS, 3))
    down, right = (
        np.arange(n) * blocks // n for n, blocks in zip((rows, columns), _BLOCKS, strict=True)
    )
    blocks = colours[:, down][:, :, right]
    noise = random.integers(-_NOISE, _NOISE + 1, blocks.shape)
    return np.clip(blocks + noise, 0, 255).astype(np.uint8)


def _tolerance(opinion: Opinion, difference: float) -> tuple[float, str]:
    floats = _FLOAT * max(1.0, float(np.abs(opinion.logits).max()))
    known, source = opinion.output_scale, "a quantum of the output"
    if not known:
        known, source = floats, "the rounding of floats"
    if difference > 1.1 * known:  # one quantum is not quite one after dequantising
        known, source = difference, "the difference between the two runtimes"
    return 2 * known, f"twice {source}"


def _ask(model: bytes, pictures: npt.NDArray[np.uint8]) -> tuple[Opinion, float]:
    """Return LiteRT's opinion, and how far tflite-runtime's logits are off (0 if it refuses)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pictures.npz")
        np.savez(path, images=pictures)
        opinions = ask_both(model, path)
    ours, other = opinions["litert"], opinions["tflite-runtime"]
    if isinstance(ours, RunError):
        raise ours
    if isinstance(other, RunError):  # the gate will say so
        return ours, 0.0
    return ours, float(np.abs(ours.logits - other.logits).max())


def _png(picture: npt.NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", optimize=True)
    return stream.getvalue()
