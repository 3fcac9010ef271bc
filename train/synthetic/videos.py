"""Draw recorded sequences with known truth.

  python -m train.sequences [--out build/sequences] [--seed 0]

They measure what a program that labels a camera's frames makes of time: whether its labels hold
still, and how quickly it sees a change. Each is a folder of 640 x 480 JPEG, ten frames a second:

    OUT/grows-and-fades/   expressions grow within 0.4 s, stay, fade or turn into others
    OUT/moving-head/       the same person walks about, nods, turns, comes nearer and goes farther
    OUT/two-crossing/      two people, of whom one passes in front of the other, twice
    OUT/somebody-leaves/   leaves the picture, is away, comes back; hidden by a board for 0.4 s
    OUT/dim-and-noisy/     as the first, under a flickering lamp, with noise and motion blur

    00000.jpg ...   the frames
    times.csv       file,seconds: when each was taken
    truth.csv       seconds,person,label,x,y: what a person shows from that second on, and where the
                    face's middle is then, in pixels; in between it moves evenly

The label `no_face` means that the person is not in view (x and y are empty). Who is hidden by
something for a moment is still in view. A change's time is when the new expression has grown to
half. The people are in none of the pictures of `images`. In every frame head, face, exposure
and noise differ a little from the frame before; how much, is in `storyboards.py`. The same seed
gives the same bytes; what is there already is left alone.
"""

import argparse
import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from emotion_edge.cli.argument_types import describe, seed
from emotion_edge.errors import exit_code
from emotion_edge.model.contract import NO_FACE
from train.synthetic.camera import develop
from train.synthetic.renderer import draw_face
from train.synthetic.storyboards import SCRIPTS, WIDTH, Script, script_of
from train.synthetic.writer import draw_all, ensure_drawn

VERSION = 1  # raise it when the same seed would give other frames
LENGTHS: Mapping[str, int] = dict.fromkeys(SCRIPTS, 260)
"""Frames of each sequence: 26 seconds."""
STEP = 0.1  # seconds from one row of truth.csv to the next, where nothing changes in between


def draw_frame(seed: int, name: str, index: int) -> Image.Image:
    """Frame `index` of a sequence (mode RGB, 640 x 480), a pure function of its arguments."""
    script = script_of(seed, name)
    rng = np.random.default_rng([seed, index, *name.encode()])
    second = script.times[index]
    picture = script.wall
    for actor in script.actors:
        picture = draw_face(
            picture, actor.person, actor.units(second, rng), actor.pose(second), script.light
        )
    if script.is_hidden(second):
        picture = _with_board(picture, *script.actors[0].middle(second))
    if script.shake:
        picture = picture.filter(_motion_blur(rng))
    exposure = np.clip(rng.normal(1, script.flicker), 0.4, 1.6)
    camera = replace(script.camera, gain=script.camera.gain * exposure)
    grain = rng.standard_normal((picture.height, picture.width, 1), dtype=np.float32)
    return develop(picture, camera, grain)


def _with_board(picture: Image.Image, x: float, y: float) -> Image.Image:
    picture = picture.copy()
    ImageDraw.Draw(picture).rectangle((x - 95, y - 130, x + 95, y + 110), fill=(196, 178, 140))
    return picture


def _motion_blur(rng: np.random.Generator) -> ImageFilter.Kernel:
    """The camera moves by up to five pixels across or down while the shutter is open."""
    line = np.zeros((5, 5))
    line[2, : rng.integers(1, 6)] = 1
    return ImageFilter.Kernel((5, 5), (line if rng.random() < 0.5 else line.T).ravel().tolist())


def truth_of(script: Script) -> Iterator[tuple[float, str, str, float | None, float | None]]:
    """Yield the rows of truth.csv, in order of time."""
    changes = [mood.second for actor in script.actors for mood in actor.moods]
    for second in np.unique(np.round([*np.arange(0, script.times[-1] + STEP, STEP), *changes], 3)):
        for actor in script.actors:
            x, y = actor.middle(second)
            if actor.is_in_view(second, WIDTH):
                yield second, actor.name, actor.label(second), round(x, 1), round(y, 1)
            else:
                yield second, actor.name, NO_FACE, None, None


def _write_frame(root: Path, seed: int, task: tuple[str, int]) -> None:
    draw_frame(seed, *task).save(root / task[0] / f"{task[1]:05d}.jpg", quality=90)


def _write_table(path: Path, header: str, rows: Iterator[tuple[object, ...]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def _write_set(root: Path, seed: int, lengths: Mapping[str, int]) -> None:
    """Writes all sequences into the new folder `root`."""
    for name, length in lengths.items():
        script = script_of(seed, name)
        (root / name).mkdir()
        times = ((f"{i:05d}.jpg", script.times[i]) for i in range(length))
        _write_table(root / name / "times.csv", "file,seconds", times)
        rows = (row for row in truth_of(script) if row[0] <= script.times[length - 1] + STEP)
        _write_table(root / name / "truth.csv", "seconds,person,label,x,y", rows)
    tasks = [(name, index) for name, length in lengths.items() for index in range(length)]
    draw_all(partial(_write_frame, root, seed), tasks, "drawing frames")


def ensure_sequences(out: Path, *, seed: int = 0, lengths: Mapping[str, int] = LENGTHS) -> None:
    """See to it that the folder `out` holds the sequences of `seed`, drawing them if need be.

    lengths: how many frames of which sequences. Raises as `ensure_drawn` does.
    """
    identity = {"version": VERSION, "seed": seed, "lengths": dict(lengths)}
    ensure_drawn(
        out,
        "sequences.json",
        identity,
        lambda root: _write_set(root, seed, lengths),
        what=f"{sum(lengths.values())} frames",
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = describe(argparse.ArgumentParser(prog="python -m train.sequences"), str(__doc__))
    parser.add_argument(
        "--out", type=Path, default=Path("build/sequences"), help="folder to write (%(default)s)"
    )
    parser.add_argument("--seed", type=seed, default=0, help="other people, other times")
    args = parser.parse_args(argv)
    return exit_code("train.sequences", lambda: _ensure(args.out, args.seed))


def _ensure(out: Path, seed: int) -> int:
    ensure_sequences(out, seed=seed)
    return 0
