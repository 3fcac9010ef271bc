"""Make the test vector of a model: an image, and the outputs that every machine must compute.

It is stored in the model as golden.png and golden.json; emotion_edge.model.self_test checks it.
"""

import hashlib
import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from convert.runtimes.client import RuntimeOutputs, run_on_runtimes
from convert.runtimes.proof import REQUIRED
from emotion_edge.errors import RunError
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import GOLDEN_FILE, GOLDEN_PICTURE, pack

# Rounding of float32 sums in another order, relative to the largest logit or 1. At most 1.2e-6 was
# measured on six networks, with XNNPACK, TFLite's and its reference kernels on both runtimes. A Pi
# sums in yet another order; a real defect is off by more than this limit.
_FLOAT_ERROR = 5e-5
# Of the scores. The exponential functions of two numpy versions differ by about 1e-16, which must
# not change the bytes of a model. The self-test allows an error of 1e-9.
_DECIMALS = 9
_IMAGES = 32  # drawn, one is taken
_BLOCKS = (5, 4)  # rows and columns of coloured blocks
_NOISE = 12  # largest deviation, of 255
Floats = npt.NDArray[np.float32]


def make_test_vector(network: bytes, contract: Contract) -> dict[str, bytes]:
    """Return the files of a network's test vector by name, ready for `pack`.

    Of several drawn images, the one whose logits differ most from the median is taken: it shows
    errors best. A logit or feature may be off by twice the known error, which is the largest of
    - one quantisation step of the output, because kernels round integers differently (XNNPACK in
      float32, TFLite's in fixed point), which was seen to move a logit by one step, or for a float
      output _FLOAT_ERROR;
    - the difference between the runtimes on any of the images: deep networks differ by more,
      and so do dynamic ones, whose activations are integers although their output is not.
    Raises RunError if LiteRT cannot run the network.
    """
    images = draw_images(contract)
    outputs, others = _run(pack(network, contract), images)
    logits = outputs.logits.astype(np.float64)
    deviation = np.abs(logits - np.median(logits, axis=0)).max(axis=1)
    best = int(deviation.argmax())
    pairs = [(outputs.logits, other.logits) for other in others]
    tolerance, source = _tolerance(outputs.output_scale, outputs.logits, pairs)
    pairs = [(outputs.embeddings, other.embeddings) for other in others]
    embedding_tolerance, _ = _tolerance(outputs.embedding_scale, outputs.embeddings, pairs)
    values = {
        "embedding": outputs.embeddings[best].astype(np.float64).tolist(),
        "embedding_tolerance": embedding_tolerance,
        "label": str(outputs.labels[best]),
        "logits": logits[best].tolist(),
        "scores": outputs.scores[best].round(_DECIMALS).tolist(),
        "sha256": hashlib.sha256(network).hexdigest(),
        "tolerance": tolerance,
        "tolerance_from": source,
    }
    text = json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return {GOLDEN_PICTURE: _png(images[best]), GOLDEN_FILE: text.encode()}


def draw_images(contract: Contract) -> npt.NDArray[np.uint8]:
    """Return noisy coloured blocks, always the same, (images, rows, columns, 3) uint8.

    Their size and proportions differ from the input's, so they must be cropped and scaled.
    """
    rows, columns = contract.height * 4 // 3 + 1, contract.width * 5 // 4 + 2
    random = np.random.default_rng(0)
    colours = random.integers(0, 256, (_IMAGES, *_BLOCKS, 3))
    down, right = (
        np.arange(n) * blocks // n for n, blocks in zip((rows, columns), _BLOCKS, strict=True)
    )
    blocks = colours[:, down][:, :, right]
    noise = random.integers(-_NOISE, _NOISE + 1, blocks.shape)
    return np.clip(blocks + noise, 0, 255).astype(np.uint8)


def _tolerance(
    scale: float, outputs: Floats, pairs: Sequence[tuple[Floats, Floats]]
) -> tuple[float, str]:
    """Return the largest allowed error of an output, and its origin in words.

    scale: the output's quantisation step, 0 for a float. pairs: the outputs of two runtimes.
    """
    # These words are in the model file: changing them changes its bytes.
    known, source = scale, "a quantum of the output"
    if not known:
        known = _FLOAT_ERROR * max(1.0, float(np.abs(outputs).max()))
        source = "the rounding of floats"
    difference = max((float(np.abs(one - other).max()) for one, other in pairs), default=0.0)
    if difference > 1.1 * known:  # 1.1: after dequantisation a step is not exactly one step
        known, source = difference, "the difference between the two runtimes"
    return 2 * known, f"twice {source}"


def _run(
    model: bytes, images: npt.NDArray[np.uint8]
) -> tuple[RuntimeOutputs, list[RuntimeOutputs]]:
    """Return LiteRT's outputs, and those of tflite-runtime if it is installed and can run it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "images.npz")
        np.savez(path, images=images)
        outputs = run_on_runtimes(model, path)
    ours = outputs.pop(REQUIRED)
    if isinstance(ours, RunError):
        raise ours
    # The gate will report a runtime that cannot run it.
    return ours, [other for other in outputs.values() if not isinstance(other, RunError)]


def _png(image: npt.NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG", optimize=True)
    return stream.getvalue()
