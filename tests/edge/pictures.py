"""Pictures of one colour, which the tiny models recognise."""

from pathlib import Path

import numpy as np
from PIL import Image

from emotion_edge.imaging.face_files import save_face
from emotion_edge.imaging.regions import Region

ORIENTATION = 0x0112  # the EXIF tag
COLOURS = {"blue": (20, 30, 220), "green": (30, 220, 20), "red": (220, 20, 30)}


def solid(colour: str, width: int = 40, height: int = 30) -> np.ndarray:
    """Return a picture of one colour, (height, width, 3) uint8 RGB."""
    return np.full((height, width, 3), COLOURS[colour], np.uint8)


def raw_frames(*colours: str) -> bytes:
    """Return frames of 40 x 30 pixels as the daemon reads them from stdin."""
    return b"".join(solid(colour).tobytes() for colour in colours)


def save(path: Path, colour: str) -> Path:
    """Write a picture of one colour and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(solid(colour)).save(path)
    return path


def save_cut_face(path: Path, colour: str, around: str) -> Path:
    """Write a face of one colour with its surroundings, as train.prepare does; return its path."""
    pixels = solid(around)
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels[8:24, 12:28] = COLOURS[colour]
    save_face(path, pixels, Region(20, 16, 12, 12))
    return path


def quadrants():
    """Return an image whose four corners differ, (40, 60, 3)."""
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:20, :30], picture[:20, 30:], picture[20:, :30] = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    return picture
