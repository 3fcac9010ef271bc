"""Video files: frames, times and rotation."""

import os
import struct
import wave
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from emotion_edge.capture.files.file_source import open_files
from emotion_edge.util.installation import install_hint
from tests.edge.capture.picamera2_double import python_path
from tests.edge.command_line import (
    edge,
    edge_without,
    json_lines,
    own_lines,
    raw_labels,
    run_every_frame,
)
from tests.edge.models import INT8
from tests.edge.pictures import solid
from tests.edge.recordings import film


@pytest.fixture
def video(tmp_path) -> Path:
    """Three seconds at 10 frames a second."""
    return film(tmp_path / "clip.mp4", "mpeg4", 10)


def test_a_video_gives_its_frames_and_every_uses_its_times(video):
    whole = run_every_frame(video)
    assert whole.returncode == 0, whole.stderr
    assert raw_labels(whole) == ["blue"] * 10 + ["green"] * 10 + ["red"] * 10
    fifths = json_lines(run_every_frame(video, "--every", 0.2).stdout)
    assert [row["frame"] for row in fifths] == list(range(0, 30, 2))
    seconds = json_lines(run_every_frame(video, "--every", 1).stdout)
    assert [(row["frame"], row["raw"]) for row in seconds] == [
        *((0, "blue"), (10, "green"), (20, "red"))
    ]


def test_the_times_of_a_video_without_them_follow_from_its_frame_rate(tmp_path):
    # A bare H.264 stream, as rpicam-vid writes it, has no times; players assume 25 frames a second.
    bare = film(tmp_path / "clip.h264", "libx264", 25, "h264")
    seconds = json_lines(run_every_frame(bare, "--every", 1).stdout)
    assert [(row["frame"], row["raw"]) for row in seconds] == [
        *((0, "blue"), (25, "green"), (50, "red"))
    ]


def rotate_clockwise(path: Path) -> None:
    """Change the matrix in the track header of an MP4 file to a clockwise rotation."""
    content = path.read_bytes()
    identity = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    clockwise = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    start = content.index(identity, content.index(b"tkhd"))  # the track's header
    content = content[:start] + clockwise + content[start + len(clockwise) :]
    path.write_bytes(content)


def test_a_video_with_a_rotation_is_turned_upright(tmp_path):
    av = pytest.importorskip("av", reason="videos need av")
    lying = np.concatenate([solid("red", 32, 48), solid("blue", 32, 48)], axis=1)
    with av.open(tmp_path / "phone.mp4", "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(lying, format="rgb24")))
        container.mux(stream.encode())
    rotate_clockwise(tmp_path / "phone.mp4")
    (frame,) = open_files(str(tmp_path / "phone.mp4"), every=0, stop=Event())
    assert frame.pixels.shape == (64, 48, 3)
    assert (
        frame.pixels[:24].mean(axis=(0, 1)).argmax() == 0
    )  # red was on the left and is at the top
    assert frame.pixels[40:].mean(axis=(0, 1)).argmax() == 2


def test_an_audio_file_is_refused(tmp_path):
    pytest.importorskip("av", reason="videos need av")
    with wave.open(str(tmp_path / "voice.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(8000))
    result = run_every_frame(tmp_path / "voice.wav")
    assert result.returncode == 2
    assert "neither a picture nor a video" in own_lines(result.stderr)[0]


def test_an_av_that_is_too_old_is_as_good_as_none(tmp_path):
    old = tmp_path / "av" / "__init__.py"
    old.parent.mkdir()
    old.write_text("class VideoFrame: pass\nclass FFmpegError(Exception): pass\n")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(bytes(1000))
    environment = {**os.environ, "PYTHONPATH": python_path(tmp_path)}
    result = edge("run", "--model", INT8, "--source", clip, env=environment)
    assert result.returncode == 2
    assert f"to read videos: {install_hint('video')}\n" in result.stderr


def test_without_av_the_error_says_how_to_install_it(tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(bytes(1000))
    result = edge_without("av", "run", "--model", INT8, "--source", clip)
    assert result.returncode == 2
    assert f"to read videos: {install_hint('video')}\n" in result.stderr
