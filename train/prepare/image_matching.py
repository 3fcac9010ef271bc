"""Decide whether one image is a near-duplicate of another.

A near-duplicate may be scaled, compressed again, brightened, mirrored and cropped by up to a tenth.
Another image of the same person is no near-duplicate. There are three steps, each slower and more
certain than the one before:

1. The average hash (N. Krawetz, *Looks Like It*, 2011) differs in at most MAX_HASH_DISTANCE of its
   64 bits. Of the ImageHash library's hashes, it tolerates cropping best.
2. The other image's core, its middle CORE_SIZE, correlates with this image at some scale and place.
3. The best places are refined, and then no part of the two may differ: a smile changes little of
   the whole image and much of the mouth.

The limits prefer missing a copy to reporting another image. Of copies that were brightened,
compressed and cropped by 8 %, they find 95 % of 300 FER+ faces, all of 57 photographs and 59 of 60
drawn faces; and none among 1,445 drawn faces compared with 2,109 of other people.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

SMALL_SIDE = 64  # pixels, to which images are reduced
CORE_SIZE = 0.8  # relative to the side
MAX_HASH_DISTANCE = 15
MIN_CORRELATION_STEP_2, MIN_CORRELATION_STEP_3 = 0.85, 0.95
MAX_PART_DIFFERENCE = 0.12  # mean squared difference in a part, for images of variance 1
CROPS = tuple(product((0.9, 0.95, 1.0, 1.05, 1.1), (-0.04, 0.0, 0.04), (-0.04, 0.0, 0.04)))
"""The scales, and shifts to the right and down relative to the side, that step 2 tries."""
WHOLE = [(1.0, 0.0, 0.0)]
NEIGHBOURS = np.array(list(product((-1, 0, 1), repeat=3)))
MAX_CANDIDATES = 5  # that reach step 3
Crop = tuple[float, float, float]
Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class Fingerprint(NamedTuple):
    """An image reduced for matching. small: (64, 64) uint8 grey. bits: (8, 8) float32, -1 or 1."""

    small: Grey
    bits: Floats


class Match(NamedTuple):
    """A near-duplicate: its index in the `MatchIndex`, and how well it matches."""

    known_index: int
    mirrored: bool
    correlation: float


class MatchIndex:
    """Images to compare others with."""

    def __init__(self, fingerprints: list[Fingerprint]) -> None:
        """Prepare the hashes and cores of the images."""
        self._fingerprints = fingerprints
        self._bits = np.stack([each.bits.ravel() for each in fingerprints])
        self._cores = np.concatenate([_windows(each.small, 16, WHOLE) for each in fingerprints])

    def best_match(self, image: Fingerprint) -> Match | None:
        """Return the likeliest near-duplicate of an image, or None."""
        candidates = [
            (*found, is_mirrored)
            for is_mirrored in (False, True)
            for found in self._candidates(mirror(image) if is_mirrored else image)
        ]
        for _, index, crop, is_mirrored in sorted(candidates, reverse=True)[:MAX_CANDIDATES]:
            turned = mirror(image) if is_mirrored else image
            if correlation := compare(turned.small, self._fingerprints[index].small, crop):
                return Match(index, is_mirrored, correlation)
        return None

    def _candidates(self, image: Fingerprint) -> Iterator[tuple[float, int, Crop]]:
        """Yield the images that pass steps 1 and 2: correlation, index, and the core's place."""
        near = np.flatnonzero(self._bits @ image.bits.ravel() >= 64 - 2 * MAX_HASH_DISTANCE)
        if len(near):
            windows = _windows(image.small, 16, CROPS).reshape(len(CROPS), -1)
            match = self._cores[near].reshape(len(near), -1) @ windows.T / 16**2
            for row in np.flatnonzero(match.max(axis=1) >= MIN_CORRELATION_STEP_2):
                yield float(match[row].max()), int(near[row]), CROPS[match[row].argmax()]


def fingerprint(image: Image.Image) -> Fingerprint:
    """Return the fingerprint of an image in mode L."""
    small = image.resize((SMALL_SIDE, SMALL_SIDE), Image.Resampling.BILINEAR)
    return Fingerprint(np.asarray(small), average_hash(small))


def average_hash(image: Image.Image) -> Floats:
    """Return the average hash of an image in mode L: its (8, 8) bits, 1 or -1, as float32.

    A bit is 1 if its part of the image is brighter than the mean (N. Krawetz, *Looks Like It*,
    2011; the bits of the ImageHash library).
    """
    tiny = np.asarray(image.resize((8, 8), Image.Resampling.LANCZOS))
    return np.where(tiny > tiny.mean(), np.float32(1), np.float32(-1))


def mirror(image: Fingerprint) -> Fingerprint:
    """Return the fingerprint of the mirrored image."""
    return Fingerprint(image.small[:, ::-1], image.bits[:, ::-1])


def compare(small: Grey, other: Grey, crop: Crop) -> float:
    """Return the correlation of the other's core with this image, near a crop found by step 2.

    small, other: (64, 64) uint8. Returns 0 if the correlation is too low for step 3, or if a part
    of the two differs.
    """
    core = _windows(other, 32, WHOLE)[0]
    for step in (0.02, 0.01, 0.005):
        near = np.array(crop) + step * NEIGHBOURS
        windows = _windows(small, 32, near.tolist())
        matches = (windows * core).mean(axis=(1, 2))
        crop, window = near[matches.argmax()], windows[matches.argmax()]
    correlation = float(matches.max())
    parts = ((window - correlation * core) ** 2).reshape(4, 8, 4, 8).mean(axis=(1, 3))
    is_match = correlation >= MIN_CORRELATION_STEP_3 and parts.max() <= MAX_PART_DIFFERENCE
    return correlation if is_match else 0.0


def _windows(small: Grey, side: int, crops: Sequence[Sequence[float]]) -> Floats:
    """Return one window for each crop, (crops, side, side), normalised to mean 0 and variance 1.

    A crop of scale 1 is as large as the core.
    """
    image, windows = Image.fromarray(small), []
    for scale, *shift in crops:
        length = CORE_SIZE * scale * SMALL_SIDE
        left, top = (
            min(max((0.5 + by) * SMALL_SIDE - length / 2, 0), SMALL_SIDE - length) for by in shift
        )
        box = (left, top, left + length, top + length)
        windows.append(np.asarray(image.resize((side, side), Image.Resampling.BILINEAR, box)))
    result = np.array(windows, np.float32)
    result -= result.mean(axis=(1, 2), keepdims=True)
    return np.asarray(result / result.std(axis=(1, 2), keepdims=True).clip(1e-6))
