"""Open an image, a folder, a glob or a video."""

import stat
from collections.abc import Generator
from pathlib import Path
from threading import Event

from emotion_edge.capture.files.image_source import open_folder, open_matching, read_images
from emotion_edge.capture.files.video_source import read_video
from emotion_edge.capture.frame import Frame
from emotion_edge.capture.source_hints import device_hint, source_hint
from emotion_edge.errors import UserError, mask
from emotion_edge.imaging.image_files import MAX_MEGAPIXELS
from emotion_edge.imaging.picture_formats import picture_format

MJPEG_SUFFIXES = (".mjpeg", ".mjpg")


def open_files(
    source: str,
    *,
    every: float = 0.0,
    stop: Event | None = None,
    max_megapixels: float = MAX_MEGAPIXELS,
) -> Generator[Frame, None, None]:
    """Return the frames of an image, a folder, a glob or a video; see `open_source`.

    Whether a file is an image or a video depends on its content, not on its suffix.
    """
    stop, path = stop or Event(), Path(source)
    mode = _mode(source)
    if mode is None:
        if hint := source_hint(source):
            raise UserError(f"--source {mask(source)}: no such file", hint)
        return open_matching(source, every, stop, max_megapixels)
    if stat.S_ISDIR(mode):
        return open_folder(path, every, stop, max_megapixels)
    if not stat.S_ISREG(mode):  # opening a named pipe would block and ignore signals
        raise UserError(f"--source {source}: neither a file nor a folder", device_hint(path))
    try:
        # A film of JPEGs, one after the other, begins as a picture does.
        if picture_format(path) and path.suffix.lower() not in MJPEG_SUFFIXES:
            return read_images([path], every, stop, max_megapixels)
    except OSError as error:
        raise UserError(f"--source {source}: cannot read it: {error.strerror or error}") from None
    return read_video(path, every, stop, max_megapixels)


def _mode(source: str) -> int | None:
    """Return the kind of file that a path names; None if there is none."""
    try:
        return Path(source).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # no permission, a name too long or with NUL
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"--source {mask(source)}: cannot read it: {reason}") from None
