"""Taught heads: each belongs to one model, and comes and goes with it.

The taught file stays where the settings name it. A copy of each is kept beside its model, for the
owner of the folder alone, so that a way back to a model is a way back to its head.
"""

import logging
import os
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.model.model_file import Model
from emotion_edge.model.store.state import HEADS
from emotion_edge.teaching.lesson import learn
from emotion_edge.teaching.taught_file import (
    MAX_BYTES,
    Taught,
    model_of,
    read_taught,
    write_taught,
)
from emotion_edge.util.atomic_write import UNFINISHED, write_durably
from emotion_edge.util.regular_file import read_regular_file

log = logging.getLogger(__name__)
CREDENTIALS, CREDSTORE = Path("/run/credentials"), Path("/etc/credstore")
_AGAIN = "teach them again: emotion-edge teach"


def taught_source(path: Path) -> Path:
    """Return the file itself: what the service sees of it is systemd's copy."""
    if path.is_relative_to(CREDENTIALS):
        return CREDSTORE / path.name
    return path


def keep_head(models: Path, taught: Path) -> str | None:
    """Keep a copy of the taught file beside its model; return that model's SHA-256.

    None if there is no such file. Raises UserError if it cannot be read, OSError if it cannot be
    kept.
    """
    if not taught.exists():
        return None
    model = model_of(taught)
    content, copy = read_regular_file(taught, MAX_BYTES), _kept(models, model)
    (models / HEADS).mkdir(mode=0o700, exist_ok=True)
    if not copy.exists() or copy.read_bytes() != content:
        write_durably(copy, content, 0o600)
    return model


def put_head(models: Path, taught: Path, model: Model, former: Model | None) -> tuple[str, bool]:
    """Let the taught file fit the model, if a head for it was kept or can be made.

    former: the model before, whose kept features count for a model with the very same network.
    Returns what that means, in words, and whether the taught file is another one now. Raises what
    `keep_head` raises.
    """
    owner = keep_head(models, taught)
    if owner is None or owner == model.sha256:
        return "", False
    kept = _kept(models, model.sha256)
    if _is_whole(kept, model):
        _replace(taught, read_regular_file(kept, MAX_BYTES))
        return f"{taught}: the head that was taught for this model is back", True
    if former and former.sha256 == owner and _refit(taught, former, model):
        return f"{taught}: the faces in it were learnt again for this model", True
    return f"{taught}: belongs to the former model and is left out; {_AGAIN}", False


def forget_heads(models: Path, kept: set[str]) -> None:
    """Remove the heads of models that are no longer there. kept: the SHA-256 of the others."""
    for path in kept_heads(models):
        if path.stem not in kept:
            path.unlink()


def kept_heads(models: Path) -> list[Path]:
    """Return the copies of taught files, and what a killed process has left of one.

    The folder must be readable, or missing.
    """
    folder = models / HEADS
    return sorted([*folder.glob("*.taught"), *folder.glob(f"{UNFINISHED}*")])


def _kept(models: Path, model: str) -> Path:
    return models / HEADS / f"{model}.taught"


def _is_whole(kept: Path, model: Model) -> bool:
    try:
        return kept.exists() and model_of(kept) == model.sha256
    except UserError as error:
        log.warning("%s", error)
        return False


def _replace(taught: Path, content: bytes) -> None:
    """Replace a taught file; it stays its owner's, and a link stays one."""
    target = taught.resolve()
    status = target.stat()
    write_durably(target, content, 0o600)
    os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)


def _refit(taught: Path, former: Model, model: Model) -> bool:
    """Learn the kept features again for a model that computes the same ones; return whether.

    Of another network, features say nothing: its axes mean something else.
    """
    if former.network != model.network:
        return False
    known = read_taught(taught, former)
    if known.faces is None:
        return False
    try:
        head = learn(known.faces, model.contract).head
    except UserError as error:
        log.warning("%s", error)
        return False
    target = taught.resolve()
    owner = target.stat()
    faces = known.faces.relabelled(head.labels)
    counts = tuple(faces.counts().tolist())
    again = Taught(head=head, model=model.sha256, date=known.date, counts=counts, faces=faces)
    write_taught(taught, again)
    os.chown(target, owner.st_uid, owner.st_gid, follow_symlinks=False)
    return True
