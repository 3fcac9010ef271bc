"""Draw the built-in sample set of faces.

  python -m train.samples [--out build/samples] [--seed 0]
  python -m train.samples --out build/winks --expression wink --expression 'tongue out'

The sample set makes training possible without `data/`: without a download, a licence, or real
people's photographs. It has 2,109 training, 745 validation and 2,100 test images: colour JPEG files
of 150 x 150 pixels, in folders that name the expression.

    OUT/train/happy/00001.jpg   OUT/validation/...   OUT/test/...
    OUT/frames/happy-1.jpg      two more images of each expression, outside the splits
    OUT/samples.png             an overview: a row per expression, a column per person
    OUT/samples.json            version, seed and counts of the set
    OUT/crop.json               how the edge must crop faces to match these images

In each split, every person shows all seven expressions, and nobody is in two splits. The same seed
always gives the same images. --expression adds a folder to each split: the same people with an
expression that no network here is trained on, to be taught by `emotion-edge teach` (copy some of
each: it takes 2,000 pictures at most). An existing set is kept, or replaced if its seed, version or
expressions differ.
Exit codes: 0 done, 1 failure at run time, 2 bad input or options.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from emotion_edge.model.crop_rule import CROP_FILE, crop_rule_json
from train.synthetic.action_units import EXPRESSIONS, MORE_EXPRESSIONS, sample_units
from train.synthetic.camera import SIDE, take_snapshot
from train.synthetic.identities import Person, sample_person
from train.synthetic.writer import draw_all, ensure_drawn, make_parser, run_command

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


def draw_portrait(
    seed: int, split: str, person: int, expression: str, take: int = 0
) -> Image.Image:
    """Draw a person of a split with any expression (mode RGB, 150 x 150).

    person: seven times that is the index of the person's first image. expression: of `EXPRESSIONS`
    or `MORE_EXPRESSIONS`. take: each gives another picture, and none is in the sample set of the
    seven. A pure function of its arguments.
    """
    rng = _rng(seed, split, person, f"{expression} {take}")
    units = sample_units(expression, rng)
    return take_snapshot(person_of(seed, split, person * len(CLASSES)), units, rng)


def _rng(seed: int, split: str, index: int, purpose: str) -> np.random.Generator:
    """Return a separate generator for each purpose, so that no image depends on another."""
    return np.random.default_rng([seed, index, *f"{split} {purpose}".encode()])


def sample_path(split: str, index: int) -> Path:
    """Return the path of an image within the set."""
    return portrait_path(split, index // len(CLASSES), expression_of(index))


def portrait_path(split: str, person: int, expression: str) -> Path:
    """Return the path of a person's image within the set."""
    if split == "frames":
        return Path(split, f"{expression}-{person + 1}.jpg")
    return Path(split, expression, f"{person + 1:05d}.jpg")


def _write_portrait(root: Path, seed: int, task: tuple[str, int, str]) -> None:
    draw_portrait(seed, *task).save(root / portrait_path(*task), quality=92)


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


def _write_set(
    root: Path, seed: int, counts: Mapping[str, int], expressions: Sequence[str]
) -> None:
    """Write the whole set into the new folder `root`."""
    tasks = [(split, index) for split, count in counts.items() for index in range(count)]
    more = [
        (split, person, expression)
        for split, count in counts.items()
        for person in range(-(-count // len(CLASSES)))
        for expression in expressions
    ]
    paths = [sample_path(*task) for task in tasks] + [portrait_path(*task) for task in more]
    for folder in {(root / path).parent for path in paths}:
        folder.mkdir(parents=True, exist_ok=True)
    draw_all(partial(_write_sample, root, seed), tasks, "drawing faces")
    draw_all(partial(_write_portrait, root, seed), more, "drawing more expressions")
    draw_sheet(seed).save(root / "samples.png")
    (root / CROP_FILE).write_text(crop_rule_json(CROP_RULE))


def ensure_samples(
    out: Path,
    *,
    seed: int = 0,
    counts: Mapping[str, int] = COUNTS,
    expressions: Sequence[str] = (),
) -> None:
    """Draw the sample set into the folder `out`, unless it is there already.

    expressions: of `MORE_EXPRESSIONS`, a folder for each in addition. Raises as `ensure_drawn`
    does.
    """
    identity: dict[str, Any] = {"version": VERSION, "seed": seed, "counts": dict(counts)}
    if more := sorted(set(expressions)):
        identity["expressions"] = more
    people = sum(-(-count // len(CLASSES)) for count in counts.values())
    ensure_drawn(
        out,
        "samples.json",
        identity,
        lambda root: _write_set(root, seed, counts, more),
        what=f"{sum(counts.values()) + len(more) * people} faces",
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = make_parser("train.samples", str(__doc__), Path("build/samples"))
    parser.add_argument(
        "--expression",
        dest="expressions",
        action="append",
        default=[],
        choices=MORE_EXPRESSIONS,
        help="draw this one, too (repeatable)",
    )
    return run_command(parser, ensure_samples, argv)
