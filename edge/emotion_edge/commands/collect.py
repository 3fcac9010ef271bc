"""Collect pictures of faces that show an expression, to train your own model on them.

  emotion-edge collect --label happy --count 100 --source clip.mp4 --to data

Each face is cut out of the frame in the same way as when the model runs, and saved as
TO/SPLIT/LABEL/<time>-<number>.png: at most one each --every seconds, and only from frames with
exactly one face, sharp and well lit. Pictures of the same minute resemble each other, so take the
pictures for --split validation of other people or on another day. The command first asks the people
in view for their consent on the terminal.
"""

import logging
import math
import os
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.frame_rate import limit_rate
from emotion_edge.capture.source import SourceSettings
from emotion_edge.commands.consent import ask_for_consent
from emotion_edge.errors import RunError, UserError
from emotion_edge.faces.detector import DetectorSettings, FaceDetector
from emotion_edge.faces.single_face import single_face
from emotion_edge.imaging.face_files import save_face
from emotion_edge.imaging.regions import Pixels, Region, cut_surroundings
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.model.crop_rule import CROP_FILE, crop_rule_json, read_crop_rule
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.pipeline.factory import make_detector
from emotion_edge.system.signals import stop_on_signals
from emotion_edge.teaching.bursts import TIME_FORMAT
from emotion_edge.util.atomic_write import staged_write
from emotion_edge.util.line_writer import STDOUT, Line, LineWriter
from emotion_edge.util.progress import show_progress

log = logging.getLogger(__name__)
QUESTION = """\
{count} pictures of a face that shows {label!r} will be taken from {source} and kept in {folder}.
Everybody in view must have agreed to that, and to what the pictures will be used for; in the
European Union they are personal data. Nobody's emotions may be inferred at work or in education."""
Cut = tuple[Pixels, Region]


@dataclass(frozen=True, kw_only=True)
class CollectSettings:
    """Settings of `emotion-edge collect`.

    label: the expression. count: how many pictures. data: the data set's folder. split: "train",
    "validation" or "test". every: minimum seconds of a stream between two pictures.
    """

    label: str
    count: int
    data: Path
    split: str
    every: float
    source: SourceSettings
    detector: DetectorSettings
    runtime: RuntimeSettings

    @property
    def folder(self) -> Path:
        """The folder that the pictures are written to."""
        return self.data / self.split / self.label


def collect(settings: CollectSettings) -> None:
    """Print the path of each picture taken, until there are `settings.count`.

    Raises UserError without consent, or if source, label or folder cannot be used, and RunError if
    the source ends too early or the camera does not close.
    """
    _check_label(settings.label)
    os.umask(0o077)  # faces are for their owner alone
    rule = read_crop_rule(settings.data)
    detector, stop = make_detector(settings.detector, settings.runtime), Event()
    frames = limit_rate(settings.source.open(stop), settings.every)
    _ask_for_consent(settings)
    stop_on_signals(stop)  # only now: until then Ctrl-C ends the program at once
    left_out = Counter[str]()
    with closing(frames), closing(_faces(frames, detector, rule, left_out)) as faces:
        taken = _save_all(faces, settings, rule, stop)
    for reason, count in left_out.items():
        log.info("left out %d frame(s): %s", count, reason)
    if taken < settings.count:
        ended = "stopped" if stop.is_set() else "the source ended"
        raise RunError(f"{ended} after {taken} of {settings.count} pictures")


def _save_all(
    faces: Iterator[Cut], settings: CollectSettings, rule: Mapping[str, float], stop: Event
) -> int:
    """Save at most `settings.count` pictures and print their paths; return their number."""
    taken, writer = 0, LineWriter(STDOUT, stop, patience=math.inf)
    writer.start()
    for face in faces:
        taken += 1
        writer.write([Line(str(_save(face, settings, rule, taken)))])
        show_progress(taken, settings.count, "pictures")
        if taken == settings.count:
            break
    writer.close()
    return taken


def _check_label(label: str) -> None:
    if not label or Path(label).name != label or label.startswith(".") or not label.isprintable():
        raise UserError(f"--label {label!r} cannot be the name of a folder")
    if label in (UNKNOWN, NO_FACE):
        raise UserError(f"--label {label}: emotion-edge uses that label itself; choose another")


def _ask_for_consent(settings: CollectSettings) -> None:
    """Raise UserError without a yes."""
    question = QUESTION.format(
        count=settings.count,
        label=settings.label,
        source=settings.source.name,
        folder=settings.folder,
    )
    ask_for_consent("collect", question)


def _faces(
    frames: Iterator[Frame | CameraLost],
    detector: FaceDetector,
    rule: Mapping[str, float],
    left_out: Counter[str],
) -> Generator[Cut, None, None]:
    """Yield the face of each usable frame, and count the others by the reason."""
    for frame in frames:
        if isinstance(frame, CameraLost):
            continue
        face, reason = _cut(frame.pixels, detector, rule)
        if face is None:
            left_out[reason] += 1
        else:
            yield face
        del frame  # before the next one is decoded


def _cut(
    pixels: Pixels, detector: FaceDetector, rule: Mapping[str, float]
) -> tuple[Cut | None, str]:
    """Return the pixels around the face in a frame and its region, or why the frame is not used."""
    found = single_face(pixels, detector, rule)
    return (None, found) if isinstance(found, str) else (cut_surroundings(pixels, found), "")


def _save(face: Cut, settings: CollectSettings, rule: Mapping[str, float], number: int) -> Path:
    """Write a picture without loss, and the crop rule beside the splits; return its path."""
    if not (settings.data / CROP_FILE).exists():
        with staged_write(settings.data) as stage:
            (stage / CROP_FILE).write_text(crop_rule_json(rule), encoding="utf-8")
    name = f"{datetime.now(UTC):{TIME_FORMAT}}-{number:04}.png"
    with staged_write(settings.folder) as stage:
        save_face(stage / name, *face)
    return settings.folder / name
