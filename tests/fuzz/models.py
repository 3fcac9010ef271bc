"""Model files, read, tried, loaded and run as the daemon does when it reloads one.

Of ten inputs, five are whole models with damage anywhere, three have a damaged network and a valid
digest, and two have odd values in their JSON files.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from threading import Event

from emotion_edge.model.model_file import SHIPPED, pack, read_model
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.pipeline.factory import AnalyzerSettings, remake_classifier
from tests.edge.models import FLOAT32, INT8, files_of, seal, without_zip
from tests.edge.pictures import solid
from tests.fuzz.mutation import mutate

_ODD_VALUES = (
    *(0, 1, -1, 10**400, -(10**400), 2**63, 1e308, 5e-324, float("nan"), float("inf"), 300),
    *("", "\x1b[2J", "a\nb", "\ud800", "\u202e", "a" * 10**5, None, True, [], {}, [[]] * 1000),
)
_WAYS = 5 * ["anywhere"] + 3 * ["network"] + 2 * ["values"]


def inputs(folder: Path, random: Random) -> Iterator[Path]:
    """Yield damaged copies of the shipped model and of the tiny ones."""
    for number in range(2**31):
        path = folder / f"model-{number}.tflite"
        path.write_bytes(_damage(random.choice((SHIPPED, INT8, FLOAT32)), random))
        yield path


def try_input(path: Path, runtime: str) -> None:
    """Load the model in place of another one, and classify a picture."""
    settings = AnalyzerSettings(model=path, runtime=RuntimeSettings(runtime=runtime))
    classifier = remake_classifier(settings, Event())
    classifier.classify(solid("red"))


def _damage(path: Path, random: Random) -> bytes:
    way = random.choice(_WAYS)
    if way == "anywhere":
        return mutate(path.read_bytes(), random)
    contract = read_model(path).contract
    if way == "network":
        return seal(mutate(without_zip(path), random), contract, path)
    files = files_of(path)
    name = random.choice([name for name in files if name.endswith(".json")])
    values = json.loads(files[name])
    replace_values(values, random)
    return pack(without_zip(path), contract, {**files, name: json.dumps(values).encode()})


def replace_values(values: dict[str, object] | list[object], random: Random) -> None:
    """Give some keys odd values, or an element of a list; remove or add a key now and then."""
    for _ in range(random.choice((1, 1, 2))):
        if isinstance(values, list):
            values[random.randrange(len(values))] = deepcopy(random.choice(_ODD_VALUES))
            continue
        key, value = random.choice([*values, "odd"]), deepcopy(random.choice(_ODD_VALUES))
        before = values.get(key)
        if isinstance(before, list) and before and random.random() < 0.7:
            before[random.randrange(len(before))] = value
        elif random.random() < 0.1:
            values.pop(key, None)
        else:
            values[key] = value
