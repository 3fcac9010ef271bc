"""Raw frames from stdin."""

import subprocess

import pytest

from tests.edge.command_line import command, json_lines, own_lines, raw_labels, run_every_frame
from tests.edge.models import INT8
from tests.edge.pictures import raw_frames

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
