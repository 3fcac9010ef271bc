"""Draw the built-in sample set of faces.

  python -m train.samples [--out build/samples] [--seed 0]

Drawn faces, for training where there is no `data/`: no download, no licence question and no real
person's photograph. 2,109 pictures to train on, 745 to validate and 700 to test, as JPEG of
150 x 150 in colour, in folders that name the expression:

    OUT/train/happy/00001.jpg   OUT/validation/...   OUT/test/...
    OUT/frames/happy-1.jpg      two pictures of each expression, in none of the three splits
    OUT/samples.png             a sheet to look at: a row per expression, a column per person
    OUT/samples.json            the version, the seed and the counts of the set
    OUT/crop.json               how the edge must cut out a face, so that it looks like these

In each split every person shows all seven expressions in turn, and nobody is in two splits. The
same seed gives the same pictures. A set that is there already is left alone; one of another seed or
version is replaced.
"""

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from emotion_edge.cli.argument_types import describe, seed
from emotion_edge.errors import exit_code
from emotion_edge.model.crop_rule import CROP_FILE, crop_rule_json
from train.synthetic.action_units import EXPRESSIONS, sample_units
from train.synthetic.camera import SIDE, take_snapshot
from train.synthetic.identities import Person, sample_person
from train.synthetic.writer import draw_all, ensure_drawn

VERSION = 2  # raise it when the same seed would give other pictures
CLASSES = tuple(EXPRESSIONS)
COUNTS: Mapping[str, int] = {"train": 2109, "validation": 745, "test": 700, "frames": 14}
"""Pictures in each split: the first two as many as the original had."""
RULE: Mapping[str, float] = {"face_width": 4.1, "eye_height": 0.49}
"""How the pictures lie about the eyes that the face finder sees in them: medians of 100."""


def person_of(seed: int, split: str, index: int) -> Person:
    """Who is on picture `index` of `split`: the same person on seven pictures in a row."""
    return sample_person(_stream(seed, split, index // len(CLASSES), "person"))


def expression_of(index: int) -> str:
    """What picture `index` of any split shows: the classes in turn."""
    return CLASSES[index % len(CLASSES)]


def draw_sample(seed: int, split: str, index: int) -> Image.Image:
    """Picture `index` of `split` (mode RGB, 150 x 150), a pure function of its arguments."""
    rng = _stream(seed, split, index, "picture")
    units = sample_units(expression_of(index), rng)
    return take_snapshot(person_of(seed, split, index), units, rng)


def _stream(seed: int, split: str, index: int, purpose: str) -> np.random.Generator:
    """Random numbers of their own for each use, so that no order of work can change a picture."""
    return np.random.default_rng([seed, index, *f"{split} {purpose}".encode()])


def sample_path(split: str, index: int) -> Path:
    """Where picture `index` of `split` lies within a set."""
    expression, number = expression_of(index), index // len(CLASSES) + 1
    if split == "frames":
        return Path(split, f"{expression}-{number}.jpg")
    return Path(split, expression, f"{number:05d}.jpg")


def _write_sample(root: Path, seed: int, task: tuple[str, int]) -> None:
    draw_sample(seed, *task).save(root / sample_path(*task), quality=92)


def draw_sheet(seed: int, columns: int = 12) -> Image.Image:
    """A sheet of test pictures: a row per expression, a column per person, every seventh person."""
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
    """Writes a whole set into the new folder `root`."""
    tasks = [(split, index) for split, count in counts.items() for index in range(count)]
    for folder in {(root / sample_path(*task)).parent for task in tasks}:
        folder.mkdir(parents=True, exist_ok=True)
    draw_all(partial(_write_sample, root, seed), tasks, "drawing faces")
    draw_sheet(seed).save(root / "samples.png")
    (root / CROP_FILE).write_text(crop_rule_json(RULE))


def ensure_samples(out: Path, *, seed: int = 0, counts: Mapping[str, int] = COUNTS) -> None:
    """Sees to it that the folder `out` holds the whole set of `seed`, drawing it if need be.

    An older set at `out` is replaced. Raises as `ensure_drawn` does.
    """
    identity = {"version": VERSION, "seed": seed, "counts": dict(counts)}
    ensure_drawn(
        out,
        "samples.json",
        identity,
        lambda root: _write_set(root, seed, counts),
        what=f"{sum(counts.values())} faces",
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = describe(argparse.ArgumentParser(prog="python -m train.samples"), str(__doc__))
    parser.add_argument(
        "--out", type=Path, default=Path("build/samples"), help="folder to write (%(default)s)"
    )
    parser.add_argument("--seed", type=seed, default=0, help="another seed, other faces")
    args = parser.parse_args(argv)
    return exit_code("train.samples", lambda: _ensure(args.out, args.seed))


def _ensure(out: Path, seed: int) -> int:
    ensure_samples(out, seed=seed)
    return 0
