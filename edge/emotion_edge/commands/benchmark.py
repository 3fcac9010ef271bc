"""`emotion-edge bench`: what a frame costs on this machine, step by step, and how warm it gets."""

import itertools
import json
import platform
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version

import numpy as np
import numpy.typing as npt

from emotion_edge import __version__
from emotion_edge.capture.frame import Frame
from emotion_edge.commands.doctor.system_checks import MODEL
from emotion_edge.errors import UserError
from emotion_edge.faces.alignment import crop_face
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.quality import check_quality
from emotion_edge.faces.tracker import FaceTracker
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.cost import cost
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess
from emotion_edge.model.runtime import RUNTIMES
from emotion_edge.output.json_lines import Lines
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.factory import choose_detector
from emotion_edge.pipeline.smoothing import LabelSmoother, SmoothingSettings
from emotion_edge.system.hardware import (
    cpu_temperature,
    processor_name,
    resident_memory,
    throttling_reasons,
)
from emotion_edge.util.atomic_write import staged_write
from emotion_edge.util.progress import show_progress

WARM = 10  # rounds at first that do not count
RATE = 10.0  # frames a second of the stream that they are said to be
SEARCH, AGAIN = "search the whole frame", "look after one face"
PATH, LEVEL, INVOKE = "a face, frame to JSON", "a level face, likewise", "invoke, alone"
# As of somebody at arm's length from a webcam, the head a little tilted, and not at all.
FACE = Face(Box(250, 150, 140), 0.9, (288.0, 195.0, 350.0, 201.0))
UPRIGHT = Face(FACE.box, FACE.score, (288.0, 198.0, 350.0, 198.0))
Step = Callable[[], object]


class _Known(FaceDetector):
    """A finder that knows where the face is, at no cost."""

    def __init__(self, face: Face) -> None:
        """Load nothing."""
        self._faces = [face]

    def detect(self, pixels: npt.NDArray[np.uint8]) -> list[Face]:
        return self._faces

    def detect_near(self, pixels: npt.NDArray[np.uint8], boxes: list[Box]) -> list[Face]:
        return self._faces


def bench(args: Namespace) -> Iterator[str]:
    """Yield what the machine is, a table of milliseconds, and how the machine is doing.

    With `args.json` all of it is written there as well. Raises UserError as `run` does, RunError
    where that file cannot be written.
    """
    if args.json and args.json.is_dir():
        raise UserError(f"--json {args.json} is a folder: name a file, such as my-pi.json in it")
    classifier = Classifier(args.model, runtime=args.runtime, threads=args.threads)
    steps = make_steps(classifier, choose_detector(args))
    machine, before = _describe(args, classifier), cpu_temperature()
    yield from _lines(machine)
    milliseconds = {name: _summary(each) for name, each in measure(steps, args.frames).items()}
    yield f"\n{'milliseconds':24} {'p50':>9} {'p95':>9}"
    for name, figures in milliseconds.items():
        yield f"{name:24} {figures['p50']:9.3f} {figures['p95']:9.3f}"
    ratio = milliseconds[PATH]["p50"] / milliseconds[INVOKE]["p50"]
    health = {
        "path_over_invoke": round(ratio, 3),
        "temperature_before": before,
        "temperature_after": cpu_temperature(),
        "throttling": throttling_reasons(),
        "resident_memory_bytes": resident_memory(),
    }
    yield ""
    yield from _lines(health)
    if args.json:
        text = json.dumps({**machine, "milliseconds": milliseconds, **health}, indent=2)
        with staged_write(args.json.parent) as stage:
            (stage / args.json.name).write_text(text + "\n", encoding="utf-8")


def _lines(values: Mapping[str, object]) -> Iterator[str]:
    for name, value in values.items():
        said = (", ".join(value) or "nothing") if isinstance(value, list) else value
        yield f"{name:24} {'not known here' if value is None else said}"


def _describe(args: Namespace, classifier: Classifier) -> dict[str, object]:
    """Return what the figures are of; nothing in it tells whose machine that is."""
    runtime = RUNTIMES[classifier.runtime].replace("_", "-")
    return {
        "emotion_edge": __version__,
        "board": MODEL.read_text("utf-8").rstrip("\0\n") if MODEL.exists() else None,
        "machine": processor_name(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "runtime": f"{classifier.runtime} {version(runtime)}",
        "threads": args.threads,
        "xnnpack_nodes": classifier.delegate_nodes,
        "model": args.model.name,
        **cost(args.model),
        "frames": args.frames,
    }


def make_steps(classifier: Classifier, finder: FaceDetector | None) -> dict[str, Step]:
    """Return what a frame goes through, in that order, each a function that does it alone.

    `PATH` and `LEVEL` are the daemon's own code, with a finder that costs nothing. finder: None
    leaves out what looks for faces.
    """
    pixels = make_frame()
    looking: dict[str, Step] = {}
    if finder:
        looking[SEARCH] = lambda: finder.detect(pixels)
        looking[AGAIN] = lambda: finder.detect_near(pixels, [FACE.box])
    return {
        **looking,
        PATH: _path(classifier, pixels, FACE),
        LEVEL: _path(classifier, pixels, UPRIGHT),
        INVOKE: classifier.invoke,
        **_around_invoke(classifier, pixels),
    }


def _around_invoke(classifier: Classifier, pixels: npt.NDArray[np.uint8]) -> dict[str, Step]:
    """Return what is done with a face that was found, but for the network."""
    contract, clock = classifier.contract, itertools.count()
    rule, follower, steady = (
        crop_rule_of(contract),
        FaceTracker(),
        LabelSmoother(contract.labels, SmoothingSettings()),
    )
    crop = crop_face(pixels, FACE, rule)
    image = preprocess(crop, contract)
    logits = classifier.logits(image)
    values = scores(logits, contract)
    watcher, frame = FaceAnalyzer(classifier, _Known(FACE)), Frame("bench", 0, pixels, 0.0)
    seen, lines = watcher.process(frame), Lines(heartbeat=0, everything=True)
    return {
        "  follow it": lambda: follower.update([FACE], next(clock) / RATE),
        "  cut it out": lambda: crop_face(pixels, FACE, rule),
        "  judge the picture": lambda: check_quality(crop, FACE.box.side),
        "  scale": lambda: preprocess(crop, contract),
        "  quantise": lambda: classifier.enter(image),
        "  dequantise": classifier.read,
        "  scores": lambda: scores(logits, contract),
        "  smooth": lambda: steady.update(values, next(clock) / RATE),
        "  write JSON": lambda: [json.dumps(line) for line in lines.of(frame, seen, watcher)],
    }


def make_frame() -> npt.NDArray[np.uint8]:
    """Return (480, 640, 3) uint8 RGB, of coarse noise: a face in it would cost two looks more."""
    noise = np.random.default_rng(0).integers(60, 200, (48, 64, 3)).astype(np.uint8)
    return noise.repeat(10, axis=0).repeat(10, axis=1)


def _path(classifier: Classifier, pixels: npt.NDArray[np.uint8], face: Face) -> Step:
    watcher = FaceAnalyzer(classifier, _Known(face))
    lines, numbers = Lines(heartbeat=0, everything=True), itertools.count()

    def path() -> list[str]:
        index = next(numbers)
        frame = Frame("bench", index, pixels, index / RATE)
        return [json.dumps(line) for line in lines.of(frame, watcher.process(frame), watcher)]

    return path


def measure(steps: Mapping[str, Step], rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each step in each round; in a round every step has its turn."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(-WARM, rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            if turn >= 0:
                taken[name].append((time.perf_counter() - start) * 1000)
        show_progress(max(turn + 1, 0), rounds, "frames")
    return taken


def _summary(milliseconds: list[float]) -> dict[str, float]:
    low, high = np.percentile(milliseconds, (50, 95)).round(4).tolist()
    return {"p50": low, "p95": high}
