"""Taught files: a head, for which model it was fitted, and by which faces; JSON with a digest.

JSON can hold nothing but numbers and texts, so no file runs code or unpacks to gigabytes, and
everybody can read what it says about them. The features of the faces are in it only if asked for.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emotion_edge.errors import UserError, shorten
from emotion_edge.model import limits
from emotion_edge.model.contract import Contract, ContractError
from emotion_edge.model.model_file import Model
from emotion_edge.teaching.faces import ARRAYS, TaughtFaces
from emotion_edge.teaching.feature_space import AXES, Reach
from emotion_edge.teaching.head import TaughtHead
from emotion_edge.teaching.stored_numbers import SMALLEST, as_list, floats, whole_numbers
from emotion_edge.util.atomic_write import staged_write
from emotion_edge.util.regular_file import read_regular_file
from emotion_edge.util.strict_json import parse_json

VERSION = 1
MAX_BYTES = 16 * 1024**2
MAX_FACES = 2000  # more tell a head nothing new, and their features would not fit into the file
_KEYS = {"version", "labels", "model", "mean", "scale", "weights", "temperature", "enter", "leave"}
_KEYS |= {"reach", "date", "counts", "faces", "sha256"}
_THRESHOLDS = ("temperature", "enter", "leave")
_MAKE = "make one with emotion-edge teach"
_AGAIN = "teach again: emotion-edge teach"


class OtherModelError(UserError):
    """The taught file is whole, but belongs to another model."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Taught:
    """What a taught file holds.

    head: the fitted one. model: the SHA-256 of the model file that it was fitted to, in hexadecimal
    digits. date: of the fit, such as "2026-11-28". counts: how many faces of each of the head's
    labels it was fitted to. faces: what the network made of them, None if it was not kept.
    """

    head: TaughtHead
    model: str
    date: str
    counts: tuple[int, ...]
    faces: TaughtFaces | None


def write_taught(path: Path, taught: Taught) -> None:
    """Write a taught file that only its owner may read; raises RunError if it cannot be written.

    Raises UserError if the features of the faces are too many for a file.
    """
    head, faces = taught.head, taught.faces
    values: dict[str, Any] = {
        "version": VERSION,
        "labels": list(head.labels),
        "model": taught.model,
        **{name: as_list(getattr(head, name)) for name in ("mean", "scale", "weights")},
        **{name: getattr(head, name) for name in _THRESHOLDS},
        "reach": {"axes": as_list(head.reach.axes), "slope": head.reach.slope},
        "date": taught.date,
        "counts": list(taught.counts),
        "faces": faces and _faces_as_json(faces),
    }
    values["sha256"] = _digest(values)
    text = json.dumps(values, ensure_ascii=False) + "\n"
    if len(text.encode()) > MAX_BYTES:
        raise UserError(
            f"{path}: the features of {len(faces or ())} faces do not fit into a taught file",
            "teach without --keep-features, or name another file by --to",
        )
    target = path.resolve()  # a link stays one
    with staged_write(target.parent) as stage:
        staged = stage / target.name  # no other user can enter the stage
        staged.write_text(text, encoding="utf-8")
        staged.chmod(0o600)


def _faces_as_json(faces: TaughtFaces) -> dict[str, list[Any]]:
    return {name: as_list(getattr(faces, name)) for name in ARRAYS}


def _digest(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all values but the digest itself, whatever the file's spacing is."""
    content = {name: value for name, value in values.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read_taught(path: Path, model: Model) -> Taught:
    """Read a taught file that was made for this model.

    Raises UserError if it cannot be read, is damaged, or was made for another model.
    """
    with _explaining(path):
        values = _read_values(path)
        if values["model"] == model.sha256:
            return _parse(values, model.contract)
    raise OtherModelError(
        f"{path}: taught with another model than {model.path}",
        f"name that one by --model, or teach this one: emotion-edge teach --model {model.path}",
    )


def model_of(path: Path) -> str:
    """Return the SHA-256 of the model that a taught file was made for; raises as `read_taught`."""
    with _explaining(path):
        return str(_read_values(path)["model"])


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    """Raise UserError for whatever is wrong with the file."""
    try:
        yield
    except OSError as error:
        raise UserError(f"{path}: cannot read the taught file: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not a taught file", _MAKE) from None
    except (ValueError, RecursionError, ContractError) as error:
        raise UserError(f"{path}: the taught file is damaged: {error}", _AGAIN) from None


def _read_values(path: Path) -> dict[str, Any]:
    """Return what the file holds; raises UserError, ValueError or OSError unless it is whole."""
    values = parse_json(read_regular_file(path, MAX_BYTES))
    if not isinstance(values, dict) or "version" not in values or "weights" not in values:
        raise UserError(f"{path}: not a taught file", _MAKE)
    if values["version"] != VERSION:
        raise UserError(
            f"{path}: version {shorten(values['version'])} of taught files, but this emotion-edge "
            f"reads version {VERSION}",
            _AGAIN,
        )
    if values.keys() != _KEYS or values["sha256"] != _digest(values):
        raise ValueError("it is not as it was written")
    return values


def _parse(values: dict[str, Any], model: Contract) -> Taught:
    """Return the content; raises ValueError or ContractError if a value is not allowed."""
    labels = values["labels"]
    if not limits.are_texts(labels, limits.MAX_LABELS):
        raise ValueError("its labels are not texts")
    if limits.find_bad_number({name: values[name] for name in _THRESHOLDS}):
        raise ValueError("a threshold is out of bounds")
    if not limits.is_text(values["date"]):
        raise ValueError("its date is not a text")
    head = TaughtHead(
        labels=tuple(labels),
        mean=floats(values["mean"], (model.embedding,)),
        scale=floats(values["scale"], (model.embedding,), SMALLEST),
        weights=floats(values["weights"], (model.embedding + 1, len(labels))),
        reach=_reach(values["reach"], model.embedding),
        temperature=float(values["temperature"]),
        enter=float(values["enter"]),
        leave=float(values["leave"]),
    )
    head.contract(model)  # checks labels and thresholds
    return Taught(
        head=head,
        model=values["model"],
        date=values["date"],
        counts=tuple(whole_numbers(values["counts"], len(labels)).tolist()),
        faces=None if values["faces"] is None else _faces(values["faces"], head.labels, model),
    )


def _reach(values: Any, features: int) -> Reach:
    if not isinstance(values, dict) or values.keys() != {"axes", "slope"}:
        raise ValueError("its reach is incomplete")
    axes = floats(values["axes"], (features, min(AXES, features)))
    (slope,) = floats([values["slope"]], (1,), SMALLEST)
    return Reach(axes=axes.astype(np.float32), slope=float(slope))


def _faces(values: Any, labels: tuple[str, ...], model: Contract) -> TaughtFaces:
    if not isinstance(values, dict) or values.keys() != set(ARRAYS):
        raise ValueError("its faces are incomplete")
    count = len(values["targets"]) if isinstance(values["targets"], list) else 0
    targets = whole_numbers(values["targets"], count, len(labels) - 1)
    return TaughtFaces(
        labels=labels,
        targets=targets,
        bursts=whole_numbers(values["bursts"], count),
        logits=floats(values["logits"], (count, 2, len(model.labels))).astype(np.float32),
        features=floats(values["features"], (count, 2, model.embedding)).astype(np.float32),
    )
