"""The videos of `python -m train.sequences`, and the correctness of their ground truth."""

import csv
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.detector import FaceDetector
from tests.workbench.conftest import digests
from train.synthetic import videos as sequences
from train.synthetic.action_units import EXPRESSIONS
from train.synthetic.motion import TRANSITION_S
from train.synthetic.storyboards import OCCLUSION_S, STORYBOARDS, storyboard_of
from train.synthetic.videos import (
    FRAME_COUNTS,
    NO_FACE,
    draw_frame,
    ensure_sequences,
    ground_truth,
    main,
)

FEW = {"grows-and-fades": 3, "two-crossing": 2}


def table(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sequences") / "set"
    ensure_sequences(out, seed=3, frame_counts=FEW)
    return out


def test_a_sequence_is_a_folder_of_jpegs_with_their_times_and_the_truth(made: Path) -> None:
    for name, length in FEW.items():
        frames = sorted(path.name for path in (made / name).glob("*.jpg"))
        assert frames == [f"{i:05d}.jpg" for i in range(length)]
        assert [row["file"] for row in table(made / name / "times.csv")] == frames
        for frame in frames:
            with Image.open(made / name / frame) as picture:
                assert (picture.format, picture.size) == ("JPEG", (640, 480))
        truth = table(made / name / "truth.csv")
        assert list(truth[0]) == ["seconds", "person", "label", "x", "y"]
        assert {row["person"] for row in truth} == ({"1", "2"} if "two" in name else {"1"})


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(
    made: Path, tmp_path: Path
) -> None:
    ensure_sequences(tmp_path / "again", seed=3, frame_counts=FEW)
    assert digests(tmp_path / "again") == digests(made)
    frames = [draw_frame(seed, "moving-head", 0).tobytes() for seed in (3, 4)]
    assert frames[0] != frames[1]


def test_a_second_call_draws_nothing(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "_write_set", None)  # would fail if it were called
    ensure_sequences(made, seed=3, frame_counts=FEW)


def test_a_folder_with_something_else_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert main(["--out", str(tmp_path)]) == 2
    assert "without sequences.json: move it away" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("name", STORYBOARDS)
def test_frames_are_a_tenth_of_a_second_apart_but_not_evenly(name: str) -> None:
    times = storyboard_of(0, name).times[: FRAME_COUNTS[name]]
    steps = np.diff(times)
    assert len(times) == FRAME_COUNTS[name] and times[0] == 0
    assert 20 < times[-1] < 30
    assert steps.min() > 0.04 and 0.005 < steps.std() < 0.02


@pytest.mark.parametrize("name", STORYBOARDS)
def test_truth_has_known_labels_in_order_and_several_changes(name: str) -> None:
    rows = list(ground_truth(storyboard_of(0, name)))
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert {row[2] for row in rows} <= {*EXPRESSIONS, NO_FACE}
    for person in {row[1] for row in rows}:
        labels = [row[2] for row in rows if row[1] == person]
        changes = sum(a != b for a, b in pairwise(labels))
        assert 2 <= changes <= 16
    for _, _, label, x, y in rows:
        if label == NO_FACE:
            assert x is None and y is None
        else:
            assert 0 < x < 640 and 0 < y < 480


def test_a_new_label_holds_from_when_its_expression_has_grown_to_half() -> None:
    (actor,) = storyboard_of(0, "grows-and-fades").actors
    change = next(change for change in actor.changes if change.label != "neutral")
    before, after = change.second - TRANSITION_S / 2, change.second + TRANSITION_S / 2
    still = SimpleNamespace(normal=lambda mean, deviation: mean)  # no jitter
    unit = max(change.units, key=change.units.get)
    start, half, end = (
        actor.units(second, still)[unit] for second in (before, change.second, after)
    )
    assert end == change.units[unit] > 0.7
    assert half == pytest.approx((start + end) / 2)
    assert actor.label(change.second - 0.01) == "neutral"
    assert actor.label(change.second) == change.label


def test_somebody_is_away_for_seconds_and_hidden_but_not_away_for_less() -> None:
    storyboard = storyboard_of(0, "somebody-leaves")
    away = [row[0] for row in ground_truth(storyboard) if row[2] == NO_FACE]
    assert 4 < away[-1] - away[0] < 10
    for start in storyboard.occlusions:
        assert storyboard.is_occluded(start) and not storyboard.is_occluded(start + OCCLUSION_S)
        assert storyboard.actors[0].is_in_view(start, 640)


def test_two_faces_meet_twice() -> None:
    storyboard = storyboard_of(0, "two-crossing")
    apart = [
        np.subtract(*(actor.face_centre(second)[0] for actor in storyboard.actors))
        for second in storyboard.times
    ]
    assert np.count_nonzero(np.diff(np.sign(apart))) == 2
    assert np.abs(apart).max() > 250


@pytest.mark.parametrize("name", STORYBOARDS)
def test_the_face_finder_finds_the_faces_where_truth_says(name: str) -> None:
    storyboard, finder = storyboard_of(0, name), FaceDetector()
    seen = expected = 0
    for index in range(7, FRAME_COUNTS[name], 25):
        second = storyboard.times[index]
        there = [
            actor
            for actor in storyboard.actors
            if actor.is_in_view(second, 640) and not storyboard.is_occluded(second)
        ]
        boxes = [face.box for face in finder.detect(np.asarray(draw_frame(0, name, index)))]
        expected += len(there)
        for x, y in (actor.face_centre(second) for actor in there):
            seen += any(0 < x - box.x < box.side and 0 < y - box.y < box.side for box in boxes)
    assert expected >= 6
    assert seen >= expected - 1  # one may stand behind the other
