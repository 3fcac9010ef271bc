"""Recordings and videos for tests, in the form in which a user has them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.edge.pictures import COLOURS, save, solid


def write_recording(
    folder: Path, pictures: Iterable[np.ndarray], *, rate: float = 10.0, truth: str = ""
) -> Path:
    """Write uint8 RGB pictures, `rate` a second, and truth.csv if there is a truth."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["file,seconds"]
    for i, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(folder / f"{i:05}.png", compress_level=1)
        lines.append(f"{i:05}.png,{i / rate:.3f}")
    (folder / "times.csv").write_text("\n".join(lines) + "\n")
    if truth:
        (folder / "truth.csv").write_text(truth)
    return folder


def write_colours(folder: Path, rows: list[tuple[str, float, str]]) -> Path:
    """Write a recording of plain colours from rows of (colour, seconds, fault)."""
    for colour in {colour for colour, _, _ in rows}:
        save(folder / f"{colour}.png", colour)
    lines = [f"{colour}.png,{seconds:.3f},{fault}" for colour, seconds, fault in rows]
    (folder / "times.csv").write_text("file,seconds,fault\n" + "\n".join(lines) + "\n")
    return folder


def write_changing_colours(folder: Path, seconds: float = 120, rate: float = 10) -> Path:
    """Write a recording that is red for a second, then green, then blue, then red again."""
    order = ("red", "green", "blue")
    rows = [(order[int(i / rate) % 3], i / rate, "") for i in range(int(seconds * rate))]
    return write_colours(folder, rows)


def film(path: Path, codec: str, rate: int, container_format: str | None = None) -> Path:
    """Write a video with one second each of blue, green and red."""
    av = pytest.importorskip("av", reason="videos need av")
    with av.open(path, "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for colour in COLOURS:
            frame = av.VideoFrame.from_ndarray(solid(colour, 64, 48), format="rgb24")
            for _ in range(rate):
                frame.pts = None
                container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
