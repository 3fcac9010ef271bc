"""Draw videos of faces with known ground truth.

  python -m train.sequences [--out build/sequences] [--seed 0]

The videos show how a program handles change over time: whether its labels are stable, and how soon
it notices a new expression. Each video is a folder of JPEG files, 640 x 480 pixels, ten per second:

    OUT/grows-and-fades/   expressions appear within 0.4 s, stay, then fade or change
    OUT/moving-head/       a person walks about, nods, turns, comes closer and moves away
    OUT/two-crossing/      one of two people passes in front of the other, twice
    OUT/somebody-leaves/   a person leaves and returns; a board hides the face for 0.4 s at times
    OUT/dim-and-noisy/     like grows-and-fades, but with flickering light, noise and motion blur

    00000.jpg ...   the frames
    times.csv       file,seconds: the time of each frame
    truth.csv       seconds,person,label,x,y: the label of a person from this time on, and the
                    centre of the face at this time, in pixels; it moves evenly until the next row

The label `no_face` means that the person is out of view; x and y are empty then. A person whose
face is hidden for a moment is still in view. A change happens when the new expression has grown to
half. Nobody in the videos is in the sample set of `python -m train.samples`. Head, face, exposure
and noise vary a little from frame to frame (see storyboards.py). The same seed always gives the
same bytes. Existing videos are kept, or replaced if their seed or version differs.
Exit codes: 0 done, 1 failure at run time, 2 bad input or options.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from emotion_edge.model.contract import NO_FACE
from train.synthetic.camera import apply_camera
from train.synthetic.renderer import draw_face
from train.synthetic.storyboards import STORYBOARDS, WIDTH, Storyboard, storyboard_of
from train.synthetic.writer import draw_all, ensure_drawn, make_parser, run_command

VERSION = 1  # increase it when the same seed gives other frames
FRAME_COUNTS: Mapping[str, int] = dict.fromkeys(STORYBOARDS, 260)
"""Frames of each video, for 26 seconds."""
TRUTH_INTERVAL_S = 0.1  # between rows of truth.csv; changes of expression get additional rows


def draw_frame(seed: int, name: str, index: int) -> Image.Image:
    """Draw a frame of a video (mode RGB, 640 x 480), a pure function of its arguments."""
    storyboard = storyboard_of(seed, name)
    rng = np.random.default_rng([seed, index, *name.encode()])
    second = storyboard.times[index]
    picture = storyboard.background
    for actor in storyboard.actors:
        picture = draw_face(
            picture, actor.person, actor.units(second, rng), actor.pose(second), storyboard.light
        )
    if storyboard.is_occluded(second):
        picture = _add_board(picture, *storyboard.actors[0].face_centre(second))
    if storyboard.shake:
        picture = picture.filter(_motion_blur(rng))
    exposure = np.clip(rng.normal(1, storyboard.flicker), 0.4, 1.6)
    camera = replace(storyboard.camera, gain=storyboard.camera.gain * exposure)
    grain = rng.standard_normal((picture.height, picture.width, 1), dtype=np.float32)
    return apply_camera(picture, camera, grain)


def _add_board(picture: Image.Image, x: float, y: float) -> Image.Image:
    picture = picture.copy()
    ImageDraw.Draw(picture).rectangle((x - 95, y - 130, x + 95, y + 110), fill=(196, 178, 140))
    return picture


def _motion_blur(rng: np.random.Generator) -> ImageFilter.Kernel:
    """Return a blur by up to five pixels across or down, as of a shaking camera."""
    line = np.zeros((5, 5))
    line[2, : rng.integers(1, 6)] = 1
    return ImageFilter.Kernel((5, 5), (line if rng.random() < 0.5 else line.T).ravel().tolist())


def ground_truth(
    storyboard: Storyboard,
) -> Iterator[tuple[float, str, str, float | None, float | None]]:
    """Yield the rows of truth.csv, sorted by time."""
    changes = [change.second for actor in storyboard.actors for change in actor.changes]
    regular = np.arange(0, storyboard.times[-1] + TRUTH_INTERVAL_S, TRUTH_INTERVAL_S)
    for second in np.unique(np.round([*regular, *changes], 3)):
        for actor in storyboard.actors:
            x, y = actor.face_centre(second)
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


def _write_set(root: Path, seed: int, frame_counts: Mapping[str, int]) -> None:
    """Write all videos into the new folder `root`."""
    for name, count in frame_counts.items():
        storyboard = storyboard_of(seed, name)
        (root / name).mkdir()
        times = ((f"{i:05d}.jpg", storyboard.times[i]) for i in range(count))
        _write_table(root / name / "times.csv", "file,seconds", times)
        end = storyboard.times[count - 1] + TRUTH_INTERVAL_S
        rows = (row for row in ground_truth(storyboard) if row[0] <= end)
        _write_table(root / name / "truth.csv", "seconds,person,label,x,y", rows)
    tasks = [(name, index) for name, count in frame_counts.items() for index in range(count)]
    draw_all(partial(_write_frame, root, seed), tasks, "drawing frames")


def ensure_sequences(
    out: Path, *, seed: int = 0, frame_counts: Mapping[str, int] = FRAME_COUNTS
) -> None:
    """Draw the videos into the folder `out`, unless they are there already.

    frame_counts: frames by name of the video. Raises as `ensure_drawn` does.
    """
    identity = {"version": VERSION, "seed": seed, "lengths": dict(frame_counts)}
    what = f"{sum(frame_counts.values())} frames"
    ensure_drawn(
        out,
        "sequences.json",
        identity,
        lambda root: _write_set(root, seed, frame_counts),
        what=what,
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = make_parser("train.sequences", str(__doc__), Path("build/sequences"))
    return run_command(parser, ensure_sequences, argv)
