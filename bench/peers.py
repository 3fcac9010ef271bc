"""Compare emotion-edge with other packages: time, memory, disk space and accuracy.

  python -m bench.peers --data DIR [--faces DIR] [--only fer ...] [--zoo FILE]

DIR holds class folders of pictures: angry, disgust, fear, happy, neutral, sad, surprise. Each
package (bench/_peers) is installed from PyPI into its own environment below build/peers/, which is
kept, and runs in its own process, all on one core with one thread. Packages that cannot be
installed or run are listed at the end with the last line of their error. OpenCV Zoo's network is in
no package: download facial_expression_recognition_mobilefacenet_2022july.onnx, and give it as
--zoo FILE.

ms       time from the decoded picture to its label: median of the rounds' medians (lowest to
         highest). In each round all packages label the same pictures in turn
given    all packages are given the face's box, which our detector found. Ours is also given the
         eyes, by which it rotates the face upright
found    the package finds the face; if it finds none, the time counts and the label is wrong
start    seconds from the start of the process to the first label: median of three processes
memory   MB of resident memory after 100 pictures: median of three processes
disk     MB of the environment and of downloads, without pip, setuptools and CUDA
right    pictures whose label is that of their folder, of how many, and Wilson's 95 % interval in
         per cent

The line below each package divides its figures by ours. With --faces, class folders of cropped
faces, a second table shows how many of these are labelled correctly; a label that we do not have
counts as wrong. The timed pictures are spread evenly over all.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from bench._peers.tables import print_faces, print_table, print_versions
from bench._peers.trial import BUILD, OURS, PACKAGES, ZOO, Picture, Trial
from bench._util import call, make_parser, run_program
from emotion_edge.cli.argument_types import count
from emotion_edge.errors import RunError, UserError
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import find_images, read_image
from evaluation.evaluator import read_face


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    if args.zoo and not args.zoo.is_file():
        raise UserError(f"--zoo {args.zoo}: no such file")
    pictures = read_pictures(args.data)
    with_face = [picture for picture in pictures if picture.face]
    if not with_face:
        sys.exit(f"{args.data}: no picture with a face in class folders")
    timed = pick_evenly(with_face, args.pictures)
    faces = read_faces(args.faces) if args.faces else []
    trials = [Trial(name) for name in dict.fromkeys([OURS, *args.only])]
    trials += [Trial(ZOO, args.zoo.resolve())] if args.zoo else []
    try:
        errors = measure(trials, pictures, timed, faces, args.rounds)
    finally:
        for trial in trials:
            trial.end()
    if not args.zoo:
        errors[ZOO] = "its network is in no package: bring the file, with --zoo"
    found = f"our detector finds a face in {len(with_face)}, {len(timed)} are timed"
    print(f"{len(pictures)} pictures; {found}\n")
    working = [trial for trial in trials if trial.name not in errors]
    print_table(working)
    if faces:
        print_faces(working)
    print_versions(trials, errors)


def parse_arguments() -> argparse.Namespace:
    """Return the arguments."""
    parser = make_parser("peers", __doc__)
    packages = [name for name in PACKAGES if name != ZOO]
    parser.add_argument("--data", type=Path, required=True, help="class folders of pictures")
    parser.add_argument(
        "--only", nargs="*", choices=packages, default=packages, help="these, and ours"
    )
    parser.add_argument("--zoo", type=Path, metavar="FILE", help="OpenCV Zoo's .onnx file")
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--pictures", type=count, default=20, help="how many to time in a round")
    parser.add_argument("--faces", type=Path, help="class folders of cropped faces")
    return parser.parse_args()


def read_pictures(data: Path) -> list[Picture]:
    """Return the pictures of the class folders, each with the largest face that we find."""
    detector = FaceDetector()
    pictures = []
    for path in find_images(data):
        faces = detector.detect(read_image(path))
        face = {"box": faces[0].box, "eyes": faces[0].eyes} if faces else None
        pictures.append(Picture(str(path.resolve()), path.parent.name, face))
    return pictures


def read_faces(folder: Path) -> list[Picture]:
    """Return the pictures of class folders; the face fills each picture.

    Prepared pictures, which have pixels around the face, are cut again and written to build/peers.
    """
    faces = []
    cuts = BUILD / "faces"
    cuts.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(find_images(folder)):
        pixels = read_face(path)
        Image.fromarray(pixels).save(cuts / f"{number}.png")
        box = {"box": [0, 0, min(pixels.shape[:2])], "eyes": None}
        faces.append(Picture(str(cuts / f"{number}.png"), path.parent.name, box))
    return faces


def pick_evenly(pictures: list[Picture], most: int) -> list[Picture]:
    """Return at most so many pictures, spread evenly over all."""
    places = np.linspace(0, len(pictures) - 1, min(most, len(pictures)))
    return [pictures[i] for i in places.astype(int)]


def measure(
    trials: list[Trial],
    pictures: list[Picture],
    timed: list[Picture],
    faces: list[Picture],
    rounds: int,
) -> dict[str, str]:
    """Install, start and time each package; return the errors of those that failed, by name."""
    wheel = build_wheel()
    errors: dict[str, str] = {}
    take_turns(trials, errors, lambda trial: trial.install(wheel))
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # the processes inherit it
    for _ in range(3):
        take_turns(trials, errors, lambda trial: trial.start(timed[0]))
        take_turns(trials, errors, lambda trial: trial.measure_memory(timed))
    take_turns(trials, errors, lambda trial: trial.score(pictures))
    take_turns(trials, errors, lambda trial: trial.score_faces(faces))
    for _ in range(rounds):
        take_turns(trials, errors, lambda trial: trial.time(timed))
    return errors


def build_wheel() -> Path:
    """Return the wheel of this checkout."""
    folder = BUILD / "dist"
    call(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ".")
    return max(folder.glob("*.whl"), key=lambda path: path.stat().st_mtime)


def take_turns(trials: list[Trial], errors: dict[str, str], step: Callable[[Trial], None]) -> None:
    """Run a step for each package that has not failed; add to `errors` those that fail now."""
    for trial in trials:
        try:
            if trial.name not in errors:
                step(trial)
        except RunError as error:
            errors[trial.name] = str(error)


if __name__ == "__main__":
    run_program("peers", main)
