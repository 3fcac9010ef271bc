"""Frames from image files: one file, a folder, or a glob."""

import logging
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from pathlib import Path
from threading import Event

from emotion_edge.capture.files.picture_search import VIDEO, PictureSearch
from emotion_edge.capture.frame import Frame
from emotion_edge.errors import RunError, UserError, mask
from emotion_edge.imaging.image_files import ImageError, read_picture
from emotion_edge.util.timeouts import interruptible_sleep

log = logging.getLogger(__name__)


def open_folder(
    folder: Path, every: float, stop: Event, max_megapixels: float
) -> Generator[Frame, None, None]:
    """Return the pictures in a folder and its subfolders; raise UserError if there are none."""
    search = PictureSearch(stop)
    paths = _checked(
        f"--source {folder}: no pictures in it", search, search.in_folder(folder), stop
    )
    return _read_folder(folder, search, read_images(paths, every, stop, max_megapixels))


def open_matching(
    pattern: str, every: float, stop: Event, max_megapixels: float
) -> Generator[Frame, None, None]:
    """Return the pictures that match a glob; raise UserError if there are none."""
    search = PictureSearch(stop)
    complaint = f"--source {mask(pattern)}: no such file, and no picture matches it"
    paths = _checked(complaint, search, search.matching(pattern), stop)
    return read_images(paths, every, stop, max_megapixels, search)


def _checked(
    complaint: str, search: PictureSearch, paths: Iterator[Path], stop: Event
) -> Iterator[Path]:
    """Return the paths; raise UserError if there is none. Looks for the first one at once."""
    first = next(paths, None)
    if first is None and not stop.is_set():
        found = "; ".join(filter(None, (complaint, _described(search))))
        raise UserError(found, _advice(search))
    return paths if first is None else chain([first], paths)


def _described(search: PictureSearch) -> str:
    """Return what was left out, such as "left out: 2 videos, such as a.mp4"."""
    parts = (
        f"{each.count} x {kind}, such as {each.example}" for kind, each in search.left_out.items()
    )
    return f"left out: {', '.join(parts)}" if search.left_out else ""


def _advice(search: PictureSearch) -> str:
    if VIDEO not in search.left_out:
        return ""
    return f"a video is played one at a time: --source {search.left_out[VIDEO].example}"


def _read_folder(
    folder: Path, search: PictureSearch, frames: Iterator[Frame]
) -> Generator[Frame, None, None]:
    """Yield the frames, and log at the end what else is in the folder."""
    try:
        yield from frames
    finally:
        if search.left_out:
            log.info("%s: %s", folder, _described(search))


def read_images(
    paths: Iterable[Path],
    every: float,
    stop: Event,
    max_megapixels: float,
    search: PictureSearch | None = None,
) -> Generator[Frame, None, None]:
    """Yield each image that can be read, `every` seconds apart, until `stop` is set.

    search: finds the paths; what it leaves out counts as not readable. Raises UserError after the
    last image if none could be read, RunError if some could not.
    """
    failed, index = 0, -1
    for index, path in enumerate(paths):
        interruptible_sleep(every if index else 0, stop)
        if stop.is_set():
            return
        try:
            picture = read_picture(path, max_megapixels)
        except ImageError as error:
            log.warning("%s: cannot read it: %s", path, error)
            failed += 1
            continue
        yield Frame(
            str(path), index, picture.pixels, reduction=picture.reduction, face=picture.face
        )
        del picture  # before the next one is decoded
    if stop.is_set():
        return
    _check_all_read(failed, index + 1, search)


def _check_all_read(failed: int, tried: int, search: PictureSearch | None) -> None:
    """Raise UserError if no picture could be read, RunError if some could not."""
    others = sum(each.count for each in search.left_out.values()) if search else 0
    if search and others:
        log.warning("not pictures: %s", _described(search))
    if failed + others:
        kind = UserError if failed == tried else RunError
        raise kind(f"{failed + others} of {tried + others} pictures could not be read")
