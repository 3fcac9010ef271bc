"""Targets: what a network should answer for each picture of a training split.

A target is a row of 3 * classes numbers: what people say, the odds of each class in the picture's
part of the data set, and what teachers say. People and teachers together add up to 1.
"""

import numpy as np
import numpy.typing as npt

from train.data.split import Split

# How much of a target is the teachers': of a picture whose label is sure, and of another one.
_TEACHERS_SHARE, _UNSURE_SHARE = 0.5, 0.8
Targets = npt.NDArray[np.float32]


def make_targets(split: Split, *, soft_labels: bool) -> Targets:
    """Return the targets of a training split, (N, 3 * classes).

    soft_labels: what people say is each label's share of the votes, instead of one label.
    """
    people = split.soft_labels if soft_labels else one_hot(split)
    share = np.zeros((len(people), 1), np.float32)
    if split.taught is not None:
        share[:, 0] = np.where(split.unsure, _UNSURE_SHARE, _TEACHERS_SHARE)
    teachers = np.zeros_like(people) if split.taught is None else share * split.taught
    odds = part_odds(split)[split.part]
    return np.concatenate([(1 - share) * people, odds, teachers], axis=1, dtype=np.float32)


def make_plain_targets(split: Split) -> Targets:
    """Return targets (N, 3 * classes) with one label and even odds, to evaluate a network by."""
    labels = one_hot(split)
    return np.concatenate([labels, np.ones_like(labels), np.zeros_like(labels)], axis=1)


def part_odds(split: Split) -> npt.NDArray[np.float32]:
    """Return the odds of each class in each part, (parts, classes), 0 to 1.

    They are the class's share of the part over its share of all pictures, divided by the part's
    largest. A part that lacks a class has odds of 0, and all odds are 1 if there is only one part.
    Those of a part without pictures are 0.
    """
    labels = split.soft_labels
    odds = np.zeros((split.part.max() + 1, labels.shape[1]), np.float32)
    for number in np.unique(split.part).tolist():
        share = labels[split.part == number].mean(axis=0)
        ratio = share / np.maximum(labels.mean(axis=0), 1e-12)
        odds[number] = ratio / ratio.max()
    return odds


def one_hot(split: Split) -> npt.NDArray[np.float32]:
    """Return 1 for the label of each picture and 0 for the others, (N, classes)."""
    return np.eye(split.votes.shape[1] - 1, dtype=np.float32)[split.targets]
