"""The drawn videos of `python -m train.sequences`."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.detector import FaceDetector
from tests.workbench.conftest import digests
from train.synthetic import videos as sequences
from train.synthetic.storyboards import STORYBOARDS, storyboard_of
from train.synthetic.videos import FRAME_COUNTS, draw_frame, ensure_sequences, main

FEW = {"grows-and-fades": 3, "two-crossing": 2}


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two short videos, which tests only read."""
    out = tmp_path_factory.mktemp("sequences") / "set"
    ensure_sequences(out, seed=3, frame_counts=FEW)
    return out


def test_a_video_is_a_folder_of_jpegs_with_their_times_and_the_ground_truth(
    drawn_set: Path,
) -> None:
    for name, length in FEW.items():
        frames = sorted(path.name for path in (drawn_set / name).glob("*.jpg"))
        assert frames == [f"{i:05d}.jpg" for i in range(length)]
        assert [row["file"] for row in read_csv(drawn_set / name / "times.csv")] == frames
        for frame in frames:
            with Image.open(drawn_set / name / frame) as picture:
                assert (picture.format, picture.size) == ("JPEG", (640, 480))
        truth = read_csv(drawn_set / name / "truth.csv")
        assert list(truth[0]) == ["seconds", "person", "label", "x", "y"]
        assert {row["person"] for row in truth} == ({"1", "2"} if "two" in name else {"1"})


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(
    drawn_set: Path, tmp_path: Path
) -> None:
    ensure_sequences(tmp_path / "again", seed=3, frame_counts=FEW)
    assert digests(tmp_path / "again") == digests(drawn_set)
    frames = [draw_frame(seed, "moving-head", 0).tobytes() for seed in (3, 4)]
    assert frames[0] != frames[1]


def test_a_second_call_draws_nothing(drawn_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "_write_set", None)  # a call would fail
    ensure_sequences(drawn_set, seed=3, frame_counts=FEW)


def test_a_folder_with_other_files_is_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert main(["--out", str(tmp_path)]) == 2
    assert "without sequences.json: move it away" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("name", STORYBOARDS)
def test_the_face_detector_finds_the_faces_where_the_ground_truth_has_them(name: str) -> None:
    storyboard, detector = storyboard_of(0, name), FaceDetector()
    found = expected = 0
    for index in range(7, FRAME_COUNTS[name], 25):
        second = storyboard.times[index]
        visible = [
            actor
            for actor in storyboard.actors
            if actor.is_in_view(second, 640) and not storyboard.is_occluded(second)
        ]
        boxes = [face.box for face in detector.detect(np.asarray(draw_frame(0, name, index)))]
        expected += len(visible)
        for x, y in (actor.face_centre(second) for actor in visible):
            found += any(0 < x - box.x < box.side and 0 < y - box.y < box.side for box in boxes)
    assert expected >= 6
    assert found >= expected - 1  # one face may hide the other
