"""Faces to learn from, as the network sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from emotion_edge.imaging.regions import Pixels
from emotion_edge.model.contract import Contract
from emotion_edge.model.network import Outputs
from emotion_edge.model.postprocessing import log_scores

Rows = npt.NDArray[Any] | list[bool]  # indices or flags of faces
ARRAYS = ("targets", "bursts", "logits", "features")
"""The arrays of `TaughtFaces`, which have a row for each face."""


class SeenFace(NamedTuple):
    """A face in a frame.

    image: the model's input, uint8 of the contract's input_shape. looks: the network's outputs for
    it and for its mirror image.
    """

    image: Pixels
    looks: Sequence[Outputs]


@dataclass(frozen=True, kw_only=True, eq=False)
class TaughtFaces:
    """N faces, each looked at as it is and in the mirror, which is how the classifier sees them.

    labels: that can be learnt, in their order; those without a face keep the model's own scores.
    targets: (N,) int64, the label of each face. bursts: (N,) int64, the number of the burst that it
    is from: pictures of a few seconds, which resemble each other. logits: (N, 2, the model's
    labels), and features: (N, 2, features), float32, the network's outputs.
    """

    labels: tuple[str, ...]
    targets: npt.NDArray[np.int64]
    bursts: npt.NDArray[np.int64]
    logits: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.targets)

    def only(self, rows: Rows) -> Self:
        """Return some of the faces."""
        return replace(self, **{name: getattr(self, name)[rows] for name in ARRAYS})

    def relabelled(self, labels: tuple[str, ...]) -> Self:
        """Return the faces whose label is among `labels`, as faces of these."""
        places = np.array([labels.index(each) if each in labels else -1 for each in self.labels])
        found = self.only(places[self.targets] >= 0)
        return replace(found, labels=labels, targets=places[found.targets])

    def joined(self, more: Self) -> Self:
        """Return these faces and others of the same labels; one in both is what `more` calls it."""
        there = set(more._looks())
        old = self.only([looks not in there for looks in self._looks()])
        new = replace(more, bursts=more.bursts + self.bursts.max(initial=-1) + 1)
        arrays = {name: np.concatenate([getattr(old, name), getattr(new, name)]) for name in ARRAYS}
        return replace(self, **arrays)

    def distinct(self) -> Self:
        """Return the faces without those that an earlier one of the same label is the same as."""
        first: dict[tuple[int, bytes], int] = {}
        for place, face in enumerate(zip(self.targets.tolist(), self._looks(), strict=True)):
            first.setdefault(face, place)
        return self.only(np.array(list(first.values()), int))

    def _looks(self) -> list[bytes]:
        return [features.tobytes() for features in self.features]

    def seen_together(self) -> Self:
        """Return the faces with the mean of both looks in place of each: (N, 1, ...) arrays."""
        logits, features = (a.mean(axis=1, keepdims=True) for a in (self.logits, self.features))
        return replace(self, logits=logits, features=features)

    def counts(self) -> npt.NDArray[np.int64]:
        """Return how many faces each label has, (labels,)."""
        return np.bincount(self.targets, minlength=len(self.labels))

    def with_faces(self) -> list[str]:
        """Return the labels that have faces."""
        return [label for label, n in zip(self.labels, self.counts(), strict=True) if n]

    def balanced(self) -> npt.NDArray[np.float64]:
        """Return weights (N,) with a sum of 1 that make each label that has faces count alike."""
        counts = self.counts()
        return np.asarray(1 / counts[self.targets] / np.count_nonzero(counts))


def gather(
    labels: tuple[str, ...],
    of_faces: Sequence[str],
    bursts: Sequence[int] | npt.NDArray[np.int64],
    looks: Sequence[Sequence[Outputs]],
) -> TaughtFaces:
    """Return faces. labels: the head's. of_faces, bursts, looks: the label and so on of each."""
    return TaughtFaces(
        labels=labels,
        targets=np.array([labels.index(each) for each in of_faces]),
        bursts=np.array(bursts, np.int64),
        logits=np.array([[look.logits for look in both] for both in looks]),
        features=np.array([[look.embedding for look in both] for both in looks]),
    )


def own_logits(
    logits: npt.NDArray[Any], contract: Contract, labels: tuple[str, ...]
) -> npt.NDArray[np.float64]:
    """Return what the model itself says of `labels`: (..., labels) for its logits (..., classes).

    contract: the model's. It is the logarithm of the model's score, and that of an even share for a
    label that the model does not know.
    """
    known = log_scores(logits, contract)
    columns = [
        known[..., contract.labels.index(label)]
        if label in contract.labels
        else np.full(known.shape[:-1], -np.log(len(labels)))
        for label in labels
    ]
    return np.stack(columns, axis=-1)
