"""Prepared pictures for `emotion-edge teach`, each of one colour and some noise."""

from pathlib import Path

import numpy as np

from emotion_edge.imaging.face_files import save_face
from emotion_edge.imaging.regions import Region
from tests.edge.command_line import edge, json_lines
from tests.edge.models import INT8
from tests.edge.pictures import COLOURS

SHADES = {**COLOURS, "yellow": (210, 200, 30), "purple": (200, 30, 210)}
SWAP = {"red": "blue", "blue": "red", "green": "green"}
"""What the user calls the colours that the tiny models name."""


def save_shade(path: Path, shade: str, seed: int = 0) -> Path:
    """Write a prepared picture of a shade and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).normal(0, 15, (1, 1, 3))
    pixels = np.clip(np.full((16, 16, 3), SHADES[shade]) + noise, 0, 255).astype(np.uint8)
    save_face(path, pixels, Region(8, 8, 12, 12))
    return path


def save_shades(data: Path, shades: dict[str, str], each: int = 6, *, name: str = "{}.png") -> Path:
    """Write `each` pictures for each label, of the shade named by it; return the folder.

    name: of a picture's file, with its number.
    """
    for k, (label, shade) in enumerate(shades.items()):
        for n in range(each):
            save_shade(data / label / name.format(n), shade, seed=100 * k + n)
    return data


def teach(data, file, *options, model=INT8):
    """Run the command on the class folders of `data`."""
    return edge("teach", "--model", model, "--from", data, "--to", file, *options)


def label_of(picture, file):
    """Return the label of a whole picture by a taught model."""
    given = ("--model", INT8, "--faces", "off", "--taught", file)
    result = edge("run", *given, "--source", picture)
    assert result.returncode == 0, result.stderr
    return json_lines(result.stdout)[0]["label"]
