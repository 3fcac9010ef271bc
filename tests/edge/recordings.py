"""Recordings for tests: pictures with times, written as a user would have them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image


def write_recording(
    folder: Path, pictures: Iterable[np.ndarray], *, rate: float = 10.0, truth: str = ""
) -> Path:
    """Write pictures, uint8 RGB, `rate` a second, and the truth if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["file,seconds"]
    for i, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(folder / f"{i:05}.png", compress_level=1)
        lines.append(f"{i:05}.png,{i / rate:.3f}")
    (folder / "times.csv").write_text("\n".join(lines) + "\n")
    if truth:
        (folder / "truth.csv").write_text(truth)
    return folder
