"""What finding faces costs a frame, and what is found, beside OpenCV's Haar cascade.

  python -m bench.finder [--photos DIR] [--rounds 5]

find        FaceDetector.detect: the whole frame
find_again  FaceDetector.detect_near with the one face that is there
haar        OpenCV's haarcascade_frontalface_default, grey and equalised, as most programs call it

In turn in the same run, each on one thread, on frames of 640 x 480: scikit-image's photographs
without a face, and the astronaut pasted into them at several sizes and places; with --photos DIR
also the pictures in DIR's class folders, each of one face that fills it. Found, missed: of the
faces that are there. False: boxes where there is none. Where exactly the face is in a photograph
is taken from our own finder, on average over many; so boxes need only overlap by 0.4.
"""

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from emotion_edge.cli.argument_types import count
from emotion_edge.errors import exit_code
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.nms import iou
from emotion_edge.faces.types import Box
from tests.edge.photographs import (
    FACELESS,
    HEIGHT,
    WIDTH,
    Portrait,
    astronaut,
    load_portraits,
    paste,
    scene,
)

SIDES = (40, 60, 90, 130, 200)
SAME = 0.4  # intersection over union: Haar's boxes are drawn more loosely than BlazeFace's


class Shot(NamedTuple):
    """A frame, (480, 640, 3) uint8 RGB, and the face in it, if there is one."""

    pixels: npt.NDArray[np.uint8]
    face: Box | None


Finder = Callable[[Shot], list[Box]]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--photos", type=Path, help="class folders of photographs of faces")
    parser.add_argument("--rounds", type=count, default=5, help="times that each frame is timed")
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    bare = [Shot(np.asarray(scene(name)), None) for name in FACELESS]
    portraits = [astronaut()] * 4
    measure("astronaut", [*bare, *shots(portraits, rng)], args.rounds)
    if args.photos:
        portraits = list(load_portraits(args.photos).values())
        if not portraits:
            sys.exit(f"--photos {args.photos}: no photographs, DIR/<class>/*.jpg")
        measure("photographs", list(shots(portraits, rng)), 1)


def shots(portraits: list[Portrait], rng: np.random.Generator) -> Iterator[Shot]:
    """Yield each portrait at each size, wholly in a frame, in any of the scenes."""
    scenes = [scene(name) for name in FACELESS]
    for portrait, side in itertools.product(portraits, SIDES):
        x, y = rng.uniform(0, (WIDTH - side, HEIGHT - side)).tolist()
        box = Box(x, y, side)
        picture = paste(scenes[rng.integers(len(scenes))], portrait, box)
        yield Shot(np.asarray(picture), box)


def finders() -> dict[str, Finder]:
    """Return the ways to find faces; each takes a frame as it comes from a camera."""
    blaze = FaceDetector()
    haar = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    cv2.setNumThreads(1)

    def find(shot: Shot) -> list[Box]:
        return [face.box for face in blaze.detect(shot.pixels)]

    def detect_near(shot: Shot) -> list[Box]:
        before = [shot.face] if shot.face else []
        return [face.box for face in blaze.detect_near(shot.pixels, before)]

    def cascade(shot: Shot) -> list[Box]:
        grey = cv2.equalizeHist(cv2.cvtColor(shot.pixels, cv2.COLOR_RGB2GRAY))
        boxes = haar.detectMultiScale(grey, 1.1, 5, minSize=(40, 40))
        return [Box(float(x), float(y), float(side)) for x, y, side, _ in boxes]

    return {"find": find, "find_again": detect_near, "haar": cascade}


def measure(title: str, frames: list[Shot], rounds: int) -> None:
    """Print a table of medians, ratios and counts over the frames."""
    ways = finders()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    counts = {name: np.zeros(3, int) for name in ways}
    for shot, turn in itertools.product(frames, range(rounds)):
        for name, way in ways.items():
            start = time.perf_counter()
            boxes = way(shot)
            if shot.face or name != "find_again":
                seconds[name].append(time.perf_counter() - start)
            if not turn:
                counts[name] += tally(boxes, shot.face)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"{title}: {len(frames)} frames, {sum(bool(shot.face) for shot in frames)} faces")
    print("            ms a frame (5th to 95th)  over haar  found  missed  false")
    for name, median in medians.items():
        found, missed, false = counts[name]
        ratio = median / medians["haar"]
        low, high = 1000 * np.percentile(seconds[name], (5, 95))
        span = f"{1000 * median:.1f} ({low:.1f} to {high:.1f})"
        print(f"{name:11} {span:>24} {ratio:8.2f} x {found:6} {missed:7} {false:6}")


def tally(boxes: list[Box], face: Box | None) -> tuple[int, int, int]:
    """Return how many faces were found and missed, and how many boxes are at none."""
    there = np.array([face] if face else []).reshape(-1, 3)
    hits = [bool((iou(box, there) > SAME).any()) for box in boxes]
    return int(any(hits)), int(face is not None and not any(hits)), hits.count(False)


if __name__ == "__main__":
    sys.exit(exit_code("bench.finder", main))
