"""Bad command lines, --help and --version."""

from pathlib import Path

import pytest

from emotion_edge import __version__
from tests.edge.command_line import edge, run_every_frame

BAD_ARGUMENTS = {
    "no such file": (["nowhere.jpg"], "--source nowhere.jpg: no such file"),
    "an empty folder": ([Path(__file__).parent], "no picture"),
    "an empty source": ([""], "--source is empty"),
    "a name without a source": (["a="], "--source a=: the source is empty; such as"),
    "a device": (["/dev/null"], "neither a file nor a folder"),
    "raw frames without size": (["-"], "needs --size"),
    "a malformed size": (["-", "--size", "640"], "'640' is not WIDTHxHEIGHT"),
    "a size beyond memory": (["-", "--size", "99999x99999"], "is not WIDTHxHEIGHT"),
    "zero frames": (["x.jpg", "--frames", "0"], "--frames"),
    "frames in words": (["x.jpg", "--frames", "many"], "--frames"),
    "negative time": (["x.jpg", "--every", "-1"], "--every"),
    "seconds that are not a number": (["x.jpg", "--every", "nan"], "--every"),
    "too many threads": (["x.jpg", "--threads", "100000"], "--threads"),
    "too many frames": (["x.jpg", "--frames", "9" * 20], "--frames"),
    "zero threads": (["x.jpg", "--threads", "0"], "--threads"),
    "a score above 1": (["x.jpg", "--enter", "1.5"], "--enter"),
    "leave above enter": (["x.jpg", "--leave", "0.9"], "--leave 0.9 is above --enter 0.4"),
    "a face of noise": (["x.jpg", "--face-threshold", "0.29"], "0.29 is not from 0.3 to 1"),
    "a face surer than sure": (["x.jpg", "--face-threshold", "1.1"], "1.1 is not from 0.3 to 1"),
    "too small a face": (["x.jpg", "--min-face", "1"], "1 is not from 16"),
    "no such recording": (["replay:nowhere"], "nowhere: no such folder"),
    "a folder that is not a recording": ([f"replay:{Path(__file__).parent}"], "no times.csv"),
    "an unknown runtime": (["x.jpg", "--runtime", "onnx"], "--runtime"),
    "not a video": ([Path(__file__)], "cannot read it as a video: Invalid data"),
}


@pytest.mark.parametrize("kind", BAD_ARGUMENTS)
def test_bad_arguments_are_refused_with_a_reason(kind):
    arguments, expected = BAD_ARGUMENTS[kind]
    if kind == "not a video":
        pytest.importorskip("av")
    result = run_every_frame(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert expected in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["run", "collect", "replay", "compare", "info"])
def test_help_shows_an_example(command):
    result = edge(command, "--help")
    assert result.returncode == 0
    assert f"\n  emotion-edge {command} " in result.stdout
    assert f"\nemotion-edge {command} " in edge("--help").stdout


def test_version_is_that_of_the_package():
    assert edge("--version").stdout == f"emotion-edge {__version__}\n"


def test_a_command_is_required():
    result = edge()
    assert result.returncode == 2
    assert "COMMAND" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("config", "--password", "hunter2"),
        ("config", "--password=hunter2", "--all"),
        ("config", "-u", "hall", "-P", "hunter2"),
        ("config", "-Phunter2"),
        ("config", "mqtt://u:hunter2@h"),
        ("mqtt://u:hunter2@h",),
        ("run", "--to", "mqtt://u:hunter2@h"),
    ],
)
def test_an_error_does_not_repeat_a_password(words):
    result = edge(*words)
    assert result.returncode == 2
    assert "emotion-edge" in result.stderr
    assert "hunter2" not in result.stderr
