"""FER2013 pictures and FER+ votes: their types, names and labels.

FER2013: I. Goodfellow et al., *Challenges in Representation Learning* (2013), arXiv:1307.0414.
FER+: E. Barsoum et al., *Training Deep Networks for Facial Expression Recognition with
Crowd-Sourced Label Distribution* (2016), arXiv:1608.01041.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
SIDE = 48  # pixels
EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""FER2013's labels, in its order."""
VOTES = {
    "neutral": "neutral",
    "happiness": "happy",
    "surprise": "surprise",
    "sadness": "sad",
    "anger": "angry",
    "disgust": "disgust",
    "fear": "fear",
    "contempt": "contempt",
    "unknown": "unknown",
    "NF": "not a face",
}
"""FER+'s columns, and our names for them. Only the first seven are labels."""
TIE = "tie"


class Picture(NamedTuple):
    """A picture of FER2013.

    name: its name in the data set. where: its source, for messages. label: one of EMOTIONS, or the
    reason for having none. pixels: (48, 48) uint8 grey. votes: in the order of `VOTES`.
    """

    name: str
    where: str
    split: str
    label: str
    pixels: Pixels
    votes: list[int] | None = None


def picture_name(number: int) -> str:
    """Return the name of a picture in the data set, from its number in FER2013."""
    return f"fer{number:07d}"


def majority(votes: list[int]) -> str:
    """Return the name in `VOTES` that got more votes than any other, or `TIE`."""
    return list(VOTES.values())[votes.index(max(votes))] if votes.count(max(votes)) == 1 else TIE


def votes_by_label(votes: list[int]) -> list[int]:
    """Return the votes for each of the sorted EMOTIONS, followed by all others."""
    by_name = dict(zip(VOTES.values(), votes, strict=True))
    named = [by_name[label] for label in sorted(EMOTIONS)]
    return [*named, sum(votes) - sum(named)]
