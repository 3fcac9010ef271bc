"""`emotion-edge run` as a user starts it: a real process, real files, real pipes."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from emotion_edge import __version__
from emotion_edge.capture.source import open_files
from tests.edge.conftest import COLOURS, FLOAT32, INT8, command, edge, own_words, save, solid

KEYS = [
    *("time", "source", "frame", "seconds", "event", "faces", "face", "box"),
    *("label", "reason", "score", "scores", "raw", "find_ms", "preprocess_ms", "inference_ms"),
]
# The colours have no faces, and what is said of each frame alone is looked at here.
WHOLE = ("--faces", "off", "--all")


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    return edge("run", "--model", INT8, *WHOLE, "--source", *arguments, **options)


def rows(stdout: str | bytes) -> list[dict]:
    return [json.loads(line) for line in stdout.splitlines()]


def labels(result: subprocess.CompletedProcess) -> list[str]:
    return [row["raw"] for row in rows(result.stdout)]


def test_a_picture_gives_one_json_line(tmp_path):
    picture = save(tmp_path / "red.png", "red")
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    result = run(picture)
    assert result.returncode == 0, result.stderr
    assert own_words(result.stderr) == []
    (row,) = rows(result.stdout)
    assert list(row) == KEYS
    assert (row["label"], row["source"], row["frame"]) == ("red", str(picture), 0)
    assert (row["event"], row["seconds"], row["faces"], row["box"]) == ("picture", None, None, None)
    assert row["score"] == row["scores"]["red"]
    assert list(row["scores"]) == ["blue", "green", "red"]
    assert row["time"].endswith("Z")
    assert before <= datetime.fromisoformat(row["time"]) <= datetime.now(UTC)
    assert row["preprocess_ms"] > 0
    assert row["inference_ms"] > 0


def test_a_folder_gives_its_pictures_in_order(photos):
    save(photos / "deeper" / "red.jpg", "red")
    (photos / "notes.txt").write_text("not a picture")
    assert labels(run(photos)) == ["blue", "green", "red", "red"]


def test_a_glob_gives_what_it_matches(photos):
    assert labels(run(photos / "*-[bg]*.png")) == ["blue", "green"]
    assert labels(run(f"{photos}/**/*red.png")) == ["red"]


def test_a_file_whose_name_looks_like_a_glob_is_a_file(tmp_path):
    assert labels(run(save(tmp_path / "me [1].png", "green"))) == ["green"]


def test_frames_stops_after_so_many(photos):
    assert len(rows(run(photos, "--frames", 2).stdout)) == 2


def test_unreadable_pictures_are_named_and_the_others_labelled(photos):
    (photos / "1-bad.jpg").write_bytes(b"")
    result = run(photos)
    assert result.returncode == 1
    assert labels(result) == ["blue", "green", "red"]
    warning, error = own_words(result.stderr)
    assert f"{photos / '1-bad.jpg'}: cannot read it: not a picture" in warning
    assert "1 of 4 pictures could not be read" in error


def test_nothing_but_unreadable_pictures_is_bad_input(tmp_path):
    (tmp_path / "bad.jpg").write_text("hello")
    result = run(tmp_path / "bad.jpg")
    assert result.returncode == 2
    assert result.stdout == ""


BAD_ARGUMENTS = {
    "no such file": (["nowhere.jpg"], "--source nowhere.jpg: no such file"),
    "an empty folder": ([Path(__file__).parent], "no picture"),
    "nothing": ([""], "--source is empty"),
    "a device": (["/dev/null"], "neither a file nor a folder"),
    "raw frames without size": (["-"], "needs --size"),
    "size that is none": (["-", "--size", "640"], "'640' is not WIDTHxHEIGHT"),
    "size beyond memory": (["-", "--size", "99999x99999"], "is not WIDTHxHEIGHT"),
    "no frames": (["x.jpg", "--frames", "0"], "--frames"),
    "frames in words": (["x.jpg", "--frames", "many"], "--frames"),
    "negative time": (["x.jpg", "--every", "-1"], "--every"),
    "no number of seconds": (["x.jpg", "--every", "nan"], "--every"),
    "too many threads": (["x.jpg", "--threads", "100000"], "--threads"),
    "too many frames": (["x.jpg", "--frames", "9" * 20], "--frames"),
    "no threads": (["x.jpg", "--threads", "0"], "--threads"),
    "a score beyond 1": (["x.jpg", "--enter", "1.5"], "--enter"),
    "a label that cannot last": (["x.jpg", "--leave", "0.9"], "--leave 0.9 is above --enter 0.4"),
    "no face": (["x.jpg", "--min-face", "1"], "1 is not from 16"),
    "no recording": (["replay:nowhere"], "nowhere: no such folder"),
    "a folder that is no recording": ([f"replay:{Path(__file__).parent}"], "no times.csv"),
    "no runtime": (["x.jpg", "--runtime", "onnx"], "--runtime"),
    "not a video": ([Path(__file__)], "cannot read it as a video: Invalid data"),
}


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "frames.jpg")
    result = run(tmp_path / "frames.jpg")
    assert result.returncode == 2
    (line,) = own_words(result.stderr)
    assert "raw frames come on stdin" in line


def test_a_folder_named_like_a_picture_is_passed_over(photos):
    (photos / "more.png").mkdir()
    for source in (photos, photos / "*"):
        result = run(source)
        assert (result.returncode, labels(result)) == (0, ["blue", "green", "red"])


@pytest.mark.parametrize("name", [b"caf\xe9.png", "怒り.png".encode()], ids=["latin-1", "utf-8"])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "latin-1"])
def test_json_is_utf_8_whatever_the_locale_and_the_name_of_a_file(name, encoding, tmp_path):
    path = save(tmp_path / os.fsdecode(name), "red")
    result = run(path, text=False, env={**os.environ, "PYTHONIOENCODING": encoding})
    assert result.returncode == 0, result.stderr
    assert rows(result.stdout.decode("utf-8"))[0]["source"] == str(path)


def test_a_closed_stdin_is_refused_in_words():
    line = " ".join(command("run", "--model", INT8, "--source", "-", "--size", "4x4")) + " <&-"
    result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "stdin is closed" in own_words(result.stderr)[0]


@pytest.mark.parametrize("kind", BAD_ARGUMENTS)
def test_bad_arguments_are_refused_in_words(kind):
    arguments, words = BAD_ARGUMENTS[kind]
    if kind == "not a video":
        pytest.importorskip("av")
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def film(path: Path, codec: str, rate: int, container_format: str | None = None) -> Path:
    """Write a video of three seconds: blue, green, red."""
    av = pytest.importorskip("av", reason="videos need av")
    with av.open(path, "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for colour in COLOURS:
            frame = av.VideoFrame.from_ndarray(solid(colour, 64, 48), format="rgb24")
            for _ in range(rate):
                frame.pts = None
                container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def video(tmp_path) -> Path:
    """Three seconds at 10 frames a second."""
    return film(tmp_path / "clip.mp4", "mpeg4", 10)


def test_a_video_gives_its_frames_and_every_counts_its_time(video):
    whole = run(video)
    assert whole.returncode == 0, whole.stderr
    assert labels(whole) == ["blue"] * 10 + ["green"] * 10 + ["red"] * 10
    fifths = rows(run(video, "--every", 0.2).stdout)
    assert [row["frame"] for row in fifths] == list(range(0, 30, 2))
    seconds = rows(run(video, "--every", 1).stdout)
    assert [(row["frame"], row["raw"]) for row in seconds] == [
        *((0, "blue"), (10, "green"), (20, "red"))
    ]


def test_a_video_without_times_counts_them_by_its_rate(tmp_path):
    # A camera's bare H.264 stream, as rpicam-vid writes it; players take it to have 25 a second.
    bare = film(tmp_path / "clip.h264", "libx264", 25, "h264")
    seconds = rows(run(bare, "--every", 1).stdout)
    assert [(row["frame"], row["raw"]) for row in seconds] == [
        *((0, "blue"), (25, "green"), (50, "red"))
    ]


def test_a_video_filmed_upright_is_turned_upright(tmp_path):
    av = pytest.importorskip("av", reason="videos need av")
    lying = np.concatenate([solid("red", 32, 48), solid("blue", 32, 48)], axis=1)
    with av.open(tmp_path / "phone.mp4", "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(lying, format="rgb24")))
        container.mux(stream.encode())
    content = (tmp_path / "phone.mp4").read_bytes()
    identity = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    clockwise = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    start = content.index(identity, content.index(b"tkhd"))  # the track's header
    content = content[:start] + clockwise + content[start + len(clockwise) :]
    (tmp_path / "phone.mp4").write_bytes(content)
    (frame,) = open_files(str(tmp_path / "phone.mp4"), every=0, stop=Event())
    assert frame.pixels.shape == (64, 48, 3)
    assert frame.pixels[:24].mean(axis=(0, 1)).argmax() == 0  # red was left and is above
    assert frame.pixels[40:].mean(axis=(0, 1)).argmax() == 2


def test_a_sound_is_no_video(tmp_path):
    pytest.importorskip("av", reason="videos need av")
    with wave.open(str(tmp_path / "voice.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(8000))
    result = run(tmp_path / "voice.wav")
    assert result.returncode == 2
    assert "neither a picture nor a video" in own_words(result.stderr)[0]


def test_a_video_without_the_library_says_how_to_get_it(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(bytes(1000))
    program = (
        "import sys; sys.modules['av'] = None\n"
        "from emotion_edge.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = command("run", "--model", INT8, "--source", tmp_path / "clip.mp4")[3:]
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "pip install 'emotion-edge[video]'" in result.stderr


RAW = b"".join(solid(colour).tobytes() for colour in ("red", "blue", "green"))


def test_raw_frames_come_through_stdin():
    result = run("-", "--size", "40x30", input=RAW, text=False)
    assert result.returncode == 0, result.stderr
    assert labels(result) == ["red", "blue", "green"]
    assert [row["frame"] for row in rows(result.stdout)] == [0, 1, 2]
    assert {row["source"] for row in rows(result.stdout)} == {"-"}


def test_an_empty_stdin_is_no_error():
    result = run("-", "--size", "40x30", input=b"", text=False)
    assert (result.returncode, result.stdout) == (0, b"")


def test_stdin_that_ends_within_a_frame_is_an_error_after_the_whole_ones():
    result = run("-", "--size", "40x30", input=RAW[:-100], text=False)
    assert result.returncode == 2
    assert labels(result) == ["red", "blue"]
    (line,) = own_words(result.stderr.decode())
    assert "in the middle of frame 2: 3500 of 3600 bytes; is --size right?" in line


def test_every_drops_the_frames_of_stdin_between():
    result = run("-", "--size", "40x30", "--every", 60, input=RAW, text=False)
    assert labels(result) == ["red"]


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start the command line and go on; what has not ended by the end of the test is killed."""
    processes = []

    def start(*arguments: object) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command("run", "--model", INT8, *WHOLE, "--source", *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


def test_frames_ends_though_the_producer_goes_on(start):
    process = start("-", "--size", "40x30", "--frames", 2)
    process.stdin.write(RAW)
    process.stdin.flush()  # and stays open
    assert process.wait(timeout=30) == 0
    assert len(rows(process.stdout.read())) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("waiting_for", ["stdin", "the next picture"])
def test_a_signal_ends_a_wait_at_once_and_cleanly(number, waiting_for, photos, start):
    stdin = waiting_for == "stdin"
    process = start("-", "--size", "40x30") if stdin else start(photos, "--every", 600)
    if stdin:
        process.stdin.write(RAW[:3600])
        process.stdin.flush()
    assert process.stdout.readline()  # it is in its loop
    sent = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=30) == 0
    assert time.monotonic() - sent < 10  # not the 600 s it would have waited
    assert own_words(process.stderr.read().decode()) == []


def test_a_reader_that_goes_away_is_no_error(start):
    process = start("-", "--size", "40x30")
    process.stdin.write(RAW)
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdout.close()
    for _ in range(3):
        try:
            process.stdin.write(RAW)
            process.stdin.flush()
        except BrokenPipeError:
            break  # it has ended already
    assert process.wait(timeout=30) == 0
    assert own_words(process.stderr.read().decode()) == []


def test_head_is_such_a_reader(photos):
    line = " ".join(command("run", "--model", INT8, *WHOLE, "--source", photos)) + " | head -1"
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0
    assert len(rows(result.stdout)) == 1
    assert own_words(result.stderr) == []


def test_a_full_disk_behind_stdout_is_one_line_and_exit_code_1(photos):
    with Path("/dev/full").open("w") as full:
        result = run(photos, stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert result.returncode == 1
    (line,) = own_words(result.stderr)
    assert "No space left on device" in line


def test_verbose_says_on_stderr_what_runs_the_model(photos):
    result = run(photos, "--verbose", "--threads", 2)
    assert result.returncode == 0
    assert any("2 thread(s)" in line for line in own_words(result.stderr))
    assert len(rows(result.stdout)) == 3


def test_the_float_model_runs_as_well(photos):
    result = edge("run", "--model", FLOAT32, *WHOLE, "--source", photos)
    assert labels(result) == list(COLOURS)


@pytest.mark.parametrize("word", ["run", "collect", "replay", "compare", "info"])
def test_help_shows_an_example(word):
    result = edge(word, "--help")
    assert result.returncode == 0
    assert f"\n  emotion-edge {word} " in result.stdout
    assert f"\nemotion-edge {word} " in edge("--help").stdout


def test_the_version_is_the_packages():
    assert edge("--version").stdout == f"emotion-edge {__version__}\n"


def test_no_command_is_bad_usage():
    result = edge()
    assert result.returncode == 2
    assert "COMMAND" in result.stderr
