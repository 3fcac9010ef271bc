"""`emotion-edge replay`: how still and how quick labels are, on a recording with known truth."""

import math
import statistics
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from emotion_edge.capture.recording import read_recording, recorded_frames
from emotion_edge.commands.recording_truth import (
    Figures,
    Key,
    Moment,
    measure,
    read_truth,
    true_label,
    true_place,
)
from emotion_edge.errors import UserError
from emotion_edge.faces.types import Box
from emotion_edge.model.contract import NO_FACE
from emotion_edge.pipeline.analyzer import FaceAnalyzer, FaceResult
from emotion_edge.pipeline.factory import make_analyzer
from emotion_edge.util.progress import show_progress

TRUTH = "truth.csv"
Ways = dict[str, list[list[Moment]]]
"""For each way of naming, each person's moments."""


def replay(args: Namespace) -> Iterator[str]:
    """Yield the lines of the table for the recording `args.recording`.

    Raises UserError for a model, a recording or a truth that cannot be used.
    """
    watcher = make_analyzer(args)
    truth = args.truth or args.recording / TRUTH
    ways = follow(args.recording, truth, watcher)
    yield from table({name: measure(people) for name, people in ways.items()})


def follow(recording: Path, truth: Path, watcher: FaceAnalyzer) -> Ways:
    """Return what the network says of each frame alone, and what a reader of stdout would know."""
    rows = read_recording(recording)
    people = read_truth(truth, watcher.labels)
    _check(truth, people)
    ways: Ways = {"each frame": [[] for _ in people], "steady": [[] for _ in people]}
    known: dict[int | None, Known] = {}
    for frame in recorded_frames(rows):
        assert frame.seconds is not None
        show_progress(frame.index + 1, len(rows), "frames")
        sightings = watcher.process(frame)
        seen = [Known(s.box, s.result.label) for s in sightings if s.result]
        _listen(known, sightings)
        places = [true_place(keys, frame.seconds) for keys in people.values()]
        labels = [true_label(keys, frame.seconds) for keys in people.values()]
        for way, faces in (("each frame", seen), ("steady", list(known.values()))):
            said = match(faces, places)
            for moments, truth_label, word in zip(ways[way], labels, said, strict=True):
                moments.append(Moment(frame.seconds, truth_label, word))
    return ways


def _check(path: Path, people: Mapping[str, list[Key]]) -> None:
    if all(key.label == NO_FACE for keys in people.values() for key in keys):
        raise UserError(f"{path}: nobody is ever to be seen, so there is nothing to measure")
    placeless = [name for name, keys in people.items() if math.isnan(true_place(keys, 0.0)[0])]
    if placeless and len(people) > 1:
        raise UserError(f"{path}: several people, but no x and y for {', '.join(placeless)}")


@dataclass(frozen=True)
class Known:
    """A face that is known of: where it was last, and what was last said of it."""

    box: Box | None
    label: str


def _listen(known: dict[int | None, Known], sightings: Sequence[FaceResult]) -> None:
    """Take in what stdout would tell of a frame: only changes of labels, and where faces are."""
    for sighting in sightings:
        if sighting.result is None:
            known.pop(sighting.face, None)
        elif sighting.changed:
            known[sighting.face] = Known(sighting.box, sighting.said.label)
        elif sighting.face in known:
            known[sighting.face] = replace(known[sighting.face], box=sighting.box)


def match(faces: Sequence[Known], places: Sequence[tuple[float, float]]) -> list[str]:
    """Return what is said of the person at each place; no_face where no face is near.

    Each face is one person at most, the nearest one within a box's side. A place that is not known
    is that of the largest face.
    """
    said = [NO_FACE] * len(places)
    pairs = [(_distance(f.box, p), i, j) for i, p in enumerate(places) for j, f in enumerate(faces)]
    taken: set[int] = set()
    for distance, i, j in sorted(pairs):
        if distance <= 1 and said[i] == NO_FACE and j not in taken:
            said[i] = faces[j].label
            taken.add(j)
    return said


def _distance(box: Box | None, place: tuple[float, float]) -> float:
    """Return how far a place is from a box's middle, over the box's side; 0 for a whole frame.

    Where the place is not known it is the less the larger the box.
    """
    if box is None:
        return 0.0
    if math.isnan(sum(place)):
        return 1 / (1 + box.side)
    middle = box.x + box.side / 2, box.y + box.side / 2
    return math.dist(middle, place) / box.side


def table(figures: Mapping[str, Figures]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield (
        f"{'':12}{'flips/min':>10}{'noticed after':>15}{'at most':>9}{'missed':>8}"
        f"{'right':>8}{'unknown':>9}"
    )
    for name, figure in figures.items():
        typical, most = (
            f"{choose(figure.delays):.2f} s" if figure.delays else "-"
            for choose in (statistics.median, max)
        )
        yield (
            f"{name:12}{figure.flips / figure.minutes:10.1f}{typical:>15}{most:>9}"
            f"{figure.missed:8}{figure.right:8.1%}{figure.unknown:9.1%}"
        )
