"""Write photographs, prepare them, and read the prepared data set."""

import csv
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

from emotion_edge.imaging.image_files import find_images
from train.prepare.__main__ import main

ASTRONAUT = Image.fromarray(skimage.data.astronaut())


def write_astronaut(path: Path, seed: int = 0) -> Path:
    """Write a photograph of the astronaut, darker for a larger seed, so that the bytes differ."""
    pixels = np.asarray(ASTRONAUT.resize((256, 256))) * (1 - seed / 100)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def prepare(*arguments: object) -> int:
    """Run `python -m train.prepare` in this process and return its exit code."""
    return main([str(argument) for argument in arguments])


def read_manifest(data: Path) -> dict[str, dict[str, str]]:
    """Return the last row of each source in prepared.csv."""
    with (data / "prepared.csv").open() as file:
        return {row["source"]: row for row in csv.DictReader(file)}


def list_pictures(data: Path) -> list[str]:
    """Return the relative paths of the pictures in a data set."""
    return [str(path.relative_to(data)) for path in find_images(data)]


def write_photos(folder: Path, names: list[str]) -> Path:
    """Write one photograph for each name, all different, and return the folder."""
    for seed, name in enumerate(names):
        write_astronaut(folder / name, seed)
    return folder


def splits_by_source(data: Path) -> dict[str, str]:
    """Return the split of each photograph that was written."""
    rows = read_manifest(data).items()
    return {source: row["picture"].split("/")[0] for source, row in rows if row["picture"]}
