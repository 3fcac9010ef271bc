"""`emotion-edge run` on pictures: a real process and real files."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from tests.edge.command_line import (
    EVERY_FRAME,
    edge,
    json_lines,
    own_lines,
    raw_labels,
    run_every_frame,
)
from tests.edge.models import FLOAT32
from tests.edge.pictures import COLOURS, save

KEYS = [
    *("time", "source", "frame", "seconds", "event", "faces", "face", "box"),
    *("label", "reason", "score", "scores", "raw", "find_ms", "preprocess_ms", "inference_ms"),
]


def test_a_picture_gives_one_json_line(tmp_path):
    picture = save(tmp_path / "red.png", "red")
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    result = run_every_frame(picture)
    assert result.returncode == 0, result.stderr
    assert own_lines(result.stderr) == []
    (row,) = json_lines(result.stdout)
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
    assert raw_labels(run_every_frame(photos)) == ["blue", "green", "red", "red"]


def test_a_glob_gives_the_matching_pictures(photos):
    assert raw_labels(run_every_frame(photos / "*-[bg]*.png")) == ["blue", "green"]
    assert raw_labels(run_every_frame(f"{photos}/**/*red.png")) == ["red"]


def test_a_file_whose_name_looks_like_a_glob_is_a_file(tmp_path):
    assert raw_labels(run_every_frame(save(tmp_path / "me [1].png", "green"))) == ["green"]


def test_frames_limits_the_number_of_frames(photos):
    assert len(json_lines(run_every_frame(photos, "--frames", 2).stdout)) == 2


def test_unreadable_pictures_are_named_and_the_others_are_classified(photos):
    (photos / "1-bad.jpg").write_bytes(b"")
    result = run_every_frame(photos)
    assert result.returncode == 1
    assert raw_labels(result) == ["blue", "green", "red"]
    warning, error = own_lines(result.stderr)
    assert f"{photos / '1-bad.jpg'}: cannot read it: not a picture" in warning
    assert "1 of 4 pictures could not be read" in error


def test_only_unreadable_pictures_are_bad_input(tmp_path):
    (tmp_path / "bad.jpg").write_text("hello")
    result = run_every_frame(tmp_path / "bad.jpg")
    assert result.returncode == 2
    assert result.stdout == ""


def test_a_named_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "frames.jpg")
    result = run_every_frame(tmp_path / "frames.jpg")
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert "raw frames come on stdin" in line


def test_a_folder_named_like_a_picture_is_skipped(photos):
    (photos / "more.png").mkdir()
    for source in (photos, photos / "*"):
        result = run_every_frame(source)
        assert (result.returncode, raw_labels(result)) == (0, ["blue", "green", "red"])


@pytest.mark.parametrize("name", [b"caf\xe9.png", "怒り.png".encode()], ids=["latin-1", "utf-8"])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "latin-1"])
def test_json_is_utf_8_in_every_locale_and_for_every_file_name(name, encoding, tmp_path):
    path = save(tmp_path / os.fsdecode(name), "red")
    result = run_every_frame(path, text=False, env={**os.environ, "PYTHONIOENCODING": encoding})
    assert result.returncode == 0, result.stderr
    assert json_lines(result.stdout.decode("utf-8"))[0]["source"] == str(path)


def test_verbose_logs_how_the_model_runs(photos):
    result = run_every_frame(photos, "--verbose", "--threads", 2)
    assert result.returncode == 0
    assert any("2 thread(s)" in line for line in own_lines(result.stderr))
    assert len(json_lines(result.stdout)) == 3


def test_the_float_model_runs_too(photos):
    result = edge("run", "--model", FLOAT32, *EVERY_FRAME, "--source", photos)
    assert raw_labels(result) == list(COLOURS)
