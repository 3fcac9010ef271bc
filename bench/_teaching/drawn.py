"""Drawn people taught and asked: by person, and one's own face with labels of one's own."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bench._teaching.people import People
from bench._teaching.trials import (
    Answers,
    Values,
    ask,
    interval,
    over_draws,
    over_people,
    pick,
    teach,
)
from emotion_edge.model.contract import Contract
from emotion_edge.teaching.faces import TaughtFaces
from emotion_edge.util.progress import show_progress
from train.synthetic.action_units import EXPRESSIONS, MORE_EXPRESSIONS

SEVEN, NEW = tuple(EXPRESSIONS), tuple(MORE_EXPRESSIONS)
DRAWS = {1: 20, 2: 20, 3: 20, 5: 12, 10: 12, 20: 6, 50: 4}
COUNTS = (5, 10, 20)  # of one's own faces, of each label
LESSONS = {
    "the seven": SEVEN,
    "happy, neutral and new": ("happy", "neutral", *NEW),
    "the seven and new": (*SEVEN, *NEW),
}


def others_table(people: People, strangers: TaughtFaces | None, model: Contract) -> Iterator[str]:
    """Yield the table of people who are taught, and others who are asked about."""
    yield "drawn people, asked about other drawn people (each shows the seven labels once)"
    yield f"{'taught':>8}{'draws':>7}{'untaught':>10}{'taught':>15}{'photographs':>17}"
    names = people.names()
    for count, draws in DRAWS.items():
        rng, results = np.random.default_rng(count), []
        for draw in range(draws if count < len(names) else 0):
            taught = rng.permutation(names)[:count]
            results.append(_others(people, taught.tolist(), strangers, model))
            show_progress(draw + 1, draws, "draws")
        if results:
            yield _others_row(count, np.array(results))


def _others(
    people: People, taught: list[str], strangers: TaughtFaces | None, model: Contract
) -> list[float]:
    """Return the shares of right answers, untaught and taught, of others and of strangers."""
    lesson = teach(people, people.rows(taught, SEVEN), model.labels, model)
    asked = people.rows(set(people.names()) - set(taught), SEVEN)
    groups = [people.faces.only(asked), *([strangers] if strangers else [])]
    return [share for faces in groups for share in ask(lesson, faces, model).right()]


def _others_row(count: int, results: Values) -> str:
    mean, half = over_draws(results[:, 1])
    row = f"{count:8}{len(results):7}{results[:, 0].mean():10.1%}"
    row += f"{f'{mean:.1%} ± {100 * half:.1f}':>15}"
    if results.shape[1] > 2:
        change = over_draws(results[:, 3] - results[:, 2])
        row += f"{f'{100 * change[0]:+.1f} ± {100 * change[1]:.1f}':>17}"
    return row


class Own(NamedTuple):
    """A lesson of one person: the answers about the person's others, and about other people."""

    own: Answers
    drawn: Answers
    strangers: Answers | None


def own_table(people: People, strangers: TaughtFaces | None, model: Contract) -> Iterator[str]:
    """Yield the table of one drawn person's faces, with labels that the model does not know."""
    yield "one drawn person (means of several), of each label so many faces taught; new: wink and"
    yield "tongue out"
    head = f"{'taught labels':24}{'faces':>6}{'untaught':>10}{'taught':>8}{'new found':>11}"
    yield head + f"{'right':>7}{'others: new found':>19}{'right':>7}{'photographs':>22}"
    done, total = 0, len(LESSONS) * len(COUNTS)
    for name, labels in LESSONS.items():
        for count in COUNTS:
            lessons = [_own(people, each, labels, count, strangers, model) for each in
                       people.names()]  # fmt: skip
            yield f"{name:24}{count:6}{_own_row(lessons, labels, model)}"
            done += 1
            show_progress(done, total, "lessons")


def _own(
    people: People,
    person: str,
    labels: tuple[str, ...],
    count: int,
    strangers: TaughtFaces | None,
    model: Contract,
) -> Own:
    rows = people.rows([person], labels)
    taught = pick(people, rows, count, np.random.default_rng(count))
    head = (*model.labels, *(label for label in labels if label in NEW))
    lesson = teach(people, taught, head, model)
    others = people.rows(set(people.names()) - {person}, labels)
    asked = (np.setdiff1d(rows, taught), others)
    own, drawn = (ask(lesson, people.faces.only(each), model) for each in asked)
    return Own(own, drawn, ask(lesson, strangers, model) if strangers else None)


def _own_row(lessons: list[Own], labels: tuple[str, ...], model: Contract) -> str:
    before, after = np.mean([each.own.right() for each in lessons], axis=0)
    row = f"{before:10.1%}{after:8.1%}"
    places = [len(model.labels) + k for k, label in enumerate(NEW) if label in labels]
    for group, width in (("own", 11), ("drawn", 19)):
        found = [getattr(each, group).found(places) for each in lessons]
        share, right = np.nanmean(found, axis=0) if places else (np.nan, np.nan)
        row += f"{share:{width}.1%}{right:7.1%}" if places else f"{'-':>{width}}{'-':>7}"
    if all(each.strangers for each in lessons):
        shares = np.array([each.strangers.right() for each in lessons if each.strangers])
        row += f"{interval(over_people(shares[:, 1] - shares[:, 0])):>22}"
    return row
