"""Compute the logits of pictures on one runtime, in quanta of the model's output.

  python score.py RUNTIME PICTURES.npz OUT.npz MODEL.tflite ...

PICTURES.npz: arrays of (rows, columns, 3) uint8 RGB. OUT.npz: for each model, by its file's name,
(pictures, classes) logits in quanta of the output, int32; exact for int8 models.
"""

import sys
from pathlib import Path

import numpy as np

from emotion_edge.model.model_file import read_model
from emotion_edge.model.network import Network
from emotion_edge.model.preprocessing import preprocess


def main(runtime: str, pictures: str, out: str, *models: str) -> None:
    """Write the logits of each model."""
    with np.load(pictures) as archive:
        images = list(archive.values())
    np.savez(out, **{Path(model).name: quanta(Path(model), runtime, images) for model in models})


def quanta(model: Path, runtime: str, images: list[np.ndarray]) -> np.ndarray:
    """Return the logits divided by the output's scale, or by a millionth for a float model."""
    found = read_model(model)
    network = Network(found, runtime)
    inputs = [preprocess(image, found.contract) for image in images]
    logits = np.array([network.run(image).logits for image in inputs], np.float64)
    return np.rint(logits / (network.output_quantization[0] or 1e-6)).astype(np.int32)


if __name__ == "__main__":
    main(*sys.argv[1:])
