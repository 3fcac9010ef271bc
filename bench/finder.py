"""Compare the face detector with OpenCV's Haar cascade: time per frame and faces found.

  python -m bench.finder [--photos DIR] [--rounds 5]
  python -m bench.finder --scenes
  python -m bench.finder --streams

detect       FaceDetector.detect on the whole frame
detect_near  FaceDetector.detect_near, given the box of the face in the frame
haar         OpenCV's haarcascade_frontalface_default on the equalized gray frame

The frames are 640 x 480: two photographs of scikit-learn without a face, on which face-proposer was
not trained, and the same photographs with scikit-image's astronaut pasted in at several sizes and
places. --photos DIR adds the pictures in DIR's class folders, each filled by one face: pasted in
likewise, and as they are. There, detect is as for unrelated pictures, and haar as `fer` calls it.
All methods run in turn on every frame, with one thread.

ms a frame  median time (5th to 95th percentile)
over haar   that median divided by the median of haar
found       faces that overlap with a detected box by an intersection over union of more than 0.4
missed      the other faces
false       detected boxes without a face. Boxes need not fit closely, because the place of the
            face in a photograph is an average that our own detector found on other photographs.
"""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from bench._finder import streams, thresholds
from bench._scenes import (
    HEIGHT,
    WIDTH,
    Pixels,
    Portrait,
    astronaut,
    faceless_scenes,
    paste,
    read_portraits,
)
from bench._util import make_parser, run_program
from emotion_edge.cli.argument_types import count
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.nms import iou
from emotion_edge.faces.types import Box
from emotion_edge.pipeline.pictures import LEAST_SIDE

FACE_SIDES = (40, 60, 90, 130, 200)  # pixels
MIN_IOU = 0.4  # Haar's boxes are drawn more loosely than BlazeFace's
CASCADE = Path(cv2.__file__).with_name("data") / "haarcascade_frontalface_default.xml"


class LabelledFrame(NamedTuple):
    """A frame, (480, 640, 3) uint8 RGB, and the box of its only face, None without a face."""

    pixels: Pixels
    face: Box | None


Detect = Callable[[LabelledFrame], list[Box]]


def main() -> None:
    """Run the command line."""
    parser = make_parser("finder", __doc__, thresholds.__doc__, streams.__doc__)
    parser.add_argument("--photos", type=Path, help="class folders of photographs of faces")
    parser.add_argument("--rounds", type=count, default=5, help="times that each frame is timed")
    parser.add_argument("--scenes", action="store_true", help="count faces by the threshold")
    parser.add_argument("--streams", action="store_true", help="measure partial searches")
    args = parser.parse_args()
    if args.scenes:
        thresholds.print_thresholds()
    elif args.streams:
        streams.print_streams()
    else:
        compare_with_haar(read_portraits(args.photos) if args.photos else [], args.rounds)


def compare_with_haar(portraits: list[Portrait], rounds: int) -> None:
    """Print the table for the astronaut, and those for other portraits."""
    rng = np.random.default_rng(0)
    bare = [LabelledFrame(np.asarray(scene), None) for scene in faceless_scenes()]
    measure("astronaut", [*bare, *make_frames([astronaut()] * 4, rng)], rounds)
    if portraits:
        measure("photographs", list(make_frames(portraits, rng)), 1)
        alone = [LabelledFrame(np.asarray(picture), face) for picture, face in portraits]
        measure("photographs as they are, goal 0.45 x", alone, rounds, make_detectors_of_pictures())


def make_frames(portraits: list[Portrait], rng: np.random.Generator) -> Iterator[LabelledFrame]:
    """Yield each portrait at each size, with the whole face inside a random scene."""
    scenes = faceless_scenes()
    for portrait, side in itertools.product(portraits, FACE_SIDES):
        x, y = rng.uniform(0, (WIDTH - side, HEIGHT - side)).tolist()
        box = Box(x, y, side)
        yield LabelledFrame(paste(scenes[rng.integers(len(scenes))], portrait, box), box)


def make_detectors() -> dict[str, Detect]:
    """Return the methods to compare, each a function of a frame."""
    detector = FaceDetector()

    def detect(frame: LabelledFrame) -> list[Box]:
        return [face.box for face in detector.detect(frame.pixels)]

    def detect_near(frame: LabelledFrame) -> list[Box]:
        known = [frame.face] if frame.face else []
        return [face.box for face in detector.detect_near(frame.pixels, known)]

    return {"detect": detect, "detect_near": detect_near, "haar": make_cascade()}


def make_cascade() -> Detect:
    """Return OpenCV's Haar cascade, with the settings that most programs use."""
    haar = cv2.CascadeClassifier(str(CASCADE))
    cv2.setNumThreads(1)

    def detect(frame: LabelledFrame) -> list[Box]:
        gray = cv2.equalizeHist(cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY))
        boxes = haar.detectMultiScale(gray, 1.1, 5, minSize=(40, 40))
        return [Box(float(x), float(y), float(side)) for x, y, side, _ in boxes]

    return detect


def make_detectors_of_pictures() -> dict[str, Detect]:
    """Return our method for unrelated pictures, and Haar's cascade with the settings of `fer`."""
    detector, haar = FaceDetector(), cv2.CascadeClassifier(str(CASCADE))

    def detect(frame: LabelledFrame) -> list[Box]:
        return [face.box for face in detector.search(frame.pixels, LEAST_SIDE)[0]]

    def detect_as_fer(frame: LabelledFrame) -> list[Box]:
        gray = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY)
        boxes = haar.detectMultiScale(gray, 1.1, 5, minSize=(50, 50))
        return [Box(float(x), float(y), float(side)) for x, y, side, _ in boxes]

    return {"detect": detect, "haar": detect_as_fer}


def measure(
    title: str,
    frames: list[LabelledFrame],
    rounds: int,
    detectors: dict[str, Detect] | None = None,
) -> None:
    """Time all methods in turn on every frame, count what they find, and print the table."""
    detectors = detectors or make_detectors()
    seconds: dict[str, list[float]] = {name: [] for name in detectors}
    counts = {name: np.zeros(3, int) for name in detectors}
    for frame, turn in itertools.product(frames, range(rounds)):
        for name, detect in detectors.items():
            start = time.perf_counter()
            boxes = detect(frame)
            if frame.face or name != "detect_near":
                seconds[name].append(time.perf_counter() - start)
            if not turn:
                counts[name] += tally(boxes, frame.face)
    print(f"{title}: {len(frames)} frames, {sum(bool(frame.face) for frame in frames)} faces")
    print("            ms a frame (5th to 95th)  over haar  found  missed  false")
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, median in medians.items():
        found, missed, false = counts[name]
        low, high = 1000 * np.percentile(seconds[name], (5, 95))
        span = f"{1000 * median:.1f} ({low:.1f} to {high:.1f})"
        ratio = median / medians["haar"]
        print(f"{name:11} {span:>24} {ratio:8.2f} x {found:6} {missed:7} {false:6}")


def tally(boxes: list[Box], face: Box | None) -> tuple[int, int, int]:
    """Return the number of faces found, of faces missed, and of boxes without a face."""
    faces = np.array([face] if face else []).reshape(-1, 3)
    hits = [bool((iou(np.array(box), faces) > MIN_IOU).any()) for box in boxes]
    return int(any(hits)), int(face is not None and not any(hits)), hits.count(False)


if __name__ == "__main__":
    run_program("finder", main)
