"""Find the photographs in class folders, and the person whom each path names."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import find_images
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from train.prepare.group_split import SPLITS
from train.prepare.person_names import subject_of


class Photo(NamedTuple):
    """A photograph: its file, its path relative to the root folder, its class, person and digest.

    subject: "" if no person is named. key: "" if the file cannot be opened.
    """

    path: Path
    source: Path
    label: str
    subject: str
    key: str

    @property
    def group(self) -> str:
        """Identifies what must stay in one split: the person, or else the photograph itself."""
        return self.subject or self.key


def find_photos(folder: Path) -> list[Photo]:
    """Return the photographs in FOLDER/<class>/ and below, in a fixed order.

    Raises UserError if the folder does not have this structure.
    """
    labels = _find_labels(folder)
    files = [(label, path) for label in labels for path in find_images(folder / label)]
    if not files:
        raise UserError(f"--photos {folder}: no pictures in it; put them into <class>/")
    return [
        Photo(
            path,
            path.relative_to(folder),
            label,
            subject_of(path.relative_to(folder / label), labels),
            _digest(path),
        )
        for label, path in tqdm(files, "reading", unit=" images", disable=None)
    ]


def _find_labels(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise UserError(f"--photos {folder}: no such folder")
    labels = [p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")]
    if set(labels) & set(SPLITS):
        raise UserError(f"--photos {folder}: its folders must be classes, not {sorted(labels)}")
    if reserved := {UNKNOWN, NO_FACE} & set(labels):
        raise UserError(f"--photos {folder}: {reserved.pop()!r} is a reserved label; rename it")
    if loose := [path for path in find_images(folder) if path.parent == folder]:
        raise UserError(f"--photos {folder}: {loose[0].name} is in no class folder")
    return sorted(labels)


def _digest(path: Path) -> str:
    """Return a digest of the content. Names do not identify photographs: files get moved."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return ""
