"""Photographed people taught and asked: one's own face, other people's, and class folders."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench._teaching.people import (
    HELD_OUT,
    People,
    PersonPicture,
    prepared_people,
    read_people,
)
from bench._teaching.trials import ask, interval, over_people, pick, teach
from emotion_edge.model.contract import Contract
from emotion_edge.teaching.class_pictures import find_class_pictures
from emotion_edge.teaching.face_reader import FaceReader
from emotion_edge.teaching.faces import TaughtFaces
from emotion_edge.teaching.lesson import mid_p
from emotion_edge.util.progress import show_progress

LEAST, LEFT = 8, 2  # pictures of a label: that a person has, and that are asked about
COUNTS = (2, 5, 10)
DRAWS = 3
STRANGERS = 1500  # pictures of people who are never taught, at most
FOLDS = 5


def read_photographed(reader: FaceReader, data: Path) -> tuple[People, TaughtFaces]:
    """Return the people who can be taught, and some faces of others, who are strangers to all.

    The strangers are of the validation part, so the network was not trained on them either. Raises
    UserError if the folder has no such people.
    """
    pictures, names = prepared_people(data, LEAST)
    held_out = [each for each in pictures if each.path.parents[1].name == HELD_OUT]
    others = [each for each in held_out if each.person not in names]
    order = np.random.default_rng(0).permutation(len(others))[:STRANGERS]
    chosen = [each for each in pictures if each.person in names]
    chosen += [others[place] for place in sorted(order.tolist())]
    people = read_people(reader, chosen, reader.classifier.contract.labels)
    ours = np.isin(people.persons, names)
    return people.only(np.flatnonzero(ours)), people.only(np.flatnonzero(~ours)).faces


def people_table(people: People, strangers: TaughtFaces, model: Contract) -> Iterator[str]:
    """Yield the table of people who are taught to the model one by one."""
    yield "one photographed person, asked about the person's other pictures and other people's"
    yield (
        f"{'faces':>6}{'people':>8}{'changed':>9}{'untaught':>10}{'taught':>8}{'points':>23}"
        f"{'others untaught':>17}{'taught':>8}{'points':>23}"
    )
    for count in COUNTS:
        results = []
        for place, name in enumerate(names := people.names(), start=1):
            if len(labels := _labels(people, name, max(LEAST, count + LEFT))) > 1:
                results.append(_person(people, name, labels, count, strangers, model))
            show_progress(place, len(names), "people")
        if results:
            yield _row(count, np.array(results))


def _labels(people: People, name: str, least: int) -> list[str]:
    """Return the labels of which a person has so many pictures."""
    faces = people.faces.only(people.rows([name], people.faces.labels))
    return [label for label, n in zip(faces.labels, faces.counts(), strict=True) if n >= least]


def _person(
    people: People,
    name: str,
    labels: list[str],
    count: int,
    strangers: TaughtFaces,
    model: Contract,
) -> npt.NDArray[np.float64]:
    """Return the mean of several draws: changed or not, own and others' shares before, after."""
    rows, results = people.rows([name], labels), []
    for draw in range(DRAWS):
        taught = pick(people, rows, count, np.random.default_rng(draw))
        lesson = teach(people, taught, model.labels, model)
        own = ask(lesson, people.faces.only(np.setdiff1d(rows, taught)), model).right()
        results.append([lesson.better, *own, *ask(lesson, strangers, model).right()])
    return np.asarray(np.mean(results, axis=0))


def _row(count: int, results: npt.NDArray[np.float64]) -> str:
    changed, before, after, others_before, others_after = results.mean(axis=0)
    own, others = (interval(over_people(results[:, k + 1] - results[:, k])) for k in (1, 3))
    return (
        f"{count:6}{len(results):8}{changed:9.0%}{before:10.1%}{after:8.1%}{own:>23}"
        f"{others_before:17.1%}{others_after:8.1%}{others:>23}"
    )


def folders_table(reader: FaceReader, data: Path) -> Iterator[str]:
    """Yield what class folders teach, each picture asked about when a fifth is not taught.

    Raises UserError if the folder has no class folders with faces.
    """
    model = reader.classifier.contract
    pictures = [
        PersonPicture(str(place), each.label, each.path)
        for place, each in enumerate(find_class_pictures(data, model.labels))
    ]
    people = read_people(reader, pictures, model.labels)
    folds = np.random.default_rng(0).permutation(len(people.persons)) % FOLDS
    before, after = np.zeros((2, len(folds)), bool)
    for fold in range(FOLDS):
        lesson = teach(people, np.flatnonzero(folds != fold), model.labels, model)
        answers = ask(lesson, people.faces.only(folds == fold), model)
        before[folds == fold] = answers.before == answers.targets
        after[folds == fold] = answers.after == answers.targets
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    yield (
        f"{len(folds)} photographs in class folders, a fifth at a time asked about: right untaught "
        f"{before.sum()}, taught {after.sum()}; p = {mid_p(gained, lost):.2f}"
    )
