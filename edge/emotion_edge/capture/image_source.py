"""Frames from image files: one file, a folder, or a glob."""

import glob
import logging
from collections.abc import Generator
from pathlib import Path
from threading import Event

from emotion_edge.capture.frame import Frame
from emotion_edge.errors import RunError, UserError, mask
from emotion_edge.imaging.image_files import ImageError, find_images, read_picture
from emotion_edge.util.timeouts import interruptible_sleep

log = logging.getLogger(__name__)


def images_in(folder: Path) -> list[Path]:
    """Return the images in a folder and its subfolders; raise UserError if there are none."""
    if not (paths := find_images(folder)):
        raise UserError(f"--source {folder}: no pictures in it")
    return paths


def images_matching(pattern: str) -> list[Path]:
    """Return the files that match a glob, sorted; raise UserError if there are none."""
    names = sorted(glob.glob(pattern, recursive=True))
    paths = [path for path in map(Path, names) if not path.is_dir()]
    if not paths:
        raise UserError(f"--source {mask(pattern)}: no such file, and no picture matches it")
    return paths


def read_images(paths: list[Path], every: float, stop: Event) -> Generator[Frame, None, None]:
    """Yield each image that can be read, `every` seconds apart, until `stop` is set.

    Raises UserError after the last one if none could be read, RunError if some could not.
    """
    failed = 0
    for index, path in enumerate(paths):
        interruptible_sleep(every if index else 0, stop)
        if stop.is_set():
            return
        try:
            picture = read_picture(path)
        except ImageError as error:
            log.warning("%s: cannot read it: %s", path, error)
            failed += 1
            continue
        yield Frame(str(path), index, picture.pixels, reduction=picture.reduction)
    if failed:
        kind = UserError if failed == len(paths) else RunError
        raise kind(f"{failed} of {len(paths)} pictures could not be read")
