"""Malformed recordings are refused with a reason."""

import os
import time
from threading import Event, Timer

import numpy as np
import pytest

from emotion_edge.capture.recording import read_recording
from emotion_edge.capture.source import open_source
from tests.edge.command_line import edge, own_lines
from tests.edge.models import INT8
from tests.edge.pictures import solid
from tests.edge.recordings import write_recording
from tests.edge.waiting import PROMPT_S

BAD_RECORDINGS = {
    "no times": (None, "it has no times.csv"),
    "no columns": ("when,what\n", "no column file, seconds"),
    "no rows": ("file,seconds\n", "no rows"),
    "not a number": ("file,seconds\n00000.png,soon\n", "line 2: 'soon' is not a number"),
    "times that do not increase": (
        "file,seconds\n00000.png,1\n00001.png,1\n",
        "line 3: 1.0 s is not later",
    ),
    "no picture": ("file,seconds\nother.png,1\n", "other.png: cannot read it: No such file"),
    "not text": (b"\xff\xfe\x00", "cannot read it"),
    "empty": (b"", "no column file, seconds"),
    "NUL": ("file,seconds\na\0.png,1\n", "line 2: there is a NUL in the column file"),
    "a huge number": ("file,seconds\n00000.png,1e300\n", "line 2: '1e300' is not a number"),
    "thousands of digits": ("file,seconds\n00000.png," + "9" * 5000 + "\n", "is not a number"),
    "infinity": ("file,seconds\n00000.png,-inf\n", "line 2: '-inf' is not a number"),
    "a huge field": ("file,seconds\n" + "x" * 200_000 + ",1\n", "field larger than field limit"),
    "an open quote": ('file,seconds\n"00000.png,1\n', "unexpected end of data"),
    "a column twice": ("file,file,seconds\na,b,1\n", "the column 'file' is there twice"),
    "thousands of columns": (
        ",".join(["file", "seconds", *map(str, range(300_000))]) + "\na,1\n",
        "more than 100 columns in its first line",
    ),
    "too few values": ("file,seconds\n00000.png\n", "line 2: '' is not a number"),
    "no name": ("file,seconds\n,1\n", "line 2: no file"),
    "a folder": ("file,seconds\n.,1\n", "cannot read it: not a regular file"),
    "a pipe": ("file,seconds\npipe,1\n", "pipe: cannot read it: not a regular file"),
    "a device": ("file,seconds\n/dev/zero,1\n", "/dev/zero: cannot read it: not a regular file"),
    "a name too long": ("file,seconds\n" + "x" * 300 + ",1\n", "File name too long"),
    "the same moment": (
        "file,seconds\n00000.png,1\n\n00001.png,1.0000000001\n",
        "line 4: 1.0 s is not later",
    ),
    "an unknown fault": ("file,seconds,fault\n00000.png,1,x\n", "line 2: unknown fault 'x'"),
}


@pytest.mark.parametrize("kind", BAD_RECORDINGS)
def test_a_malformed_recording_is_refused_with_a_reason(kind, tmp_path):
    times, expected = BAD_RECORDINGS[kind]
    recording = write_recording(tmp_path / "r", [solid("red")] * 2)
    (recording / "times.csv").unlink()
    os.mkfifo(recording / "pipe")
    if isinstance(times, bytes):
        (recording / "times.csv").write_bytes(times)
    elif times:
        (recording / "times.csv").write_text(times)
    result = edge("run", "--model", INT8, "--faces", "off", "--source", f"replay:{recording}")
    assert result.returncode == 2, result.stderr
    assert expected in own_lines(result.stderr)[-1]
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", ["times.csv", "truth.csv"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_table_that_is_no_file_is_refused_at_once(name, kind, tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red")] * 2, truth="seconds,label\n0,red\n")
    path = recording / name
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    result = edge("replay", recording, "--model", INT8, "--faces", "off", timeout=20)
    assert result.returncode == 2
    assert f"{path}: cannot read it: " in own_lines(result.stderr)[-1]


def test_the_reading_of_a_long_table_can_be_stopped(tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red")] * 20)
    stop = Event()
    assert len(read_recording(recording, stop)) == 20
    stop.set()
    assert len(read_recording(recording, stop)) == 1
    with (recording / "times.csv").open("a") as table:
        table.writelines(f"00000.png,{number}\n" for number in range(2, 900_000))
    stop.clear()
    Timer(0.3, stop.set).start()
    start = time.monotonic()
    assert not list(open_source(f"replay:{recording}", stop=stop))
    assert time.monotonic() - start < PROMPT_S


def test_a_video_is_no_recording(tmp_path):
    (tmp_path / "clip.mp4").touch()
    result = edge("run", "--model", INT8, "--source", f"replay:{tmp_path / 'clip.mp4'}")
    assert result.returncode == 2
    assert "play a video by its name alone" in result.stderr


def test_a_recording_may_name_pictures_elsewhere_and_have_a_byte_order_mark(tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red")] * 2)
    times = f"file,seconds\r\n../r/00000.png,0\r\n{recording}/00001.png,0.1\r\n"
    (recording / "times.csv").write_bytes(b"\xef\xbb\xbf" + times.encode())
    result = edge("run", "--model", INT8, "--faces", "off", "--source", f"replay:{recording}")
    assert result.returncode == 0, result.stderr


def test_a_larger_picture_than_the_limit_is_refused(tmp_path):
    recording = write_recording(tmp_path / "r", [np.zeros((200, 200, 3), np.uint8)] * 2)
    options = ("--model", INT8, "--max-megapixels", 0.03)
    result = edge("run", *options, "--source", f"replay:{recording}")
    assert result.returncode == 2
    assert "too large: 200 x 200 pixels" in result.stderr
