"""The network that looks at a whole frame once and proposes the places of faces.

Small faces in a large frame are too small on that look, so tiles of the frame show them.

It is fully convolutional, so its input can have any size. It is ours: `python -m train.proposer`
trains it and models/FACE_PROPOSER.md describes it.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.faces.network_file import NetworkFile
from emotion_edge.faces.nms import non_max_suppression
from emotion_edge.faces.windows import fill_input, tiles
from emotion_edge.model.runtime import find_runtime, make_interpreter, refusing

FACE_PROPOSER = NetworkFile(
    Path(__file__).parents[1] / "face-proposer.tflite",
    "ecb630d355fdf1fb00a5d12021619e4b02773d973419c5ea63ee618f80f032cd",
)
SMALLEST_FACE = 24  # pixels on the input: large enough to be proposed, and small enough to be fast
LARGEST_FACE = 300  # pixels on the input; it is trained on faces of 12 to 300
BOX_UNIT = 4  # offsets and sides are in units of so many cells
MIN_PROPOSAL_SCORE = 0.15
SIDE = 1000  # pixels of the largest input, if it is square: the network needs some 50 MB for it
FINER = 4  # at least: the scale of tiles over that of the whole frame
_MIN_LOGIT = math.log(MIN_PROPOSAL_SCORE / (1 - MIN_PROPOSAL_SCORE))
_STEP = 32  # rows and columns of the input are multiples of the largest stride


class FaceProposer:
    """The network, loaded once."""

    def __init__(
        self, network: bytes | None = None, *, runtime: str = "auto", threads: int = 1
    ) -> None:
        """Load the network. Raises UserError if it or the runtime cannot be used.

        network: another one than `FACE_PROPOSER`, such as one that was just trained.
        """
        content = FACE_PROPOSER.read() if network is None else network
        name, module = find_runtime(runtime)
        with refusing(f"face-proposer: {name}"):
            self._interpreter = make_interpreter(content, module, threads=threads)
        (tensor,) = self._interpreter.get_input_details()
        self._input, (_, self._rows, self._columns, _) = tensor["index"], tensor["shape"].tolist()
        outputs = self._interpreter.get_output_details()
        self._heads = _pair_heads(outputs, self._rows)

    def propose(self, image: Image.Image, min_side: float) -> npt.NDArray[np.float64]:
        """Return where faces may be, as one look at the whole shows: (n, 4) x, y, side, score.

        Coordinates are pixels of the image. The best is first. The faces that may be missed are
        those larger than `LARGEST_FACE` on the input and smaller than what `whole_look` returns.
        """
        scale, _ = whole_look(*image.size, min_side)
        return non_max_suppression(self._look(image, (0, 0, *image.size), scale))

    def propose_small(self, image: Image.Image, min_side: float) -> npt.NDArray[np.float64]:
        """Return where the faces of at least `min_side` pixels may be that `propose` may miss."""
        _, least = whole_look(*image.size, min_side)
        if least <= min_side:
            return np.empty((0, 4))
        scale = _wanted_scale(min_side)
        # Each face smaller than the overlap is whole in a tile.
        looks = [self._look(image, tile, scale) for tile in tiles(image.size, SIDE / scale, least)]
        found = non_max_suppression(np.concatenate(looks))
        return found[found[:, 2] <= least]

    def _look(
        self, image: Image.Image, part: tuple[float, float, float, float], scale: float
    ) -> npt.NDArray[np.float64]:
        """Return all proposals in a part of an image: left, top, width and height."""
        left, top, *size = part
        rows, columns = (_STEP * math.ceil(max(1, side * scale) / _STEP) for side in size[::-1])
        self._resize(rows, columns)
        window = left, top, columns / scale
        fill_input(image, window, self._interpreter.tensor(self._input)()[0])
        self._interpreter.invoke()
        found = np.concatenate([self._read(*head) for head in self._heads])
        found[:, :3] /= scale
        found[:, :2] += left, top
        return found

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


def _wanted_scale(min_side: float) -> float:
    return min(1.0, SMALLEST_FACE / min_side)


def whole_look(width: int, height: int, min_side: float) -> tuple[float, float]:
    """Return the scale at which a frame is seen as a whole, and the smallest face to see there.

    The scale is at most 1. Both sides are in pixels of the frame. The second one is `min_side`,
    unless the input would be too large for it.
    """
    wanted, most = _wanted_scale(min_side), SIDE / math.sqrt(width * height)
    if wanted <= most:
        return wanted, min_side
    scale = min(wanted / FINER, most)
    return scale, SMALLEST_FACE / scale


def _pair_heads(outputs: list[dict[str, Any]], rows: int) -> list[tuple[int, int, int]]:
    """Return stride, and the indices of the tensors of scores and of boxes, of each head.

    rows: of the input.
    """
    heads: dict[int, dict[int, int]] = {}
    for output in outputs:
        _, height, _, depth = output["shape"].tolist()
        heads.setdefault(rows // height, {})[depth] = output["index"]
    return [(stride, head[1], head[3]) for stride, head in sorted(heads.items())]
