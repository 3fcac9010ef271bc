"""Taught files, read and run as the daemon does: damaged, or with odd values and a valid digest."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import read_model
from emotion_edge.teaching.taught_file import read_taught, write_taught
from tests.edge.models import INT8
from tests.edge.pictures import solid
from tests.edge.teaching.taught_files import SWAPPED, reseal, some_faces, taught
from tests.fuzz.models import replace_values
from tests.fuzz.mutation import mutate


def inputs(folder: Path, random: Random) -> Iterator[Path]:
    """Yield damaged taught files."""
    whole = folder / "whole"
    write_taught(whole, taught(*SWAPPED, faces=some_faces(SWAPPED)))
    for number in range(2**31):
        path = folder / f"taught-{number}.json"
        if random.random() < 0.5:
            path.write_bytes(mutate(whole.read_bytes(), random))
        else:
            path.write_bytes(whole.read_bytes())
            values = json.loads(whole.read_text())
            chosen = values["faces"] if random.random() < 0.3 else values
            replace_values(chosen, random)
            reseal(path, **values)
        yield path


def try_input(path: Path) -> None:
    """Load the head and classify a picture with it."""
    model = _model()
    head = read_taught(path, model).head
    Classifier(model, head=head).classify(solid("red"))


@cache
def _model():
    return read_model(INT8)
