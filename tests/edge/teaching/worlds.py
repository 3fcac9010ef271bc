"""Made-up faces: features around a mean for each label, and a model's head that knows the means."""

from collections.abc import Sequence

import numpy as np

from emotion_edge.model.contract import Contract
from emotion_edge.model.network import Outputs
from emotion_edge.teaching.faces import TaughtFaces, own_logits
from emotion_edge.teaching.head import TaughtHead

LABELS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
FEATURES, NOISE = 40, 0.6
MODEL = Contract(
    labels=LABELS,
    prior=(0.1, 0.05, 0.05, 0.25, 0.3, 0.15, 0.1),
    tau=0.1,
    width=8,
    height=8,
    activation="softmax",
    embedding=FEATURES,
    enter=0.55,
    leave=0.41,
)


class World:
    """People whose faces differ from the mean of their label by noise.

    strange: how far, in means of length 1.5, everybody's features are off from what the model has
    learnt; 0: the model's own head is as good as any can be.
    """

    def __init__(self, seed: int, strange: float = 0.0, labels: Sequence[str] = LABELS) -> None:
        """Choose the means."""
        self._rng, self.labels = np.random.default_rng(seed), tuple(labels)
        self._means = self._directions()
        self._seen = self._means + strange * self._directions()

    def _directions(self) -> np.ndarray:
        directions = self._rng.normal(size=(len(self.labels), FEATURES))
        return 1.5 * directions / np.linalg.norm(directions, axis=1, keepdims=True)

    def faces(self, each: int, *, burst: int = 1) -> TaughtFaces:
        """Return `each` faces of each label, `burst` in a burst."""
        targets = np.repeat(np.arange(len(self.labels)), each)
        bursts = np.arange(len(targets)) // burst
        noise = self._rng.normal(0, NOISE, (len(targets), 1, FEATURES))
        looks = self._rng.normal(0, 0.1, (len(targets), 2, FEATURES))
        features = self._seen[targets][:, None] + noise + looks
        known = self._means[[k for k, label in enumerate(self.labels) if label in LABELS]]
        logits = (features @ known.T - (known**2).sum(axis=1) / 2) / NOISE**2
        return TaughtFaces(
            labels=self.labels,
            targets=targets,
            bursts=bursts,
            logits=logits.astype(np.float32),
            features=features.astype(np.float32),
        )


def own_right(faces: TaughtFaces) -> np.ndarray:
    """Return whether the model itself names each face right, (N,)."""
    return own_answers(faces).argmax(axis=1) == faces.targets


def own_answers(faces: TaughtFaces) -> np.ndarray:
    """Return what the model itself says of each face, (N, labels), for both looks together."""
    return own_logits(faces.seen_together().logits[:, 0], MODEL, faces.labels)


def right(head: TaughtHead, faces: TaughtFaces) -> np.ndarray:
    """Return whether a head names each face right, (N,)."""
    return answers(head, faces).argmax(axis=1) == faces.targets


def answers(head: TaughtHead, faces: TaughtFaces) -> np.ndarray:
    """Return the logits of a head, (N, labels), for both looks together."""
    seen = faces.seen_together()
    return head.logits(Outputs(seen.logits[:, 0], seen.features[:, 0]), MODEL)
