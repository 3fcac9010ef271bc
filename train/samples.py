"""python -m train.samples [--out build/samples] [--seed 0]: writes the built-in sample set.

Drawn faces, for training where there is no `data/`: no download, no licence question and no real
person's photograph. 2,109 pictures to train on, 745 to validate and 700 to test, as JPEG of
150 x 150 in colour, in folders that name the expression:

    OUT/train/happy/00001.jpg   OUT/validation/...   OUT/test/...
    OUT/frames/happy-1.jpg      two pictures of each expression, in none of the three splits
    OUT/samples.png             a sheet to look at: a row per expression, a column per person
    OUT/samples.json            the version, the seed and the counts of the set

In each split every person shows all seven expressions in turn, and nobody is in two splits. The
same seed gives the same pictures. A set that is already there is left alone; delete OUT to have it
drawn again.
"""

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from tqdm import tqdm

from train.canvas import Pose
from train.expressions import EXPRESSIONS, sample_units
from train.faces import Light, draw_face
from train.people import Person, sample_person

VERSION = 1  # raise it when the same seed would give other pictures
SIDE = 150  # pixels
CLASSES = tuple(EXPRESSIONS)
COUNTS: Mapping[str, int] = {"train": 2109, "validation": 745, "test": 700, "frames": 14}
"""Pictures in each split: the first two as many as the original had."""

log = logging.getLogger(__name__)


def person_of(seed: int, split: str, index: int) -> Person:
    """Who is on picture `index` of `split`: the same person on seven pictures in a row."""
    return sample_person(_stream(seed, split, index // len(CLASSES), "person"))


def expression_of(index: int) -> str:
    """What picture `index` of any split shows: the classes in turn."""
    return CLASSES[index % len(CLASSES)]


def draw_sample(seed: int, split: str, index: int) -> Image.Image:
    """Picture `index` of `split` (mode RGB, 150 x 150), a pure function of its arguments."""
    rng = _stream(seed, split, index, "picture")
    person = person_of(seed, split, index)
    units = sample_units(expression_of(index), rng)
    picture = draw_face(_background(rng), person, units, _pose(rng), _light(rng))
    return _photographed(picture, rng)


def _stream(seed: int, split: str, index: int, purpose: str) -> np.random.Generator:
    """Random numbers of their own for each use, so that no order of work can change a picture."""
    return np.random.default_rng([seed, index, *f"{split} {purpose}".encode()])


def _pose(rng: np.random.Generator) -> Pose:
    """A head that fills 55 to 95 % of the picture's height, somewhere near its middle."""
    size = SIDE / 2 * float(np.clip(rng.normal(0.78, 0.06), 0.55, 0.95))
    return Pose(
        x=SIDE / 2 + rng.normal(0, 3),
        y=SIDE / 2 + rng.normal(0, 3),
        size=size,
        roll=float(np.clip(rng.normal(0, 5), -15, 15)),
        yaw=float(np.clip(rng.normal(0, 7), -22, 22)),
        pitch=float(np.clip(rng.normal(0, 4), -12, 12)),
    )


def _light(rng: np.random.Generator) -> Light:
    """From either side, more often from above than from below."""
    return Light(x=rng.uniform(-1, 1), y=rng.uniform(-1, 0.3), contrast=rng.uniform(0.15, 0.5))


def _background(rng: np.random.Generator) -> Image.Image:
    """A wall of any colour with a gradient and, by chance, patches, stripes or blurred lights."""
    grey = rng.uniform(50, 215, (2, 1, 1))
    colours = grey + rng.uniform(-45, 45, 3)
    wall = Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8)).resize(
        (SIDE, SIDE), Image.Resampling.BICUBIC
    )
    kind = rng.choice(("plain", "patches", "stripes", "lights"))
    if kind == "patches":
        coarse = (
            np.asarray(wall.resize((9, 9)), dtype=float)
            + rng.normal(0, 22, (9, 9, 1))
            + rng.normal(0, 8, (9, 9, 3))
        )
        patches = Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8))
        return patches.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(wall)
    if kind == "stripes":
        for left in range(int(rng.integers(0, 20)), SIDE, int(rng.integers(18, 50))):
            colour = tuple(
                np.clip(rng.uniform(50, 215) + rng.uniform(-35, 35, 3), 0, 255).astype(int)
            )
            draw.rectangle((left, 0, left + int(rng.integers(3, 16)), SIDE), fill=colour)
    if kind == "lights":
        for x, y, size in rng.uniform((0, 0, 4), (SIDE, SIDE, 22), (8, 3)).tolist():
            draw.circle((x, y), size, fill=tuple(rng.integers(100, 250, 3).tolist()))
    return wall.filter(ImageFilter.GaussianBlur(rng.uniform(1, 4)))


def _photographed(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """What a cheap camera makes of it: soft focus, exposure, white balance, gamma and noise."""
    if rng.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.0)))
    gain = rng.uniform(0.8, 1.25) * rng.uniform(0.94, 1.06, 3)
    light = np.clip(np.asarray(picture, dtype=np.float32) / 255 * gain, 0, 1)
    light = light ** rng.uniform(0.75, 1.1)
    grain = rng.standard_normal((SIDE, SIDE, 1), dtype=np.float32) * rng.uniform(0, 0.03)
    return Image.fromarray((np.clip(light + grain, 0, 1) * 255).round().astype(np.uint8))


def sample_path(split: str, index: int) -> Path:
    """Where picture `index` of `split` lies within a set."""
    expression, number = expression_of(index), index // len(CLASSES) + 1
    if split == "frames":
        return Path(split, f"{expression}-{number}.jpg")
    return Path(split, expression, f"{number:05d}.jpg")


def _write_sample(root: Path, seed: int, task: tuple[str, int]) -> None:
    draw_sample(seed, *task).save(root / sample_path(*task), quality=92)


def draw_sheet(seed: int, columns: int = 12) -> Image.Image:
    """The first pictures of the test split: a row per expression, a column per person."""
    margin, gap = 90, 4
    step = SIDE + gap
    sheet = Image.new("RGB", (margin + columns * step, gap + len(CLASSES) * step), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for row, name in enumerate(CLASSES):
        draw.text((8, gap + row * step + SIDE / 2), name, "black", font, anchor="lm")
        for column in range(columns):
            picture = draw_sample(seed, "test", column * len(CLASSES) + row)
            sheet.paste(picture, (margin + column * step, gap + row * step))
    return sheet


def _write_set(root: Path, seed: int, counts: Mapping[str, int]) -> None:
    """Writes a whole set into the new folder `root`, on all of this machine's cores."""
    tasks = [(split, index) for split, count in counts.items() for index in range(count)]
    for folder in {(root / sample_path(*task)).parent for task in tasks}:
        folder.mkdir(parents=True, exist_ok=True)
    # Spawned, not forked: the caller may have TensorFlow's threads running, which a fork breaks.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        done = pool.map(partial(_write_sample, root, seed), tasks, chunksize=16)
        for _ in tqdm(done, total=len(tasks), desc="drawing faces", leave=False, disable=None):
            pass
    draw_sheet(seed).save(root / "samples.png")
    (root / "samples.json").write_text(_identity(seed, counts))


def _identity(seed: int, counts: Mapping[str, int]) -> str:
    return json.dumps({"version": VERSION, "seed": seed, "counts": dict(counts)}, indent=2) + "\n"


def ensure_samples(out: Path, *, seed: int = 0, counts: Mapping[str, int] = COUNTS) -> None:
    """Sees to it that the folder `out` holds the whole set of `seed`, drawing it if need be.

    An older set at `out` is replaced. The set is drawn beside `out` and moved there when complete,
    so `out` never holds half a set. Raises FileExistsError where `out` holds anything else, and
    OSError where it cannot be written.
    """
    about = out / "samples.json"
    if about.is_file() and about.read_text() == _identity(seed, counts):
        log.info("%s is there already: nothing to draw", out)
        return
    if out.exists() and not about.is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise FileExistsError(f"{out} holds something other than a sample set: move it away")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as beside:
        _write_set(Path(beside, "new"), seed, counts)
        if out.exists():
            out.rename(Path(beside, "old"))
        Path(beside, "new").rename(out)
    log.info("drew %d faces into %s", sum(counts.values()), out)


def main(argv: list[str] | None = None) -> int:
    """The command: 0 done, 1 could not be written; argparse leaves with 2 on bad arguments."""
    about, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m train.samples",
        description=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, default=Path("build/samples"), help="folder to write")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other faces")
    args = parser.parse_args(argv)
    if args.seed < 0:
        parser.error("--seed must not be negative")
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    try:
        ensure_samples(args.out, seed=args.seed)
    except OSError as error:
        log.error("python -m train.samples: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
