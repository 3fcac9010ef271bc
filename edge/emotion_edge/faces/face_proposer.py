"""The network that looks at a whole frame once and proposes the places of faces.

It is fully convolutional, so its input can have any size. It is ours: `python -m train.proposer`
trains it and models/FACE_PROPOSER.md describes it.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.faces.nms import non_max_suppression
from emotion_edge.faces.windows import fill_input
from emotion_edge.model.runtime import find_runtime, make_interpreter, refusing

SHIPPED = Path(__file__).parents[1] / "face-proposer.tflite"
SMALLEST_FACE = 24  # pixels on the input: large enough to be proposed, and small enough to be fast
LARGEST_FACE = 300  # pixels on the input; it is trained on faces of 12 to 300
BOX_UNIT = 4  # offsets and sides are in units of so many cells
MIN_PROPOSAL_SCORE = 0.15
MAX_PIXELS = 1_000_000  # of the input, for which the network needs some 50 MB
_MIN_LOGIT = math.log(MIN_PROPOSAL_SCORE / (1 - MIN_PROPOSAL_SCORE))
_STEP = 32  # rows and columns of the input are multiples of the largest stride


class FaceProposer:
    """The network, loaded once."""

    def __init__(self, model: Path = SHIPPED, *, runtime: str = "auto", threads: int = 1) -> None:
        """Load the network. Raises UserError if the runtime cannot be used."""
        name, module = find_runtime(runtime)
        with refusing(f"{model}: {name}"):
            self._interpreter = make_interpreter(model.read_bytes(), module, threads=threads)
        (tensor,) = self._interpreter.get_input_details()
        self._input, (_, self._rows, self._columns, _) = tensor["index"], tensor["shape"].tolist()
        outputs = self._interpreter.get_output_details()
        self._heads = _pair_heads(outputs, self._rows)

    def propose(self, image: Image.Image, min_side: float) -> npt.NDArray[np.float64]:
        """Return where faces of at least `min_side` pixels may be: (n, 4) x, y, side, score.

        Coordinates are pixels of the image. The best is first. Faces larger than
        `LARGEST_FACE` / `input_scale` may be missed.
        """
        scale = input_scale(*image.size, min_side)
        rows, columns = (
            _STEP * math.ceil(max(1, length * scale) / _STEP) for length in image.size[::-1]
        )
        self._resize(rows, columns)
        fill_input(image, (0, 0, columns / scale), self._interpreter.tensor(self._input)()[0])
        self._interpreter.invoke()
        found = np.concatenate([self._read(*head) for head in self._heads])
        found[:, :3] /= scale
        return non_max_suppression(found)

    def _resize(self, rows: int, columns: int) -> None:
        if (rows, columns) != (self._rows, self._columns):
            self._interpreter.resize_tensor_input(self._input, (1, rows, columns, 3))
            self._interpreter.allocate_tensors()
            self._rows, self._columns = rows, columns

    def _read(self, stride: int, score: int, box: int) -> npt.NDArray[np.float64]:
        """Return a head's proposals in pixels of the input, see `propose`."""
        logits = self._interpreter.get_tensor(score)[0, ..., 0]
        rows, columns = np.nonzero(logits >= _MIN_LOGIT)
        if not len(rows):
            return np.empty((0, 4))
        values = self._interpreter.get_tensor(box)[0, rows, columns].astype(np.float64)
        unit = BOX_UNIT * stride
        side = np.exp(values[:, 2]) * unit
        x, y = (
            (cells + 0.5) * stride + values[:, axis] * unit - side / 2
            for axis, cells in enumerate((columns, rows))
        )
        return np.stack([x, y, side, 1 / (1 + np.exp(-logits[rows, columns].astype(float)))], 1)


def input_scale(width: int, height: int, min_side: float) -> float:
    """Return the scale at which the network sees a frame, at most 1."""
    return min(1.0, SMALLEST_FACE / min_side, math.sqrt(MAX_PIXELS / (width * height)))


def _pair_heads(outputs: list[dict[str, Any]], rows: int) -> list[tuple[int, int, int]]:
    """Return stride, and the indices of the tensors of scores and of boxes, of each head.

    rows: of the input.
    """
    heads: dict[int, dict[int, int]] = {}
    for output in outputs:
        _, height, _, depth = output["shape"].tolist()
        heads.setdefault(rows // height, {})[depth] = output["index"]
    return [(stride, head[1], head[3]) for stride, head in sorted(heads.items())]
