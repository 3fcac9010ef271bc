"""Raw frames from stdin."""

import subprocess
import sys
import time

import pytest

from tests.edge.command_line import (
    EVERY_FRAME,
    command,
    json_lines,
    own_lines,
    raw_labels,
    run_every_frame,
)
from tests.edge.models import INT8
from tests.edge.pictures import raw_frames
from tests.edge.waiting import PROMPT_S

RAW = raw_frames("red", "blue", "green")


def test_a_closed_stdin_is_refused():
    line = " ".join(command("run", "--model", INT8, "--source", "-", "--size", "4x4")) + " <&-"
    result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "stdin is closed" in own_lines(result.stderr)[0]


def test_raw_frames_are_read_from_stdin():
    result = run_every_frame("-", "--size", "40x30", input=RAW, text=False)
    assert result.returncode == 0, result.stderr
    assert raw_labels(result) == ["red", "blue", "green"]
    rows = json_lines(result.stdout)
    assert [row["frame"] for row in rows] == [0, 1, 2]
    assert {row["source"] for row in rows} == {"-"}


@pytest.mark.parametrize("options", [(), ("--live",)])
def test_an_empty_stdin_is_an_error(options):
    result = run_every_frame("-", "--size", "40x30", *options, input=b"", text=False)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"stdin ended without one frame" in result.stderr


def test_stdin_that_ends_within_a_frame_is_an_error_after_the_complete_frames():
    result = run_every_frame("-", "--size", "40x30", input=RAW[:-100], text=False)
    assert result.returncode == 2
    assert raw_labels(result) == ["red", "blue"]
    (line,) = own_lines(result.stderr.decode())
    assert "in the middle of frame 2: 3500 of 3600 bytes; is --size right?" in line


def test_every_drops_the_frames_in_between():
    result = run_every_frame("-", "--size", "40x30", "--every", 60, input=RAW, text=False)
    assert raw_labels(result) == ["red"]


def feed(*options: object, frames: int, seconds: float) -> subprocess.CompletedProcess:
    """Run the daemon on stdin, to which a camera writes `frames` red frames in these seconds.

    The daemon is slow: it is stopped for a second after its first line.
    """
    words = command("run", "--model", INT8, *EVERY_FRAME, "--source", "-", "--size", "40x30")
    with subprocess.Popen(
        [*words, *map(str, options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write(RAW[:3600])
        process.stdin.flush()
        lines = [process.stdout.readline()]
        for _ in range(frames):
            time.sleep(seconds / frames)
            process.stdin.write(RAW[:3600])
            process.stdin.flush()
        process.stdin.write(RAW[-3600:])
        process.stdin.close()
        lines += process.stdout.readlines()
        return subprocess.CompletedProcess(words, process.wait(), b"".join(lines), b"")


def test_a_live_stdin_gives_the_latest_frame_last():
    result = feed("--live", frames=50, seconds=1)
    assert result.returncode == 0
    assert raw_labels(result)[-1] == "green"
    numbers = [row["frame"] for row in json_lines(result.stdout)]
    assert numbers[-1] == 51
    assert numbers == sorted(set(numbers))


def read_slowly(script: str, **options: object) -> tuple[list[list[str]], str]:
    """Return the frames that a slow reader takes from a shell command's output."""
    program = (
        "import sys, time\n"
        "from emotion_edge.capture.source import open_source\n"
        f"for frame in open_source('-', size=(40, 30), **{options!r}):\n"
        "    print(frame.index, frame.dropped, frame.pixels[0, 0].tolist(), flush=True)\n"
        "    time.sleep(0.5)\n"
    )
    with subprocess.Popen(["bash", "-c", script], stdout=subprocess.PIPE) as producer:
        result = subprocess.run(
            [sys.executable, "-c", program],
            stdin=producer.stdout,
            capture_output=True,
            text=True,
            check=False,
        )
    return [line.split(" ", 2) for line in result.stdout.splitlines()], result.stderr


CAMERA = "for i in $(seq 40); do head -c 3600 /dev/zero; sleep 0.05; done"


def test_a_slow_reader_of_a_live_stdin_skips_frames_and_counts_them():
    lines, errors = read_slowly(CAMERA, stdin_live=True)
    assert 3 <= len(lines) <= 12
    assert sum(1 + int(dropped) for _, dropped, _ in lines) == 40  # every frame is accounted for
    assert [int(index) for index, _, _ in lines][-1] == 39
    assert errors == ""


def test_a_slow_reader_of_a_clip_takes_every_frame():
    lines, _ = read_slowly("head -c 18000 /dev/zero")
    assert [(int(index), int(dropped)) for index, dropped, _ in lines] == [(i, 0) for i in range(5)]


def test_a_live_stdin_that_ends_within_a_frame_is_an_error():
    result = run_every_frame("-", "--size", "40x30", "--live", input=RAW[:-100], text=False)
    assert result.returncode == 2
    assert b"in the middle of frame 2: 3500 of 3600 bytes" in result.stderr


def test_a_live_stdin_without_data_is_stopped_by_a_signal():
    words = command("run", "--model", INT8, "--source", "-", "--size", "40x30", "--live")
    with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(RAW[:100])
        process.stdin.flush()
        time.sleep(2)
        process.terminate()
        start = time.monotonic()
        assert process.wait(10) == 0
        assert time.monotonic() - start < PROMPT_S


def test_a_frame_larger_than_the_limit_is_refused():
    result = run_every_frame("-", "--size", "9999x9999", stdin=subprocess.DEVNULL)
    assert result.returncode == 2
    assert "megapixels of --max-megapixels" in result.stderr


def test_a_stdin_that_cannot_be_read_is_refused(tmp_path):
    with (tmp_path / "file").open("wb") as written:
        result = run_every_frame("-", "--size", "40x30", stdin=written)
    assert result.returncode == 2
    assert "cannot read stdin: Bad file descriptor" in result.stderr
