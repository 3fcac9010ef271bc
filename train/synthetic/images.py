"""Draw the built-in sample set of faces.

  python -m train.samples [--out build/samples] [--seed 0]

The sample set makes training possible without `data/`: without a download, a licence, or real
people's photographs. It has 2,109 training, 745 validation and 2,100 test images: colour JPEG files
of 150 x 150 pixels, in folders that name the expression.

    OUT/train/happy/00001.jpg   OUT/validation/...   OUT/test/...
    OUT/frames/happy-1.jpg      two more images of each expression, outside the splits
    OUT/samples.png             an overview: a row per expression, a column per person
    OUT/samples.json            version, seed and counts of the set
    OUT/crop.json               how the edge must crop faces to match these images

In each split, every person shows all seven expressions, and nobody is in two splits. The same seed
always gives the same images. An existing set is kept, or replaced if its seed or version differs.
Exit codes: 0 done, 1 failure at run time, 2 bad input or options.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from emotion_edge.model.crop_rule import CROP_FILE, crop_rule_json
from train.synthetic.action_units import EXPRESSIONS, sample_units
from train.synthetic.camera import SIDE, take_snapshot
from train.synthetic.identities import Person, sample_person
from train.synthetic.writer import draw_all, ensure_drawn, run_command

VERSION = 2  # increase it when the same seed gives other images
CLASSES = tuple(EXPRESSIONS)
COUNTS: Mapping[str, int] = {"train": 2109, "validation": 745, "test": 2100, "frames": 14}
"""Images in each split; train and validation are as large as in the original.

test is so large that the gate sees a loss of a point and a half, see bench/gate.py.
"""
CROP_RULE: Mapping[str, float] = {"face_width": 4.1, "eye_height": 0.49}
"""The crop of the images around the eyes that the face detector finds: medians of 100 images."""


def person_of(seed: int, split: str, index: int) -> Person:
    """Return the person in an image; seven consecutive images show the same person."""
    return sample_person(_rng(seed, split, index // len(CLASSES), "person"))


def expression_of(index: int) -> str:
    """Return the expression in an image of any split: the classes take turns."""
    return CLASSES[index % len(CLASSES)]


def draw_sample(seed: int, split: str, index: int) -> Image.Image:
    """Draw an image of a split (mode RGB, 150 x 150), a pure function of its arguments."""
    rng = _rng(seed, split, index, "picture")
    units = sample_units(expression_of(index), rng)
    return take_snapshot(person_of(seed, split, index), units, rng)


def _rng(seed: int, split: str, index: int, purpose: str) -> np.random.Generator:
    """Return a separate generator for each purpose, so that no image depends on another."""
    return np.random.default_rng([seed, index, *f"{split} {purpose}".encode()])


def sample_path(split: str, index: int) -> Path:
    """Return the path of an image within the set."""
    expression, number = expression_of(index), index // len(CLASSES) + 1
    if split == "frames":
        return Path(split, f"{expression}-{number}.jpg")
    return Path(split, expression, f"{number:05d}.jpg")


def _write_sample(root: Path, seed: int, task: tuple[str, int]) -> None:
    draw_sample(seed, *task).save(root / sample_path(*task), quality=92)


def draw_sheet(seed: int, columns: int = 12) -> Image.Image:
    """Draw an overview of test images: a row per expression, a column for each seventh person."""
    margin, gap = 90, 4
    step = SIDE + gap
    sheet = Image.new("RGB", (margin + columns * step, gap + len(CLASSES) * step), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for row, name in enumerate(CLASSES):
        draw.text((8, gap + row * step + SIDE / 2), name, "black", font, anchor="lm")
        for column in range(columns):
            picture = draw_sample(seed, "test", 7 * column * len(CLASSES) + row)
            sheet.paste(picture, (margin + column * step, gap + row * step))
    return sheet


def _write_set(root: Path, seed: int, counts: Mapping[str, int]) -> None:
    """Write the whole set into the new folder `root`."""
    tasks = [(split, index) for split, count in counts.items() for index in range(count)]
    for folder in {(root / sample_path(*task)).parent for task in tasks}:
        folder.mkdir(parents=True, exist_ok=True)
    draw_all(partial(_write_sample, root, seed), tasks, "drawing faces")
    draw_sheet(seed).save(root / "samples.png")
    (root / CROP_FILE).write_text(crop_rule_json(CROP_RULE))


def ensure_samples(out: Path, *, seed: int = 0, counts: Mapping[str, int] = COUNTS) -> None:
    """Draw the sample set into the folder `out`, unless it is there already.

    Raises as `ensure_drawn` does.
    """
    identity = {"version": VERSION, "seed": seed, "counts": dict(counts)}
    what = f"{sum(counts.values())} faces"
    ensure_drawn(
        out, "samples.json", identity, lambda root: _write_set(root, seed, counts), what=what
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    return run_command("train.samples", str(__doc__), Path("build/samples"), ensure_samples, argv)
