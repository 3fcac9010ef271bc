"""The items that a source yields: a frame, or the loss of its camera."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotion_edge.imaging.regions import Region


@dataclass(frozen=True)
class Frame:
    """One frame of a source.

    source: the file's path, or the source's name. index: its number in the source, from 0.
    pixels: (rows, columns, 3) uint8 RGB. seconds: capture time on a monotonic clock with any
    origin; None for unrelated images. dropped: how many frames were skipped just before it because
    they were too late. reduction: how many pixels of the file a row or column stands for; above 1
    only for a JPEG that was too large to decode it whole. face: the region of the face, if the file
    names it (`train.prepare` and `collect` write such files).
    """

    source: str
    index: int
    pixels: npt.NDArray[np.uint8]
    seconds: float | None = None
    dropped: int = 0
    reduction: int = 1
    face: Region | None = None


@dataclass(frozen=True)
class CameraLost:
    """A camera delivers no frames. retry: seconds until it is opened again."""

    source: str
    reason: str
    retry: float
