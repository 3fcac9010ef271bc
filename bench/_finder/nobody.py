"""Pictures without anybody, for `bench.finder --scenes`: false boxes, and how often networks look.

Each row shows parts of a picture. None but the first were in the training of face-proposer.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from bench._finder.invokes import CountedInvokes
from bench._finder.scenes import part_of
from bench._scenes import HEIGHT, KNOWN, UNSEEN, WIDTH, photograph
from emotion_edge.faces.detector import FaceDetector

PARTS = 60  # of each row
STRICTER = 0.7  # a threshold
MOST_FALSE = 0.5  # goal: of the false boxes of version 0.1
SMALL = 6  # pictures side by side
PAPER, LINES = (1280, 960), 62  # pixels of a page of two columns; lines of a column


class Former(NamedTuple):
    """False boxes and looks of version 0.1."""

    false: int
    looks: int


def print_nobody() -> None:
    """Print a line for each kind of picture."""
    title = f"{PARTS} parts of each picture"
    print(f"{title:37}  false at {STRICTER}  former   at most half  looks  former")
    for name, (make, former) in PICTURES.items():
        scores, looks = search_parts(make())
        half = "kept" if len(scores) <= MOST_FALSE * former.false else "MISSED"
        sure = sum(score >= STRICTER for score in scores)
        counts = f"{len(scores):7} {sure:6} {former.false:7} {half:>14} {looks:6} {former.looks:7}"
        print(f"{name:37}{counts}", flush=True)


def search_parts(pictures: list[Image.Image]) -> tuple[list[float], int]:
    """Return the scores of boxes in random parts of pictures, and how often a network looked."""
    detector, rng, scores = FaceDetector(), np.random.default_rng(0), list[float]()
    networks = CountedInvokes.of_detector(detector)
    for number in range(PARTS):
        part = part_of(pictures[number % len(pictures)], rng)
        scores += [face.score for face in detector.detect(np.asarray(part))]
    return scores, sum(network.number for network in networks)


def _photographs(*names: str) -> Callable[[], list[Image.Image]]:
    return lambda: [Image.fromarray(photograph(name)).convert("RGB") for name in names]


def _small_pictures() -> list[Image.Image]:
    """Return a sheet of many small copies of the unseen photographs."""
    width, height = WIDTH // SMALL, HEIGHT // SMALL
    copies = [ImageOps.fit(each, (width, height)) for each in _photographs(*UNSEEN)()]
    sheet = Image.new("RGB", (width * SMALL, height * SMALL))
    for number in range(SMALL**2):
        row, column = divmod(number, SMALL)
        sheet.paste(copies[(row + column) % len(copies)], (column * width, row * height))
    return [sheet]


def _fine_print() -> list[Image.Image]:
    """Return a page of the licence."""
    lines = Path("LICENSE").read_text("utf-8").splitlines()
    page = Image.new("RGB", PAPER, "white")
    for column in range(2):
        text = "\n".join(lines[column * LINES : (column + 1) * LINES])
        place = (10 + column * PAPER[0] // 2, 10)
        ImageDraw.Draw(page).multiline_text(place, text, fill="black", font_size=12)
    return [page]


# What version 0.1 does was measured as `bench._finder.thresholds` says.
PICTURES: dict[str, tuple[Callable[[], list[Image.Image]], Former]] = {
    "photographs that it was trained on": (_photographs(*KNOWN), Former(6, 1074)),
    "china": (_photographs("china"), Former(0, 922)),
    "flower": (_photographs("flower"), Former(3, 979)),
    "cell, through a microscope": (_photographs("cell"), Former(37, 950)),
    f"{SMALL**2} small pictures of china and flower": (_small_pictures, Former(46, 2047)),
    "a page of fine print": (_fine_print, Former(1, 809)),
}
