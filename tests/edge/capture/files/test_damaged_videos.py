"""Videos that are joined, damaged, stretched or not what they seem."""

import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from threading import Event, Timer

import pytest

from emotion_edge.capture.files.file_source import open_files
from emotion_edge.capture.files.video_frames import Clock
from tests.edge.capture.files.reading import colours, read
from tests.edge.command_line import run_every_frame
from tests.edge.pictures import solid
from tests.edge.recordings import film

av = pytest.importorskip("av", reason="videos need av")


CODECS = {"mpg": "mpeg1video", "ts": "mpeg2video", "mkv": "mpeg4", "mjpeg": "mjpeg"}


@pytest.mark.parametrize("suffix", CODECS)
def test_joined_files_are_read_to_their_end_and_their_times_continue(suffix, tmp_path):
    one = film(tmp_path / f"one.{suffix}", CODECS[suffix], 25)
    two = tmp_path / f"two.{suffix}"
    two.write_bytes(one.read_bytes() * 2)
    frames, error = read(two)
    assert (len(frames), error) == (150, "")
    assert colours(frames[:75]) == colours(frames[75:])
    gaps = [after.seconds - before.seconds for before, after in pairwise(frames)]
    assert gaps == pytest.approx([0.04] * 149, abs=0.01)
    frames, error = read(two, every=1)
    assert colours(frames) == ["blue", "green", "red"] * 2


def test_times_follow_the_video_but_never_go_back():
    clock = Clock(10)
    own = [5.0, 5.1, 5.2, 0.0, 0.1, 7000.0, 7000.1, 2.0, 2.1]
    expected = [5.0, 5.1, 5.2, 5.3, 5.4, 7005.3, 7005.4, 7005.5, 7005.6]
    assert [clock.time(each) for each in own] == pytest.approx(expected)
    clock = Clock(10)  # jitter, and two fields at one time
    assert [clock.time(t) for t in (0, 0.1, 0.05, 0.2, 0.2, 0.3)] == [0, 0.1, 0.1, 0.2, 0.2, 0.3]
    clock = Clock(10)  # times that stand still
    assert [clock.time(1) for _ in range(5)] == pytest.approx([1, 1, 1, 1.1, 1.2])


def damaged(path: Path, first: int, last: int) -> Path:
    """Clear the JPEGs from number `first` up to `last` in a video."""
    content = film(path, "mjpeg", 10).read_bytes()
    starts = [i for i in range(len(content)) if content[i : i + 3] == b"\xff\xd8\xff"]
    start, end = starts[first], starts[last] if last < len(starts) else len(content)
    path.write_bytes(content[:start] + bytes(end - start - 20) + content[end - 20 :])
    return path


def test_a_damaged_frame_is_skipped_and_counted_at_the_end(tmp_path):
    frames, error = read(damaged(tmp_path / "clip.avi", 10, 11))
    assert [frame.index for frame in frames] == list(range(29))
    assert error.startswith("RunError: ")
    assert "1 frames could not be decoded; 29 could" in error
    result = run_every_frame(tmp_path / "clip.avi")
    assert result.returncode == 1
    assert len(result.stdout.splitlines()) == 29


def test_a_video_without_one_good_frame_is_an_error(tmp_path):
    path = damaged(tmp_path / "clip.avi", 0, 99)
    result = run_every_frame(path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "no frame of this video can be decoded" in result.stderr


@pytest.mark.parametrize(
    ("aspect", "shape"), [(Fraction(4, 3), (48, 85, 3)), (Fraction(1, 2), (96, 64, 3))]
)
def test_pixels_that_are_not_square_are_made_so(aspect, shape, tmp_path):
    with av.open(tmp_path / "wide.mp4", "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        container.mux(stream.encode(av.VideoFrame.from_ndarray(solid("red", 64, 48))))
        container.mux(stream.encode())
    (frame,), error = read(tmp_path / "wide.mp4")
    assert (frame.pixels.shape, error) == (shape, "")


def test_metadata_in_another_encoding_is_no_error(tmp_path):
    clip = tmp_path / "clip.avi"
    with av.open(clip, "w") as container:
        container.metadata["title"] = "cafe"
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(solid("red", 64, 48))))
        container.mux(stream.encode())
    content = clip.read_bytes()
    assert content.count(b"cafe") == 1
    clip.write_bytes(content.replace(b"cafe", b"caf\xe9"))  # as Latin-1 writes it
    frames, error = read(clip)
    assert (len(frames), error) == (1, "")


def test_bare_h264_has_the_rate_that_its_content_names(tmp_path):
    bare = film(tmp_path / "clip.h264", "libx264", 10, "h264")
    frames, _ = read(bare)
    assert frames[-1].seconds == pytest.approx(2.9, abs=0.01)


def test_a_frame_above_the_limit_is_refused(tmp_path):
    frames, error = read(film(tmp_path / "clip.mp4", "mpeg4", 10), max_megapixels=0.003)
    assert frames == []
    assert "64 x 48 pixels is more than the 0.003 megapixels of --max-megapixels" in error


def test_a_search_in_a_large_damaged_file_can_be_stopped(tmp_path):
    path, stop = film(tmp_path / "clip.mpg", "mpeg1video", 25), Event()
    with path.open("ab") as file:
        file.truncate(2**40)
    Timer(0.5, stop.set).start()
    start = time.monotonic()
    list(open_files(str(path), stop=stop))
    assert time.monotonic() - start < 5
