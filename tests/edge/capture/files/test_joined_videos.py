"""Files that hold several videos, and files that are cut off."""

from io import BytesIO
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from emotion_edge.imaging.joined_videos import Part, find_videos
from tests.edge.capture.files.reading import colours, read
from tests.edge.pictures import solid
from tests.edge.recordings import film

av = pytest.importorskip("av", reason="videos need av")

KINDS = {
    "mp4": "mpeg4",
    "mov": "mjpeg",
    "3gp": "mpeg4",
    "mkv": "mpeg4",
    "webm": "libvpx",
    "flv": "flv1",
    "wmv": "wmv2",
    "avi": "mpeg4",
}
CONTAINERS = {"wmv": "asf"}


def small(path: Path, codec: str, frames: int = 10) -> bytes:
    """Write a red video of another size and rate; return its bytes."""
    with av.open(path, "w", format=CONTAINERS.get(path.suffix[1:])) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height = 128, 96
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for _ in range(frames):
            frame = av.VideoFrame.from_ndarray(solid("red", 128, 96))
            container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode())
    return path.read_bytes()


@pytest.mark.parametrize("suffix", KINDS)
def test_each_of_joined_videos_is_read(suffix, tmp_path):
    path = film(tmp_path / f"one.{suffix}", KINDS[suffix], 10, CONTAINERS.get(suffix))
    other = small(tmp_path / f"two.{suffix}", KINDS[suffix])
    path.write_bytes(path.read_bytes() + other + other)
    frames, error = read(path)
    assert (len(frames), error) == (50, "")
    assert [frame.index for frame in frames] == list(range(50))
    assert colours(frames) == ["blue"] * 10 + ["green"] * 10 + ["red"] * 30
    assert [frame.pixels.shape for frame in frames[30:]] == [(96, 128, 3)] * 20
    gaps = [after.seconds - before.seconds for before, after in pairwise(frames)]
    assert gaps == pytest.approx([0.1] * 29 + [0.04] * 20, abs=0.061)  # at a seam either will do
    assert min(gaps) > 0
    frames, error = read(path, every=1)
    assert (colours(frames), error) == (["blue", "green", "red", "red"], "")


def test_videos_of_several_kinds_may_be_joined(tmp_path):
    parts = [small(tmp_path / f"one.{suffix}", KINDS[suffix]) for suffix in ("mp4", "mkv", "avi")]
    for order in (parts, parts[::-1], [parts[1], parts[0], parts[2]]):
        (tmp_path / "clip.mp4").write_bytes(b"".join(order))
        frames, error = read(tmp_path / "clip.mp4")
        assert (len(frames), error) == (30, "")


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "flv"])
def test_a_damaged_second_video_is_an_error_after_the_first(suffix, tmp_path):
    path = film(tmp_path / f"one.{suffix}", KINDS[suffix], 10)
    other = bytearray(small(tmp_path / f"two.{suffix}", KINDS[suffix]))
    other[40:-4] = bytes(len(other) - 44)
    path.write_bytes(path.read_bytes() + other)
    frames, error = read(path)
    assert len(frames) == 30
    assert error


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_video_that_is_cut_off_is_an_error(suffix, share, tmp_path):
    path = film(tmp_path / f"one.{suffix}", KINDS[suffix], 10, CONTAINERS.get(suffix))
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    frames, error = read(path)
    assert len(frames) < 30 or suffix == "wmv"  # its end may be padding
    assert "cut off" in error


def test_what_follows_a_video_and_is_none_is_no_error(tmp_path):
    for suffix in ("mp4", "mkv", "avi", "flv"):
        path = film(tmp_path / f"one.{suffix}", KINDS[suffix], 10)
        for rest in (b"some more text, as tags are", bytes(1000), b"\xff" * 99):
            path.write_bytes(film(path, KINDS[suffix], 10).read_bytes() + rest)
            frames, error = read(path)
            assert (len(frames), error) == (30, ""), (suffix, rest)


def test_a_film_of_one_jpeg_is_a_video(tmp_path):
    small(tmp_path / "one.mjpeg", "mjpeg", frames=1)
    (frame,), error = read(tmp_path / "one.mjpeg")
    assert (frame.seconds, error) == (0.0, "")


def test_the_search_for_videos_can_be_stopped_and_never_stands_still():
    stop = Event()
    boxes = b"\0\0\0\x08ftyp" * 100
    parts = find_videos(BytesIO(boxes), stop)
    assert next(parts) == Part(0, 8)
    stop.set()
    assert list(parts) == []
    for start in (
        b"\0\0\0\x08ftyp",
        b"\x1aE\xdf\xa3\x80",
        b"FLV\x01\0\0\0\0\0",
        b"RIFF\1\0\0\0AVI ",
    ):
        for rest in (b"", b"\0" * 50, b"\0\0\0\1mdat" + bytes(8), b"\xff" * 50, start):
            assert list(find_videos(BytesIO(start + rest), Event())), (start, rest)
