"""The state of a training run on disk: read and check it, so that the run can resume.

A checkpoint folder holds state.json, which names the two other files: the whole model after the
last epoch (last-*.keras), and the weights that the run keeps (kept-*.weights.h5).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from emotion_edge.errors import UserError
from emotion_edge.model.appended_files import UNREADABLE_ZIP

STATE = "state.json"
History = list[dict[str, float]]
# What reading JSON of another shape, or a damaged .keras file, may raise.
_UNREADABLE = (*UNREADABLE_ZIP, TypeError, AttributeError, OverflowError)
_COLUMNS = {"epoch", "accuracy", "loss", "val_accuracy", "val_loss"}


@dataclass(frozen=True)
class State:
    """A run after its last finished epoch, as state.json holds it.

    run: the same text in all networks of a run, and in no other run. history: one row of metrics
    for each epoch. dropout: the state of each of dropout's generators, which a .keras file does not
    store. seconds: training time, including interrupted processes. last, kept: the names of the two
    other files. sha256: their digests, by name.
    """

    run: str
    settings: dict[str, Any]
    history: History
    dropout: list[list[int]]
    seconds: float
    last: str
    kept: str
    sha256: dict[str, str]

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError for values that no run writes."""
        if not all(self._expectations()):
            raise ValueError("values that no run writes")

    def _expectations(self) -> Iterator[bool]:
        yield isinstance(self.run, str)
        yield isinstance(self.settings, dict)
        yield [row["epoch"] for row in self.history] == [*range(1, len(self.history) + 1)] != []
        yield all(set(row) >= _COLUMNS and set(row) == set(self.history[0]) for row in self.history)
        yield all(isinstance(value, float | int) for row in self.history for value in row.values())
        yield all(isinstance(n, int) and 0 <= n < 2**32 for seed in self.dropout for n in seed)
        yield isinstance(self.seconds, float | int)
        yield isinstance(self.sha256, dict)
        yield all(Path(name).name == name and name in self.sha256 for name in self.files())

    def files(self) -> tuple[str, str]:
        """Return the names of the files that belong to this state."""
        return self.last, self.kept


def find_state(folder: Path) -> State | None:
    """Return the state of the run in `folder`, None if it has none.

    Raises UserError if state.json is damaged, cannot be read or is from another version.
    """
    try:
        return State(**json.loads((folder / STATE).read_bytes()))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(folder, f"{STATE}: {error.strerror}") from None
    except _UNREADABLE:
        raise _damaged(folder, f"{STATE} is damaged or from another version") from None


def read_state(folder: Path) -> State:
    """Return the state of the run in `folder`, which has finished at least one epoch.

    Raises UserError as `find_state` does, and if there is none.
    """
    if state := find_state(folder):
        return state
    raise _damaged(folder, f"no {STATE}")


def check_state(folder: Path, state: State, settings: dict[str, Any]) -> None:
    """Raise UserError if the run had other settings, or if a file of it is missing or damaged."""
    for name, value in settings.items():
        if (before := state.settings.get(name)) != value:
            raise UserError(
                f"--resume: the run in {folder} had {name} {before!r}, now it is {value!r}; "
                "resume with the same settings, or leave out --resume to start over"
            )
    for name in state.files():
        try:
            digest = digest_of(folder / name)
        except OSError as error:
            raise _damaged(folder, f"{name}: {error.strerror}") from None
        if digest != state.sha256[name]:
            raise _damaged(folder, f"{name} is damaged")


def load_last(folder: Path, state: State) -> keras.Model:
    """Return the model after the last epoch, with its optimizer and the state of dropout.

    Raises UserError if this version of Keras cannot read it.
    """
    try:
        model = keras.models.load_model(folder / state.last)
        for seed, value in zip(dropout_seeds(model), state.dropout, strict=True):
            seed.assign(np.array(value, np.uint32))
    except _UNREADABLE as error:
        raise _damaged(folder, f"{state.last}: {error}") from None
    return model


def dropout_seeds(model: keras.Model) -> list[keras.Variable]:
    """Return the state of dropout's random generators, which a .keras file does not store."""
    return [v for v in model.non_trainable_variables if v.path.endswith("seed_generator_state")]


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(folder: Path, reason: str) -> UserError:
    return UserError(
        f"--resume: cannot read the run in {folder} ({reason}); remove this folder, or leave out "
        "--resume, to start over"
    )
