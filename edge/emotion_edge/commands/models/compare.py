"""Show where two models differ: a line for each picture that they label differently, then how often
they agree, how far their scores are apart, and how long each takes on this machine.

  emotion-edge compare model.float32.tflite model.int8.tflite --images photos

Both run every picture in turn. Exit codes: 0 done, however much they differ, 1 failure at run time
(some pictures unreadable), 2 bad input or options.
"""

import statistics
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from emotion_edge.capture.files.file_source import open_files
from emotion_edge.capture.frame import Frame
from emotion_edge.errors import RunError, UserError
from emotion_edge.imaging.image_files import find_images
from emotion_edge.model.classifier import Classification, Classifier
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.pipeline.classifiers import make_classifier


@dataclass(frozen=True)
class Pair:
    """The results of two models for one picture."""

    source: str
    first: Classification
    second: Classification

    @property
    def gap(self) -> float:
        """The largest difference between the two scores of a label."""
        return max(abs(s - self.second.scores[label]) for label, s in self.first.scores.items())

    @property
    def differs(self) -> bool:
        """True if the two models give the picture different labels."""
        return self.first.label != self.second.label


def compare(
    first: Path, second: Path, images: Path, settings: RuntimeSettings
) -> Generator[str, None, None]:
    """Yield a line for each picture that the two models label differently, then a summary.

    Raises UserError if a model or the pictures cannot be used, and RunError after the summary if
    some pictures were unreadable.
    """
    if not images.is_dir() or not find_images(images):
        raise UserError(f"--images {images}: not a folder with pictures in it")
    classifiers = _load(first, second, settings)
    pairs: list[Pair] = []
    failure = None
    try:
        for pair in _pairs(*classifiers, images):
            pairs.append(pair)
            if pair.differs:
                yield _line(pair)
    except RunError as error:  # of unreadable pictures; the others still count
        failure = error
    if pairs:
        yield from _summary(pairs, first, second)
    if failure:
        raise failure


def _load(first: Path, second: Path, settings: RuntimeSettings) -> tuple[Classifier, Classifier]:
    a, b = (make_classifier(path, settings) for path in (first, second))
    if set(a.contract.labels) != set(b.contract.labels):
        raise UserError(
            f"the models have different labels: {', '.join(a.contract.labels)} and "
            f"{', '.join(b.contract.labels)}"
        )
    return a, b


def _pairs(first: Classifier, second: Classifier, images: Path) -> Iterator[Pair]:
    with closing(open_files(str(images), every=0, stop=Event())) as frames:
        for frame in frames:
            yield _classify(frame, first, second)
            del frame  # before the next one is decoded


def _classify(frame: Frame, first: Classifier, second: Classifier) -> Pair:
    a, b = (each.classify(frame.pixels, frame.face) for each in (first, second))
    return Pair(frame.source, a, b)


def _line(pair: Pair) -> str:
    first, second = pair.first, pair.second
    return (
        f"{pair.source}: A {first.label} {first.score:.3f}, B {second.label} {second.score:.3f}, "
        f"largest difference {pair.gap:.3f}"
    )


def _summary(pairs: list[Pair], first: Path, second: Path) -> Iterator[str]:
    gaps = [pair.gap for pair in pairs]
    same = sum(not pair.differs for pair in pairs)
    worst = max(pairs, key=lambda pair: pair.gap)
    a, b = (
        statistics.median(getattr(pair, side).inference_ms for pair in pairs)
        for side in ("first", "second")
    )
    yield f"A: {first}"
    yield f"B: {second}"
    yield f"same label: {same} of {len(pairs)} pictures ({same / len(pairs):.1%})"
    yield (
        f"difference of a score: largest {max(gaps):.4f} ({worst.source}), "
        f"mean of the largest {statistics.mean(gaps):.4f}"
    )
    yield f"inference: A {a:.2f} ms, B {b:.2f} ms, B / A {b / a:.2f} (medians)"
