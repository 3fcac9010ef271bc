"""Measure the stability and the delay of the labels on a recording with known truth.

  emotion-edge replay DIR [--truth truth.csv]

DIR holds frames and times.csv (file,seconds: one row for each frame). The truth, DIR/truth.csv by
default, has the columns seconds,label and optionally person,x,y. From that second on the person
shows that label, with the middle of the face at pixel x,y (interpolated between rows; needed if
there are several people). The label no_face says that the person is not in view.

Prints, for the network's answer to each frame alone and for what `run` would report: flips (changes
of the label without a change of the truth) per minute, the seconds until a change was noticed, the
share of time with the right label, and with unknown. Exit codes as for run.
"""

import math
import statistics
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from emotion_edge.capture.recording import Row, read_recording, recorded_frames
from emotion_edge.commands.recording_truth import (
    Figures,
    Key,
    Moment,
    is_in_view,
    measure,
    placed,
    read_truth,
    true_label,
    true_place,
)
from emotion_edge.errors import UserError
from emotion_edge.faces.types import Box
from emotion_edge.model.contract import NO_FACE
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.factory import AnalyzerSettings, make_analyzer
from emotion_edge.pipeline.results import FrameResult
from emotion_edge.util.progress import show_progress

TRUTH = "truth.csv"
MAX_NAMES = 20  # in a message
Ways = dict[str, list[list[Moment]]]
"""For each way of labelling, each person's moments."""


def evaluate_recording(
    recording: Path, truth: Path | None, settings: AnalyzerSettings
) -> Generator[str, None, None]:
    """Yield the lines of the table for a recording.

    truth: None takes DIR/truth.csv. Raises UserError if the model, the recording or the truth
    cannot be used.
    """
    ways = follow(recording, truth or recording / TRUTH, make_analyzer(settings))
    yield from table({name: measure(people) for name, people in ways.items()})


def follow(recording: Path, truth: Path, analyzer: FaceAnalyzer) -> Ways:
    """Return each person's moments: by the network for each frame alone, and by `run`'s output."""
    rows = read_recording(recording)
    people = read_truth(truth, analyzer.labels)
    check_truth(truth, people, rows)
    ways: Ways = {"each frame": [[] for _ in people], "steady": [[] for _ in people]}
    known: dict[int | None, Known] = {}
    placed_keys = [placed(keys) for keys in people.values()]
    for frame in recorded_frames(rows):
        assert frame.seconds is not None
        show_progress(frame.index + 1, len(rows), "frames")
        result = analyzer.process(frame)
        _update(known, result)
        seen = [Known(face.box, face.classification.label) for face in result.faces]
        places = [true_place(keys, frame.seconds) for keys in placed_keys]
        labels = [true_label(keys, frame.seconds) for keys in people.values()]
        for way, faces in (("each frame", seen), ("steady", list(known.values()))):
            shown = match(faces, places)
            for moments, true, label in zip(ways[way], labels, shown, strict=True):
                moments.append(Moment(frame.seconds, true, label))
        del frame, result  # before the next one is decoded
    return ways


def check_truth(path: Path, people: Mapping[str, list[Key]], rows: Sequence[Row]) -> None:
    """Raise UserError if a recording and its truth, read from `path`, leave nothing to measure."""
    if all(key.label == NO_FACE for keys in people.values() for key in keys):
        raise UserError(f"{path}: nobody is ever in view, so there is nothing to measure")
    placeless = [name for name, keys in people.items() if not placed(keys)]
    if placeless and len(people) > 1:
        names = ", ".join(placeless[:MAX_NAMES])
        raise UserError(f"{path}: several people, but no x and y for {names}")
    if len(rows) < 2:
        raise UserError("the recording has one frame, and no time between two to measure")
    times = [row.seconds for row in rows]
    if not any(is_in_view(keys, times) for keys in people.values()):
        raise UserError(
            f"{path}: nobody is in view while the recording lasts, from {times[0]:g} to "
            f"{times[-1]:g} seconds",
            "do both count from the same moment?",
        )


@dataclass(frozen=True)
class Known:
    """A face that a reader of stdout knows of: its last box and its last label."""

    box: Box | None
    label: str


def _update(known: dict[int | None, Known], result: FrameResult) -> None:
    """Take in what stdout reports of a frame: changes of labels, and where faces are."""
    for number in result.ended:
        known.pop(number, None)
    for face in result.faces:
        if face.event == "change":
            known[face.number] = Known(face.box, face.decision.label)
        elif face.number in known:
            known[face.number] = replace(known[face.number], box=face.box)


def match(faces: Sequence[Known], places: Sequence[tuple[float, float]]) -> list[str]:
    """Return the label of the person at each place; no_face if no face is near.

    Each face belongs to one person at most: the nearest one within a box's side. A person without a
    known place gets the largest face.
    """
    labels: list[str | None] = [None] * len(places)
    pairs = [(_distance(f.box, p), i, j) for i, p in enumerate(places) for j, f in enumerate(faces)]
    taken: set[int] = set()
    for distance, i, j in sorted(pairs):
        if distance <= 1 and labels[i] is None and j not in taken:
            labels[i] = faces[j].label
            taken.add(j)
    return [label or NO_FACE for label in labels]


def _distance(box: Box | None, place: tuple[float, float]) -> float:
    """Return the distance of a place from a box's middle, over the box's side.

    It is 0 for a whole frame. If the place is not known, a larger box is nearer.
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
