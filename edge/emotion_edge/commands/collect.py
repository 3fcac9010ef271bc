"""`emotion-edge collect`: pictures of faces that show an expression, to train a model on."""

import logging
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.capture.frame import CameraLost
from emotion_edge.capture.frame_rate import limit_rate
from emotion_edge.capture.source import open_source
from emotion_edge.cli.camera_options import camera_settings
from emotion_edge.errors import RunError, UserError
from emotion_edge.faces.alignment import crop_face
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.quality import check_quality
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.model.crop_rule import CROP_FILE, crop_rule_json, read_crop_rule
from emotion_edge.pipeline.factory import make_detector
from emotion_edge.system.signals import stop_on_signals
from emotion_edge.util.atomic_write import staged_write
from emotion_edge.util.progress import show_progress

log = logging.getLogger("emotion-edge")
_TERMINAL = Path("/dev/tty")
QUESTION = """\
{count} pictures of a face that shows {label!r} will be taken from {source} and kept in {folder}.
Whoever is to be seen must have agreed to that, and to what the pictures will be used for; in the
European Union they are personal data. Nobody's emotions may be inferred at work or in education.
Has everybody in view agreed? Type yes to begin: """


def collect(args: Namespace) -> Iterator[str]:
    """Yield the path of each picture taken, until there are `args.count`.

    Raises UserError where nobody consents, or where source, label or folder cannot be used,
    RunError where the source ends before there are enough.
    """
    _check(args.label)
    folder = args.to / args.split / args.label
    rule = read_crop_rule(args.to)
    finder, stop = make_detector(args), Event()
    settings = camera_settings(args)
    frames = open_source(args.source, size=args.size, every=0, stop=stop, settings=settings)
    _ask(QUESTION.format(count=args.count, label=args.label, source=args.source, folder=folder))
    stop_on_signals(stop)  # only now: until then Ctrl-C ends the program at once
    taken = 0
    left_out: Counter[str] = Counter()
    for frame in limit_rate(frames, args.every):
        if isinstance(frame, CameraLost):
            continue
        crop, reason = _cut(frame.pixels, finder, rule)
        if crop is None:
            left_out[reason] += 1
            continue
        taken += 1
        yield str(_save(crop, folder, args.to, rule, taken))
        show_progress(taken, args.count, "pictures")
        if taken == args.count:
            break
    for reason, count in left_out.items():
        log.info("left out %d frame(s): %s", count, reason)
    if taken < args.count:
        ended = "stopped" if stop.is_set() else "the source ended"
        raise RunError(f"{ended} after {taken} of {args.count} pictures")


def _check(label: str) -> None:
    if not label or Path(label).name != label or label.startswith(".") or not label.isprintable():
        raise UserError(f"--label {label!r} cannot be the name of a folder")
    if label in (UNKNOWN, NO_FACE):
        raise UserError(f"--label {label}: emotion-edge says that itself; choose another word")


def _ask(question: str) -> None:
    """Ask on the terminal, whatever stdin and stdout are; raises UserError without a yes."""
    try:
        with _TERMINAL.open("r+b", buffering=0) as terminal:
            terminal.write(question.encode())
            answer = terminal.readline().decode(errors="replace").strip().lower()
    except OSError:
        raise UserError("collect asks for consent on a terminal, and there is none") from None
    if answer != "yes":
        raise UserError("no consent: no picture was taken")


def _cut(
    pixels: npt.NDArray[np.uint8], finder: FaceDetector, rule: Mapping[str, float]
) -> tuple[npt.NDArray[np.uint8] | None, str]:
    """Return the face in a frame, or None and why it is of no use."""
    faces = finder.detect(pixels)
    if len(faces) != 1:
        return None, "several faces" if faces else NO_FACE
    crop = crop_face(pixels, faces[0], rule)
    doubt = check_quality(crop, faces[0].box.side)
    return (None, doubt) if doubt else (crop, "")


def _save(
    crop: npt.NDArray[np.uint8], folder: Path, data: Path, rule: Mapping[str, float], count: int
) -> Path:
    """Write a picture, without loss, and the rule it was cut by; return its path."""
    if not (data / CROP_FILE).exists():
        with staged_write(data) as stage:
            (stage / CROP_FILE).write_text(crop_rule_json(rule), encoding="utf-8")
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{count:04}.png"
    with staged_write(folder) as stage:
        Image.fromarray(np.ascontiguousarray(crop)).save(stage / name)
    return folder / name
