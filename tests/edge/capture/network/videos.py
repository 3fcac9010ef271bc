"""Videos for cameras' streams, encoded by PyAV."""

from pathlib import Path

import av
import numpy as np

RATE, LEVELS = 10, 25  # frames a second; each frame's level of grey is 10 x (number modulo LEVELS)


def encode(path: Path, seconds: float, codec: str = "libx264", **options: object) -> Path:
    """Write a video of 64 x 48 pixels with a key frame each second; return its path."""
    with av.open(str(path), "w", **options) as container:
        stream = container.add_stream(codec, rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {"g": str(RATE), "tune": "zerolatency", "preset": "ultrafast"}
        for i in range(round(seconds * RATE)):
            pixels = np.full((48, 64, 3), 10 * (i % LEVELS), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode(None))
    return path


def segments(folder: Path, seconds: float, **options: str) -> list[Path]:
    """Write a video as segments of HLS, a second each; return their paths, in order."""
    hls = {"hls_time": "1", "hls_list_size": "0", **options}
    encode(folder / "all.m3u8", seconds, format="hls", options=hls)
    return sorted(folder.glob("*.ts"), key=lambda path: int(path.stem.removeprefix("all")))
