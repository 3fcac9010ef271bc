"""`emotion-edge compare`: where two models differ, on the pictures and the machine at hand."""

import statistics
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from emotion_edge.capture.source import open_files
from emotion_edge.errors import RunError, UserError
from emotion_edge.imaging.image_files import find_images
from emotion_edge.model.classifier import Classification, Classifier


@dataclass(frozen=True)
class Pair:
    """What two models say of one picture.

    gap: the largest difference of a label's score. differs: whether they name it differently.
    """

    source: str
    first: Classification
    second: Classification

    @property
    def gap(self) -> float:  # noqa: D102 - see the class
        return max(abs(s - self.second.scores[label]) for label, s in self.first.scores.items())

    @property
    def differs(self) -> bool:  # noqa: D102 - see the class
        return self.first.label != self.second.label


def compare(args: Namespace) -> Iterator[str]:
    """Yield a line for each picture that the two models name differently, then a summary.

    Raises UserError for models or pictures that cannot be used, RunError after the summary where
    some pictures were unreadable.
    """
    if not args.images.is_dir() or not find_images(args.images):
        raise UserError(f"--images {args.images}: not a folder with pictures in it")
    first, second = (
        Classifier(path, runtime=args.runtime, threads=args.threads) for path in args.models
    )
    if set(first.contract.labels) != set(second.contract.labels):
        raise UserError(
            f"the models have different labels: {', '.join(first.contract.labels)} and "
            f"{', '.join(second.contract.labels)}"
        )
    pairs: list[Pair] = []
    failure = None
    try:
        for frame in open_files(str(args.images), every=0, stop=Event()):
            pair = Pair(frame.source, first.classify(frame.pixels), second.classify(frame.pixels))
            pairs.append(pair)
            if pair.differs:
                yield _line(pair)
    except RunError as error:  # of unreadable pictures; what was read still counts
        failure = error
    if pairs:
        yield from _summary(pairs, args.models)
    if failure:
        raise failure


def _line(pair: Pair) -> str:
    first, second = pair.first, pair.second
    return (
        f"{pair.source}: A {first.label} {first.score:.3f}, B {second.label} {second.score:.3f}, "
        f"largest difference {pair.gap:.3f}"
    )


def _summary(pairs: list[Pair], models: list[Path]) -> Iterator[str]:
    gaps = [pair.gap for pair in pairs]
    same = sum(not pair.differs for pair in pairs)
    worst = max(pairs, key=lambda pair: pair.gap)
    first, second = (
        statistics.median(getattr(pair, side).inference_ms for pair in pairs)
        for side in ("first", "second")
    )
    yield f"A: {models[0]}"
    yield f"B: {models[1]}"
    yield f"same label: {same} of {len(pairs)} pictures ({same / len(pairs):.1%})"
    yield (
        f"difference of a score: largest {max(gaps):.4f} ({worst.source}), "
        f"mean of the largest {statistics.mean(gaps):.4f}"
    )
    yield f"inference: A {first:.2f} ms, B {second:.2f} ms, B / A {second / first:.2f} (medians)"
