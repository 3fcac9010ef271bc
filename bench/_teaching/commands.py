"""The real commands: `emotion-edge teach`, and `emotion-edge run --taught` on other pictures."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench._teaching.drawn import NEW, SEVEN
from bench._teaching.people import People, PersonPicture
from bench._util import last_line
from emotion_edge.errors import RunError
from emotion_edge.model.model_file import Model
from emotion_edge.teaching.lesson import learn

COUNTS = (10, 50)
ASKED = 40  # people
OWN_COUNT = 10
Pictures = Sequence[PersonPicture]


def command_table(others: Pictures, own: Pictures, people: People, model: Model) -> Iterator[str]:
    """Yield the table of the real commands.

    others: a picture of each of many people with each of the seven labels, and people: the faces in
    them. own: several of one person with the seven labels and new ones.
    """
    yield "by the real commands (s: of the whole command; fit: of that with the cross-validation)"
    yield f"{'taught':34}{'asked':>6}{'untaught':>10}{'taught':>8}{'s':>7}{'fit':>7}{'bytes':>9}"
    names = list(dict.fromkeys(each.person for each in others))
    asked = [each for each in others if each.person in names[-ASKED:]]
    for count in COUNTS:
        taught = [each for each in others if each.person in names[:count]]
        row = _measure(model, taught, asked, fit_seconds(people, names[:count], model))
        yield f"{f'{count} drawn people, the seven':34}{row}"
    taught, asked = _divide(own, OWN_COUNT)
    yield f"{f'one, {OWN_COUNT} faces, the seven and new':34}{_measure(model, taught, asked)}"


def _divide(pictures: Pictures, count: int) -> tuple[list[PersonPicture], list[PersonPicture]]:
    """Return the first `count` pictures of each label, and the others."""
    first, rest = [], []
    for label in (*SEVEN, *NEW):
        shown = [each for each in pictures if each.label == label]
        first += shown[:count]
        rest += shown[count:]
    return first, rest


def fit_seconds(people: People, names: Sequence[str], model: Model) -> float:
    """Return the seconds that a lesson of some people takes, once their faces are read."""
    faces = people.faces.only(people.rows(names, SEVEN))
    start = time.perf_counter()
    learn(faces, model.contract)
    return time.perf_counter() - start


def _measure(model: Model, taught: Pictures, asked: Pictures, fit: float | None = None) -> str:
    """Return a row of the table; raises RunError if a command fails."""
    with tempfile.TemporaryDirectory() as folder:
        lessons, questions = (Path(folder, name) for name in ("taught", "asked"))
        link_pictures(lessons, taught)
        link_pictures(questions, asked)
        file, start = Path(folder, "taught.json"), time.perf_counter()
        emotion_edge("teach", "--model", model.path, "--from", lessons, "--to", file)
        seconds = time.perf_counter() - start
        if not file.exists():
            raise RunError("emotion-edge teach has written nothing")
        before, after = (
            right(questions, "--model", model.path, *options)
            for options in ((), ("--taught", file))
        )
        size = file.stat().st_size
    shares = f"{before / len(asked):10.1%}{after / len(asked):8.1%}"
    shown = "-" if fit is None else f"{fit:.2f}"
    return f"{len(asked):6}{shares}{seconds:7.1f}{shown:>7}{size:9,}"


def link_pictures(folder: Path, pictures: Pictures) -> None:
    """Link pictures into class folders; their names say no time, so each is a burst of its own."""
    for number, picture in enumerate(pictures):
        link = folder / picture.label / f"{number:05}{picture.path.suffix}"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(picture.path)


def right(folder: Path, *options: object) -> int:
    """Return how many pictures `run` calls what their folder is; the first face counts."""
    printed = emotion_edge("run", "--source", folder, *options)
    lines = [json.loads(line) for line in printed.splitlines()]
    return sum(
        line["label"] == Path(line["source"]).parent.name for line in lines if line["face"] == 1
    )


def emotion_edge(*arguments: object) -> str:
    """Run the program and return what it prints; raises RunError if it fails."""
    command = [sys.executable, "-m", "emotion_edge", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RunError(last_line(result.stderr))
    return result.stdout
