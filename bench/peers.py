"""emotion-edge beside what others use today, on the same pictures: time, memory, disk, accuracy.

  python -m bench.peers --data DIR [--faces DIR] [--only fer ...] [--rounds 5] [--pictures 20]

DIR holds class folders of pictures: angry, disgust, fear, happy, neutral, sad, surprise. Each peer
(bench/_peer.py) is installed from PyPI into an environment of its own below build/peers/, which is
kept, and runs there in a process of its own, all on one core and with one thread. What cannot be
installed or run is listed with the last line of its error.

given    the face's box is given, the same to all: our finder's
found    the peer finds the face; a picture in which it finds none takes its time and is wrong
ms       of a decoded picture to its label: the median of the rounds' medians (lowest to highest).
         The peers are asked in turn, round by round
start    seconds from the start of the process to the first label, and
memory   resident after 100 pictures, MB: the medians of three processes (lowest to highest)
disk     the environment and what the peer downloaded, MB, without pip, setuptools and CUDA
right    pictures that get their folder's label, and Wilson's 95 % interval in per cent

With the box we are given the eyes, too, and turn the head upright by them. With --faces, class
folders of pictures that are faces already, how many of them are right is a second table; a label
that we do not have is wrong. The timed pictures are spread over all.
"""

import argparse
import os
import statistics
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from bench._peer import PEERS
from bench._trial import BUILD, OURS, Shot, Trial, call
from emotion_edge.cli.argument_types import count
from emotion_edge.errors import RunError, exit_code
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import find_images, read_image
from evaluation.metrics import wilson

LINE = "{:12} {:>16} {:>16} {:>16} {:>16} {:>6} {:>13} {:>13}"
HEAD = ("", "ms, given", "ms, found", "start", "memory", "disk", "right, given", "right, found")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="class folders of pictures")
    parser.add_argument(
        "--only", nargs="+", choices=PEERS, default=list(PEERS), help="these, and us"
    )
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--pictures", type=count, default=20, help="that are timed in each round")
    parser.add_argument("--faces", type=Path, help="class folders of faces cut out")
    args = parser.parse_args()
    shots = read_shots(args.data)
    faces = [shot for shot in shots if shot.face]
    if not faces:
        sys.exit(f"{args.data}: no picture with a face in class folders")
    many = min(args.pictures, len(faces))
    timed = [faces[i] for i in np.linspace(0, len(faces) - 1, many).astype(int)]
    cut = read_faces(args.faces) if args.faces else []
    trials = [Trial(name) for name in dict.fromkeys([OURS, *args.only])]
    try:
        missing = measure(trials, shots, timed, cut, args.rounds)
    finally:
        for trial in trials:
            trial.end()
    print(
        f"{len(shots)} pictures; our finder sees a face in {len(faces)}, {len(timed)} are timed\n"
    )
    there = [trial for trial in trials if trial.name not in missing]
    show(there)
    if cut:
        show_named(there)
    print("\nversions")
    for trial in trials:
        print(f"{trial.name:14} {trial.versions()}".rstrip())
    print("\nNot to be had here:" if missing else "")
    for name, error in missing.items():
        print(textwrap.fill(f"{name}: {error}", 110, subsequent_indent="    ", max_lines=3))


def read_shots(data: Path) -> list[Shot]:
    """Return the pictures of the class folders, each with the largest face that we find."""
    finder = FaceDetector()
    shots = []
    for path in find_images(data):
        faces = finder.detect(read_image(path))
        face = {"box": faces[0].box, "eyes": faces[0].eyes} if faces else None
        shots.append(Shot(str(path.resolve()), path.parent.name, face))
    return shots


def read_faces(folder: Path) -> list[Shot]:
    """Return the pictures of class folders, each whole the face."""
    shots = []
    for path in find_images(folder):
        with Image.open(path) as picture:
            face = {"box": [0, 0, min(picture.size)], "eyes": None}
        shots.append(Shot(str(path.resolve()), path.parent.name, face))
    return shots


def measure(
    trials: list[Trial], shots: list[Shot], timed: list[Shot], cut: list[Shot], rounds: int
) -> dict[str, str]:
    """Install, start and time each peer; return the error of those with which that failed."""
    wheel = build_wheel()
    missing = take_turns(trials, {}, lambda trial: trial.install(wheel))
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # the peers inherit it
    for _ in range(3):
        take_turns(trials, missing, lambda trial: trial.start(timed[0]))
        take_turns(trials, missing, lambda trial: trial.warm(timed))
    take_turns(trials, missing, lambda trial: trial.judge(shots))
    take_turns(trials, missing, lambda trial: trial.judge_faces(cut))
    for _ in range(rounds):
        take_turns(trials, missing, lambda trial: trial.time(timed))
    return missing


def build_wheel() -> Path:
    """Return the wheel of this checkout."""
    folder = BUILD / "dist"
    call(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ".")
    return max(folder.glob("*.whl"), key=lambda path: path.stat().st_mtime)


def take_turns(
    trials: list[Trial], missing: dict[str, str], step: Callable[[Trial], None]
) -> dict[str, str]:
    """Carry a step out with each peer that is not missing; return which are then."""
    for trial in trials:
        try:
            if trial.name not in missing:
                step(trial)
        except RunError as error:
            missing[trial.name] = str(error)
    return missing


def show(trials: list[Trial]) -> None:
    """Print the table; below each peer stands how many times ours its numbers are."""
    print(LINE.format(*HEAD))
    ours: list[float | None] = []
    for trial in trials:
        columns = [trial.ms[True], trial.ms[False], trial.starts, trial.memory, [trial.disk()]]
        numbers = [statistics.median(values) if values else None for values in columns]
        rights = (share(trial.right[given]) for given in (True, False))
        print(LINE.format(trial.name, *map(spread, columns), *rights))
        if trial.name == OURS:
            ours = numbers
        elif ours:
            pairs = zip(numbers, ours, strict=True)
            ratios = (f"{a / b:.1f} x" if a and b else "-" for a, b in pairs)
            print(LINE.format("", *ratios, "", "").rstrip())


def show_named(trials: list[Trial]) -> None:
    """Print the table of cut-out faces."""
    print(f"\nof {len(trials[0].named):,} faces cut out, right")
    for trial in trials:
        low, high = wilson(sum(trial.named), len(trial.named))
        right = sum(trial.named) / len(trial.named)
        print(f"{trial.name:14} {right:.1%} ({low:.1%} to {high:.1%})")


def spread(values: list[float]) -> str:
    """Return the median, and the lowest and the highest where there are several."""
    if not values:
        return "-"
    middle, low, high = (
        f"{value:.2f}" if value < 10 else f"{value:.{int(value < 100)}f}"
        for value in (statistics.median(values), min(values), max(values))
    )
    return f"{middle} ({low}-{high})" if len(values) > 1 else middle


def share(right: list[bool]) -> str:
    """Return how many are right of how many, and the interval."""
    low, high = wilson(sum(right), len(right))
    return f"{sum(right)}/{len(right)} ({100 * low:.0f}-{100 * high:.0f})"


if __name__ == "__main__":
    sys.exit(exit_code("bench.peers", main))
