"""Streams in a real process: the lines that are printed, and their times."""

import numpy as np
import pytest

from tests.edge.command_line import run_recording
from tests.edge.photographs import frame_with_heads
from tests.edge.pictures import solid
from tests.edge.recordings import write_recording

NOBODY = frame_with_heads()


def events(rows: list[dict]) -> list[tuple]:
    return [(row["event"], row["face"], row["label"]) for row in rows]


def test_a_line_is_printed_when_the_label_changes(tmp_path):
    pictures = [solid("red")] * 10 + [solid("blue")] + [solid("red")] * 5 + [solid("green")] * 10
    recording = write_recording(tmp_path / "r", pictures)
    rows = run_recording(recording, "--faces", "off")
    assert events(rows) == [("change", None, "red"), ("change", None, "green")]
    assert rows[0]["seconds"] == 0.2
    assert 1.8 <= rows[1]["seconds"] <= 2.3
    assert {row["faces"] for row in rows} == {None}
    assert rows[1]["raw"] == "green"
    assert rows[1]["scores"]["green"] == rows[1]["score"]


def test_heartbeat_repeats_the_label_and_all_prints_every_frame(tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red")] * 25)
    rows = run_recording(recording, "--faces", "off", "--heartbeat", 1)
    assert events(rows) == [("change", None, "red"), *[("heartbeat", None, "red")] * 2]
    assert [row["seconds"] for row in rows] == pytest.approx([0.2, 1.2, 2.2], abs=0.11)
    rows = run_recording(recording, "--faces", "off", "--heartbeat", 0)
    assert events(rows) == [("change", None, "red")]
    rows = run_recording(recording, "--faces", "off", "--all")
    assert len(rows) >= 20  # a late frame may be dropped
    assert {row["event"] for row in rows[3:]} == {"frame"}


def test_a_low_score_is_unknown_with_a_reason(tmp_path):
    grey = np.full((30, 40, 3), 110, np.uint8)
    pictures = [grey] * 6 + [solid("red")] * 10
    rows = run_recording(write_recording(tmp_path / "r", pictures), "--faces", "off")
    assert [(row["label"], row["reason"]) for row in rows] == [
        ("unknown", "low_score"),
        ("red", None),
    ]


@pytest.mark.searches
def test_a_face_enters_moves_and_leaves(tmp_path):
    there = [frame_with_heads((200 + 6 * i, 120)) for i in range(15)]
    frames = [NOBODY] * 6 + there + [NOBODY] * 10
    recording = write_recording(tmp_path / "r", frames, rate=5)
    rows = run_recording(recording, "--faces", "on", "--enter", 0, "--leave", 0, "--margin", 0)
    assert [(row["face"], row["faces"]) for row in rows] == [(None, 0), (1, 1), (1, 0)]
    assert rows[0]["label"] == rows[2]["label"] == "no_face"
    assert rows[1]["label"] in ("red", "green", "blue")
    x, y, width, height = rows[1]["box"]
    assert 210 <= x <= 350
    assert 140 <= y <= 170
    assert 70 <= width == height <= 130


@pytest.mark.searches
def test_a_heartbeat_never_repeats_the_label_of_an_earlier_face(tmp_path):
    there = [frame_with_heads((200, 120))] * 4
    frames = [*there, *[NOBODY] * 10, *there]
    recording = write_recording(tmp_path / "r", frames, rate=5)
    rows = run_recording(recording, "--faces", "on", "--heartbeat", 1)
    seen = [(row["event"], row["face"], row["label"] == "no_face") for row in rows]
    assert seen[0] == ("change", 1, False)
    assert seen[1] == ("change", 1, True)
    assert seen[-1] == ("change", 1, False)
    assert set(seen[2:-1]) == {("heartbeat", None, True)}


@pytest.mark.searches
def test_two_faces_have_two_numbers_and_separate_lines(tmp_path):
    frames = [frame_with_heads((20, 100), (360, 200))] * 8
    recording = write_recording(tmp_path / "r", frames, rate=5)
    rows = run_recording(recording, "--faces", "on", "--all")
    boxes = {row["face"]: row["box"] for row in rows}
    assert set(boxes) == {1, 2}
    assert sorted(box[0] for box in boxes.values()) == pytest.approx([44, 384], abs=20)
    assert {row["faces"] for row in rows} == {2}


def numbers(rows: list[dict]) -> set[int]:
    return {row["face"] for row in rows if row["label"] != "no_face"}


@pytest.mark.searches
def test_a_face_hidden_briefly_keeps_its_number(tmp_path):
    frames = [NOBODY if 8 <= i < 11 else frame_with_heads((100 + 8 * i, 120)) for i in range(20)]
    recording = write_recording(tmp_path / "r", frames, rate=8)
    rows = run_recording(recording, "--faces", "on", "--all")
    assert numbers(rows) == {1}
    assert not [row for row in rows[1:] if row["label"] == "no_face"]
    assert {row["faces"] for row in rows} == {1}
    assert rows[-1]["box"][0] > rows[0]["box"][0] + 80
