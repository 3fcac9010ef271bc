"""Recordings for the page, and where the daemon drew its boxes in the page's picture."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.edge.photographs import HEAD

WIDTH, HEIGHT, MINUTES = 640, 480, 5
# The boxes are the only yellow (255, 214, 10) in the picture.
_BOX = """
    const stream = document.getElementById("stream");
    if (stream.hidden || !stream.width) return null;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [stream.width, stream.height];
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(stream, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    let [left, right] = [Infinity, -1];
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] < 200 || data[i + 1] < 160 || data[i + 2] > 110) continue;
      const x = (i / 4) % canvas.width;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
    return right < 0 ? null : [left / canvas.width, right / canvas.width];
"""


def frame(*lefts: int, light: float = 1.0) -> np.ndarray:
    """Return a grey frame (480, 640, 3) with a head at each distance from its left edge."""
    pixels = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for left in lefts:
        pixels[120 : 120 + HEAD.shape[0], left : left + HEAD.shape[1]] = HEAD
    return (pixels * light).astype(np.uint8)


def write_frames(folder: Path, frames: list[np.ndarray], rate: float = 10.0) -> str:
    """Return a source that shows the frames again and again for some minutes."""
    folder.mkdir(parents=True)
    for i, pixels in enumerate(frames):
        Image.fromarray(pixels).save(folder / f"{i}.png", compress_level=1)
    count = int(MINUTES * 60 * rate)
    rows = [f"{i % len(frames)}.png,{i / rate:.3f}" for i in range(count)]
    (folder / "times.csv").write_text("file,seconds\n" + "\n".join(rows) + "\n")
    return f"replay:{folder}"


def write_walk(folder: Path) -> str:
    """Return a source in which a head goes from left to right and back, every six seconds."""
    there = [frame(30 + 14 * i) for i in range(31)]
    return write_frames(folder, [*there, *there[-2:0:-1]])


def box_of(browser) -> tuple[float, float] | None:
    """Return left and right edge of the boxes in the page's picture, as parts of its width."""
    found = browser.run(_BOX)
    return found and tuple(found)
