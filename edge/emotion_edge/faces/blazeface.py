"""BlazeFace, the face detection network: its file, its input and the decoding of its output.

V. Bazarevsky et al., *BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs* (2019),
arXiv:1907.05047. The input is 128 x 128 pixels. For each of 896 anchors the network returns the
logit of a face and 16 numbers: the box and six landmarks, relative to the anchor. The first two
landmarks are the eyes, the one on the left of the picture first.

The constants are those of MediaPipe's graph for the short-range model
(mediapipe/modules/face_detection/face_detection_short_range.pbtxt and face_detection.pbtxt): input
-1..1; strides 8, 16, 16, 16 with two anchors of fixed size per cell and layer; coordinates in
pixels of the input, so they are divided by 128.

The network is Google's, under Apache-2.0. It is put into this package when the package is built
(models/BLAZEFACE.md).
"""

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.faces.network_file import NetworkFile
from emotion_edge.faces.windows import Window, fill_input
from emotion_edge.model.runtime import find_runtime, make_interpreter, refusing

BLAZEFACE = NetworkFile(
    Path(__file__).parents[1] / "blazeface.tflite",
    "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
)
INPUT_SIDE = 128  # pixels
MIN_CANDIDATE_SCORE = 0.3  # candidates below it are ignored
_MIN_LOGIT = math.log(MIN_CANDIDATE_SCORE / (1 - MIN_CANDIDATE_SCORE))


class BlazeFace:
    """The network, loaded once."""

    def __init__(self, *, runtime: str = "auto", threads: int = 1) -> None:
        """Load the network. Raises UserError if it or the runtime cannot be used."""
        content = BLAZEFACE.read()
        name, module = find_runtime(runtime)
        with refusing(f"the face model: {name}"):
            self._interpreter = make_interpreter(content, module, threads=threads)
        (self._input,) = self._interpreter.get_input_details()
        outputs = {int(out["shape"][-1]): out for out in self._interpreter.get_output_details()}
        self._boxes, self._logits = outputs[16]["index"], outputs[1]["index"]
        self._anchors = anchors()

    def detect(self, image: Image.Image, window: Window) -> npt.NDArray[np.float64]:
        """Return the face candidates in a window of an image, in pixels of that image.

        (n, 8): x, y, side, score, then x and y of the left and of the right eye.
        """
        # Fill the interpreter's memory without keeping a reference: invoke() refuses to run while
        # one exists.
        fill_input(image, window, self._interpreter.tensor(self._input["index"])()[0])
        self._interpreter.invoke()
        logits = self._interpreter.get_tensor(self._logits)[0, :, 0]
        keep = np.flatnonzero(logits >= _MIN_LOGIT)
        if not len(keep):  # as in most windows
            return np.empty((0, 8))
        scores = 1 / (1 + np.exp(-logits[keep].astype(np.float64)))
        values = self._interpreter.get_tensor(self._boxes)[0, keep, :8]
        return _decode(values, scores, self._anchors[keep], window)


def _decode(
    values: npt.NDArray[np.float32],
    scores: npt.NDArray[np.float64],
    centres: npt.NDArray[np.float64],
    window: Window,
) -> npt.NDArray[np.float64]:
    """Return candidates in pixels of the image, see `BlazeFace.detect`.

    values: (n, 8), the network's middle, width, height and eyes. scores: (n,). centres: (n, 2), of
    the anchors.
    """
    left, top, side = window
    result = np.multiply(values, side / INPUT_SIDE, dtype=np.float64)
    places = result.reshape(-1, 4, 2)  # the second one is width and height
    sizes = places[:, 1].mean(axis=1)
    places += (centres * side + (left, top))[:, np.newaxis]
    result[:, :2] -= sizes[:, np.newaxis] / 2
    result[:, 2], result[:, 3] = sizes, scores
    return result


def anchors() -> npt.NDArray[np.float64]:
    """Return the centres of the anchors: (896, 2), x and y in 0..1 of the network's input."""
    return np.concatenate([_grid(INPUT_SIDE // 8, 2), _grid(INPUT_SIDE // 16, 3 * 2)])


def _grid(cells: int, per_cell: int) -> npt.NDArray[np.float64]:
    centres = (np.arange(cells) + 0.5) / cells
    y, x = np.meshgrid(centres, centres, indexing="ij")
    return np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), per_cell, axis=0)
