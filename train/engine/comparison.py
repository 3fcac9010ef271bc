"""Compare a fine-tuned network with the one that it started from, on the same held-out pictures."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from emotion_edge.model.contract import Contract
from emotion_edge.model.postprocessing import scores
from emotion_edge.teaching.bursts import burst_means, number_bursts
from evaluation.metrics import accuracy, mean_recall, mean_recall_interval
from evaluation.paired import PairedLoss
from evaluation.predictors import image_logits
from train.data.split import Split
from train.engine.pretrained import Pretrained
from train.wording import amount

SIGNIFICANCE = 0.025  # of a one-sided test: one in each direction
Answers = npt.NDArray[np.int64]


def compare(
    model: keras.Model, contract: Contract, pretrained: Pretrained, split: Split
) -> dict[str, Any]:
    """Return the figures of both networks, in JSON types.

    Only the pictures count whose labels both networks know. Each is looked at twice, as it is and
    mirrored. The former network may only answer with a label of the new one: if it has others, no
    picture shows them.

    p_value: the probability of at least so many more gains (or losses, if these are more) if
    neither network is better, by McNemar's test, see `evaluation.paired`. It counts bursts,
    because pictures of the same moment succeed and fail together.
    """
    shared = [place for place, label in enumerate(contract.labels) if _knows(pretrained, label)]
    rows = np.isin(split.targets, shared)
    targets = split.targets[rows]
    if not len(targets):
        return {"images": 0, **pretrained.describe()}
    after = _answers(model, contract, split.images[rows], list(range(len(contract.labels))))
    ours = [pretrained.contract.labels.index(contract.labels[place]) for place in shared]
    found = _answers(pretrained.model, pretrained.contract, split.images[rows], ours)
    before = np.array(shared)[found]
    return {
        "images": len(targets),
        **pretrained.describe(),
        "before": _figures(before, targets),
        "after": _figures(after, targets),
        **_difference(before == targets, after == targets, _bursts(split, rows)),
    }


def _knows(pretrained: Pretrained, label: str) -> bool:
    return label in pretrained.contract.labels


def _answers(
    model: keras.Model, contract: Contract, images: npt.NDArray[np.uint8], allowed: list[int]
) -> Answers:
    """Return which of the allowed labels has the highest score, (N,) places in `allowed`."""
    both = np.concatenate([images, images[:, :, ::-1]])
    logits = np.mean(np.split(image_logits(model, contract, both), 2), axis=0)
    return np.asarray(scores(logits, contract)[:, allowed].argmax(axis=1))


def _figures(answers: Answers, targets: Answers) -> dict[str, Any]:
    return {
        **accuracy(answers == targets),
        "mean_recall": mean_recall(answers, targets),
        "mean_recall_ci95": list(mean_recall_interval(answers, targets)),
    }


def _bursts(split: Split, rows: npt.NDArray[np.bool_]) -> Answers:
    kept = np.flatnonzero(rows).tolist()
    return number_bursts((str(split.targets[i]), split.paths[i].name) for i in kept)


def _difference(
    before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_], bursts: Answers
) -> dict[str, Any]:
    gains = burst_means(after.astype(float) - before, bursts)
    gained, lost = int((gains > 0).sum()), int((gains < 0).sum())
    more = PairedLoss(len(gains), lost=max(gained, lost), gained=min(gained, lost))
    return {"bursts": len(gains), "gained": gained, "lost": lost, "p_value": more.p_value}


def describe_comparison(found: dict[str, Any], split: str) -> Iterator[str]:
    """Yield lines of text on the result of `compare`. split: "test" or "validation"."""
    if not found["images"]:
        yield f"{found['file']}: knows none of the labels in {split}, so nothing was compared"
        return
    images = amount(found["images"], "picture")
    yield f"started from {found['file']}, SHA-256 {found['sha256']}"
    yield f"{split}, {images} of labels that both know, by the former network and by the new one:"
    for name, title in (("accuracy", "accuracy"), ("mean_recall", "mean recall")):
        old, new = (_with_interval(found[each], name) for each in ("before", "after"))
        yield f"{title:11}  {old}  ->  {new}"
    yield _verdict(found)


def _with_interval(figures: dict[str, Any], name: str) -> str:
    low, high = figures[f"{name}_ci95"]
    return f"{figures[name]:.4f} (95 % interval {low:.4f} to {high:.4f})"


def _verdict(found: dict[str, Any]) -> str:
    things = "picture" if found["bursts"] == found["images"] else "burst"
    changes = (
        f"the new network is better on {amount(found['gained'], things)} and worse on "
        f"{found['lost']} (p = {found['p_value']:.2g})"
    )
    if found["p_value"] >= SIGNIFICANCE:
        return (
            f"{changes}, which chance explains: it is not shown to be better. Hold out more "
            "pictures, or keep the former network"
        )
    if found["gained"] > found["lost"]:
        return f"{changes}, more than chance explains: it is better"
    return f"{changes}, more than chance explains: it is WORSE; keep the former network"
