"""The end of a lesson: learn, say what was learnt, and write it if something was gained."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from emotion_edge.commands.teach.display import Display
from emotion_edge.errors import RunError, UserError, escape
from emotion_edge.model.model_file import Model
from emotion_edge.teaching.faces import TaughtFaces
from emotion_edge.teaching.lesson import learn
from emotion_edge.teaching.report import describe
from emotion_edge.teaching.taught_file import Taught, read_taught, write_taught

log = logging.getLogger(__name__)


def kept_faces(path: Path, model: Model, *, keep: bool) -> TaughtFaces | None:
    """Return the faces in the taught file that more are to be added to; None if there are none.

    keep: whether to add to them. Raises UserError if they cannot be added to, or would be lost.
    """
    if not path.exists():
        return None
    try:
        faces = read_taught(path, model).faces
    except UserError as error:
        if not keep:
            return None
        raise UserError(
            error.found, "no faces can be added to it: remove it, or name another file by --to"
        ) from None
    if faces is None:
        if keep:
            log.warning("%s: has no features to add to, so a new one replaces it", path)
        return None
    if not keep:
        raise UserError(
            f"{path}: keeps {len(faces)} faces of earlier lessons",
            "add to them by --keep-features, remove them by --forget, or name another file by --to",
        )
    return faces


def conclude(
    path: Path, model: Model, faces: TaughtFaces, stop: Event, page: Display, *, keep: bool
) -> Iterator[str]:
    """Learn from faces, yield what was learnt, and write it if something was gained.

    page: is told what is yielded, and the outcome.
    keep: write the faces, too, even if nothing was gained. A head that only leaves out some of the
    model's labels is written as well, because it was asked for. Raises RunError if `stop` is set,
    or the file cannot be written.
    """
    lesson = learn(faces, model.contract)
    for line in describe(lesson, faces, model.contract):
        page.tell(line)
        yield line
    if stop.is_set():
        raise RunError("stopped: nothing is written")
    if not lesson.better:
        found = "not shown to be better with what was taught"
        if not keep and not set(faces.labels) < set(model.contract.labels):
            log.warning("the model is %s: nothing is written", found)
            page.end("unchanged")
            return
        log.warning("the model is %s: it names labels as before", found)
        faces = faces.relabelled(lesson.head.labels)
    taught = Taught(
        head=lesson.head,
        model=model.sha256,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        counts=tuple(faces.counts().tolist()),
        faces=faces if keep else None,
    )
    write_taught(path, taught)
    page.end("written" if lesson.better else "kept")
    yield f"written: {escape(str(path))}"
