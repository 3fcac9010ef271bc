"""Read files as sources, without a network."""

from pathlib import Path

import numpy as np

from emotion_edge.capture.files.file_source import open_files
from emotion_edge.capture.frame import Frame
from emotion_edge.errors import RunError, UserError


def colours(frames: list[Frame]) -> list[str]:
    """Return the colour of each frame's middle."""
    middles = [frame.pixels[frame.pixels.shape[0] // 2, 32] for frame in frames]
    return [("red", "green", "blue")[int(np.argmax(middle))] for middle in middles]


def read(path: Path, **options: object) -> tuple[list[Frame], str]:
    """Return the frames of a file, and the error at its end."""
    frames: list[Frame] = []
    try:
        frames.extend(open_files(str(path), **options))
    except (UserError, RunError) as error:
        return frames, f"{type(error).__name__}: {error}"
    return frames, ""
