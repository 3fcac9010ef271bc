"""The classifier: a model file that turns images of faces into labels.

A face and its mirror image show the same expression, and the mean of both answers is right more
often than one. Of a single picture, and of a frame that is judged alone, both are looked at. In a
stream, whose answers are averaged over time, every second look is at the mirror image, which costs
nothing.
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import RunError
from emotion_edge.imaging.regions import Region
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import SHIPPED, Model, read_model
from emotion_edge.model.network import Network, Outputs
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess
from emotion_edge.model.runtime import Unproven, explain_unproven

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Classification:
    """The classifier's result for one face.

    label, score: the label with the highest score, and that score, 0..1. scores: the score of each
    label; they add up to 1. values: the same scores as float64 (classes,). logits: float32
    (classes,), the network's or those of the head in its place. embedding: float32 (features,), the
    network's. preprocess_ms, inference_ms: the time taken, in milliseconds.
    """

    label: str
    score: float
    scores: dict[str, float]
    values: npt.NDArray[np.float64]
    logits: npt.NDArray[np.float32]
    embedding: npt.NDArray[np.float32]
    preprocess_ms: float
    inference_ms: float


class Head(Protocol):
    """What may take the place of the network's last layer: `emotion_edge.teaching.head`."""

    def contract(self, model: Contract) -> Contract:
        """Return the model's contract with the head's labels, prior and thresholds."""

    def logits(self, outputs: Outputs, model: Contract) -> npt.NDArray[np.float64]:
        """Return the logits (labels,) for the network's outputs; model: the model's contract."""


class Classifier:
    """A loaded model.

    model: what was in the file. head: in place of its last layer, or None. contract: the model's,
    or a changed one; with a head, its labels are the head's. network: the loaded one. runtime: the
    name of the runtime in use.
    """

    def __init__(
        self,
        model: Path | str | Model = SHIPPED,
        *,
        runtime: str = "auto",
        threads: int = 1,
        head: Head | None = None,
    ) -> None:
        """Load a model file, by default the one that comes with the program.

        model: a path, or what `read_model` returned. runtime: "auto" or a key of `RUNTIMES`.
        threads: for inference. head: one that was fitted to this model. Raises UserError if the
        model or the runtime cannot be used.
        """
        self.model = model if isinstance(model, Model) else read_model(Path(model))
        self.head = head
        self.contract = head.contract(self.model.contract) if head else self.model.contract
        self.network = Network(self.model, runtime, threads)
        self.runtime = self.network.runtime

    @property
    def unproven(self) -> Unproven | None:
        """What it means that the model was proven on other runtimes only; None if it was not."""
        return explain_unproven(self.runtime, self.model.proven_runtimes)

    def classify(self, pixels: Pixels, region: Region | None = None) -> Classification:
        """Classify a face and its mirror image.

        pixels: (rows, columns, 3) uint8 RGB of any size. region: the face in them; None is the
        whole picture. Raises RunError if the model's scores are not finite numbers.
        """
        start = time.perf_counter()
        image = preprocess(pixels, self.contract, region)
        preprocess_ms = (time.perf_counter() - start) * 1000
        return replace(self.classify_input(image), preprocess_ms=preprocess_ms)

    def classify_input(self, image: Pixels) -> Classification:
        """Classify a preprocessed image, uint8 of the contract's input_shape, and its mirror image.

        Raises RunError if the model's scores are not finite numbers.
        """
        start = time.perf_counter()
        outputs = (self.network.run(look) for look in (image, mirrored(image)))
        means = (np.mean(values, axis=0) for values in zip(*outputs, strict=True))
        return self._classification(Outputs(*means), start)

    def look(self, image: Pixels) -> Classification:
        """Classify a preprocessed image, uint8 of the contract's input_shape, as it is.

        Raises RunError if the model's scores are not finite numbers.
        """
        start = time.perf_counter()
        return self._classification(self.network.run(image), start)

    def _classification(self, outputs: Outputs, start: float) -> Classification:
        logits = outputs.logits
        if self.head:
            logits = self.head.logits(outputs, self.model.contract).astype(np.float32)
        values = scores(logits, self.contract)
        if not np.isfinite(values).all():
            raise RunError("the model's scores are not numbers", "convert or train it again")
        best = int(values.argmax())
        return Classification(
            label=self.contract.labels[best],
            score=float(values[best]),
            scores=dict(zip(self.contract.labels, values.tolist(), strict=True)),
            values=values,
            logits=logits,
            embedding=outputs.embedding,
            preprocess_ms=0.0,
            inference_ms=(time.perf_counter() - start) * 1000,
        )


def mirrored(image: Pixels) -> Pixels:
    """Return the mirror image of (rows, columns, channels)."""
    return image[:, ::-1]
