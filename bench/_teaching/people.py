"""The faces of many people, read as `emotion-edge teach` reads them."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import find_images
from emotion_edge.teaching.class_pictures import ClassPicture
from emotion_edge.teaching.face_reader import FaceReader
from emotion_edge.teaching.faces import TaughtFaces
from train.synthetic.images import draw_portrait
from train.synthetic.writer import draw_all

SEED = 0
HELD_OUT = "validation"  # the split whose people no network was trained on
Rows = npt.NDArray[np.int64]


class PersonPicture(NamedTuple):
    """A picture of a person who shows an expression."""

    person: str
    label: str
    path: Path


@dataclass(frozen=True, eq=False)
class People:
    """Faces, and whose they are. persons: (N,) names."""

    faces: TaughtFaces
    persons: npt.NDArray[np.str_]

    def names(self) -> list[str]:
        """Return everybody's name once."""
        return sorted(set(self.persons.tolist()))

    def rows(self, persons: Iterable[str], labels: Sequence[str]) -> Rows:
        """Return the places of some people's faces with some labels."""
        places = [self.faces.labels.index(label) for label in labels]
        ours = np.isin(self.persons, [*persons])
        return np.flatnonzero(ours & np.isin(self.faces.targets, places))

    def only(self, rows: Rows) -> Self:
        """Return some of the faces."""
        return replace(self, faces=self.faces.only(rows), persons=self.persons[rows])


def read_people(
    reader: FaceReader, pictures: Sequence[PersonPicture], labels: tuple[str, ...]
) -> People:
    """Return the people in pictures whose labels are among `labels`.

    Raises UserError if no picture has a face.
    """
    # FaceReader tells labels apart, so a person with a label is one for it.
    pairs = {f"{each.person} {each.label}": each for each in pictures}
    marked = [ClassPicture(f"{each.person} {each.label}", each.path) for each in pictures]
    faces = reader.read(marked, tuple(pairs))
    shown = [[*pairs.values()][target] for target in faces.targets]
    targets = np.array([labels.index(each.label) for each in shown])
    persons = np.array([each.person for each in shown])
    return People(replace(faces, labels=labels, targets=targets), persons)


@contextmanager
def drawn_pictures(
    people: range, labels: Sequence[str], takes: int
) -> Iterator[list[PersonPicture]]:
    """Draw people of the sample set's test split, `takes` times with each label, for a while."""
    with tempfile.TemporaryDirectory() as folder:
        for label in labels:
            Path(folder, label).mkdir()
        found = [
            PersonPicture(str(person), label, Path(folder, label, f"{person}-{take}.jpg"))
            for person in people
            for label in labels
            for take in range(takes)
        ]
        draw_all(_draw, found, "drawing faces")
        yield found


def _draw(picture: PersonPicture) -> None:
    take = int(picture.path.stem.split("-")[1])
    drawn = draw_portrait(SEED, "test", int(picture.person), picture.label, take)
    drawn.save(picture.path, quality=92)


def prepared_people(data: Path, least: int) -> tuple[list[PersonPicture], list[str]]:
    """Return the pictures of a folder of `train.prepare photos`, and the names of some people.

    These are the people who have `least` pictures or more in two classes. A picture's name begins
    with the person's, up to a hyphen. Raises UserError if there are no such people.
    """
    pictures = [
        PersonPicture(path.name.partition("-")[0], path.parent.name, path)
        for split in ("train", HELD_OUT)
        for folder in sorted((data / split).glob("*/"))
        for path in find_images(folder)
    ]
    counts: dict[tuple[str, str], int] = {}
    for each in pictures:
        counts[each[:2]] = counts.get(each[:2], 0) + 1
    often = [person for (person, _), count in counts.items() if count >= least]
    names = sorted({person for person in often if often.count(person) >= 2})
    if not names:
        raise UserError(
            f"{data}: nobody has {least} pictures in two classes",
            "name a folder that python -m train.prepare photos has written",
        )
    return pictures, names
