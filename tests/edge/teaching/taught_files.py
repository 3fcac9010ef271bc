"""Taught files for the tiny models, whole and damaged."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from emotion_edge.model.model_file import read_model
from emotion_edge.teaching.faces import TaughtFaces
from emotion_edge.teaching.feature_space import Reach
from emotion_edge.teaching.head import TaughtHead
from emotion_edge.teaching.taught_file import Taught, write_taught
from tests.edge.models import INT8

SWAPPED = ("red", "green", "blue")
"""The labels of the tiny models, each the name of the colour at the other end."""


def some_faces(labels: tuple[str, ...], count: int = 4) -> TaughtFaces:
    """Return faces as the tiny model sees them."""
    rng = np.random.default_rng(0)
    return TaughtFaces(
        labels=labels,
        targets=np.arange(count) % len(labels),
        bursts=np.arange(count) // 2,
        logits=rng.normal(size=(count, 2, 3)).astype(np.float32),
        features=rng.normal(size=(count, 2, 3)).astype(np.float32),
    )


def head_with_labels(*labels: str, gain: float = 300.0) -> TaughtHead:
    """Return a head that gives a picture's strongest channel, red first, the label at its place.

    More labels than three have no chance.
    """
    weights = np.zeros((4, len(labels)))
    weights[:3, :3] = gain * np.eye(3)
    weights[3, 3:] = -gain
    return TaughtHead(
        labels=labels,
        mean=np.zeros(3),
        scale=np.ones(3),
        weights=weights,
        reach=Reach(axes=np.zeros((3, 3), np.float32), slope=1e-6),
        enter=0.5,
        leave=0.4,
    )


def taught(
    *labels: str, model: Path = INT8, faces: TaughtFaces | None = None, gain: float = 300.0
) -> Taught:
    """Return the content of a taught file for a model."""
    return Taught(
        head=head_with_labels(*labels, gain=gain),
        model=read_model(model).sha256,
        date="2026-11-28",
        counts=(2,) * len(labels),
        faces=faces,
    )


def write(path: Path, *labels: str, model: Path = INT8, gain: float = 300.0) -> Path:
    """Write a taught file for a model and return its path."""
    write_taught(path, taught(*labels, model=model, gain=gain))
    return path


def reseal(path: Path, **changes: Any) -> Path:
    """Replace values of a taught file, and compute its digest anew; None removes a value."""
    values = json.loads(path.read_text()) | changes
    values = {name: value for name, value in values.items() if value is not None or name == "faces"}
    content = {name: value for name, value in values.items() if name != "sha256"}
    text = json.dumps(content, sort_keys=True).encode()
    path.write_text(json.dumps(values | {"sha256": hashlib.sha256(text).hexdigest()}))
    return path
