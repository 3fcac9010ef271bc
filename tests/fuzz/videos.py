"""Videos of several containers and codecs, read as `emotion-edge run --source FILE` reads them.

Of whole ones, also of one that was joined to itself, no frame may be lost.
"""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from emotion_edge.capture.files.file_source import open_files
from tests.fuzz.mutation import mutate

FRAMES, SIZE = 12, (96, 64)
WHOLE = "whole-"
NOT_JOINED = (".ivf", ".nut", ".y4m")  # FFmpeg reads the first one, or says that it is damaged
# Suffix and codec; those that this FFmpeg cannot write are left out.
_KINDS = (
    *(("mp4", "libx264"), ("mp4", "mpeg4"), ("mov", "mjpeg"), ("mkv", "libx264"), ("mkv", "vp8")),
    *(("avi", "mjpeg"), ("avi", "mpeg4"), ("ts", "mpeg2video"), ("mpg", "mpeg1video")),
    *(("h264", "libx264"), ("hevc", "libx265"), ("webm", "libvpx"), ("flv", "flv1")),
    *(("mjpeg", "mjpeg"), ("asf", "wmv2"), ("ivf", "libvpx"), ("nut", "ffv1"), ("y4m", "rawvideo")),
)


def inputs(folder: Path, random: Random) -> Iterator[Path]:
    """Yield damaged videos, some joined to another one; those called `WHOLE` are not damaged."""
    import av

    av.logging.set_level(av.logging.PANIC)
    videos = {}
    for suffix, codec in _KINDS:
        path = folder / f"{codec}.{suffix}"
        with suppress(ValueError, OSError, av.FFmpegError):
            _write(av, path, codec)
            videos[path.name] = path.read_bytes()
    for number in range(2**31):
        name = random.choice(sorted(videos))
        content = videos[name]
        if random.random() < 0.05:
            times = 1 if name.endswith(NOT_JOINED) else random.choice((1, 2, 3))
            path = folder / f"{WHOLE}{times * FRAMES}-{number}-{name}"
            path.write_bytes(content * times)
            yield path
            continue
        if random.random() < 0.1:
            content += videos[random.choice(sorted(videos))]
        path = folder / f"video-{number}-{name}"
        path.write_bytes(mutate(content, random))
        yield path


def _write(av: Any, path: Path, codec: str) -> None:
    with av.open(path, "w") as container:
        container.metadata["title"] = "a film"
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        noise = np.random.default_rng(0)
        for _ in range(FRAMES):
            pixels = noise.integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode())


def try_input(path: Path) -> None:
    """Read every frame."""
    last, count = float("-inf"), 0
    for frame in open_files(str(path)):
        count += 1
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.ndim == 3
        if frame.seconds is not None:  # None: a picture
            assert last <= frame.seconds < float("inf")
            last = frame.seconds
    if path.name.startswith(WHOLE):
        assert count == int(path.name.split("-")[1])
