"""The built-in sample set of `python -m train.samples`: its files, and how hard it is."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.crop_rule import read_crop_rule
from tests.workbench.conftest import digests
from train.synthetic import images as samples
from train.synthetic.action_units import EXPRESSIONS, express
from train.synthetic.canvas import Pose
from train.synthetic.identities import sample_person
from train.synthetic.images import (
    COUNTS,
    SIDE,
    draw_sample,
    ensure_samples,
    expression_of,
    main,
    person_of,
)
from train.synthetic.renderer import Light, draw_face

FEW = {"train": 15, "validation": 8, "test": 7, "frames": 14}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("samples") / "set"
    ensure_samples(out, seed=3, counts=FEW)
    return out


def test_the_set_has_the_counts_asked_for_in_balanced_classes(made: Path) -> None:
    for split in ("train", "validation", "test"):
        per_class = Counter(path.parent.name for path in (made / split).glob("*/*.jpg"))
        assert sum(per_class.values()) == FEW[split]
        assert sorted(per_class) == sorted(EXPRESSIONS)
        assert max(per_class.values()) - min(per_class.values()) <= 1
    frames = {path.name for path in (made / "frames").iterdir()}
    assert frames == {f"{name}-{number}.jpg" for name in EXPRESSIONS for number in (1, 2)}


def test_the_full_set_is_as_large_as_the_original() -> None:
    assert COUNTS == {"train": 2109, "validation": 745, "test": 700, "frames": 14}


def test_every_picture_is_a_colour_jpeg_of_150_by_150(made: Path) -> None:
    for path in made.rglob("*.jpg"):
        with Image.open(path) as picture:
            picture.load()
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (150, 150))
            assert np.asarray(picture).std() > 10


def test_the_sheet_has_seven_rows_of_twelve(made: Path) -> None:
    with Image.open(made / "samples.png") as sheet:
        assert sheet.width > 12 * 150 and sheet.height > 7 * 150


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(
    made: Path, tmp_path: Path
) -> None:
    ensure_samples(tmp_path / "again", seed=3, counts=FEW)
    assert digests(tmp_path / "again") == digests(made)
    pixels = [draw_sample(seed, "train", 0).tobytes() for seed in (3, 4)]
    assert pixels[0] != pixels[1]


def test_all_pictures_differ(made: Path) -> None:
    pictures = [digest for path, digest in digests(made).items() if path.endswith(".jpg")]
    assert len(set(pictures)) == len(pictures) == sum(FEW.values())


def test_nobody_is_in_two_splits_and_everybody_shows_every_expression() -> None:
    people = {
        split: {person_of(0, split, index) for index in range(count)}
        for split, count in COUNTS.items()
    }
    assert [len(group) for group in people.values()] == [302, 107, 100, 2]
    assert len(set().union(*people.values())) == 302 + 107 + 100 + 2
    assert {expression_of(index) for index in range(7)} == set(EXPRESSIONS)


def test_faces_are_placed_as_the_crop_rule_says(made: Path) -> None:
    rule, finder = read_crop_rule(made), FaceDetector(min_face=40)
    widths, heights = [], []
    for path in sorted(made.glob("t*/*/*.jpg")):
        for face in finder.detect(read_image(path))[:1]:
            x, y, other_x, other_y = face.eyes
            widths.append(SIDE / np.hypot(other_x - x, other_y - y))
            heights.append((y + other_y) / 2 / SIDE)
    assert len(widths) >= 10
    assert np.median(widths) == pytest.approx(rule["face_width"], rel=0.12)
    assert np.median(heights) == pytest.approx(rule["eye_height"], abs=0.05)


def test_a_second_call_draws_nothing(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "_write_set", None)  # would fail if it were called
    ensure_samples(made, seed=3, counts=FEW)


def test_another_seed_replaces_an_old_set(tmp_path: Path) -> None:
    out = tmp_path / "set"
    ensure_samples(out, seed=1, counts={"test": 7})
    ensure_samples(out, seed=2, counts={"train": 7})
    assert json.loads((out / "samples.json").read_text())["seed"] == 2
    assert not (out / "test").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_run_leaves_nothing(
    failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(seed: int) -> None:
        raise failure

    monkeypatch.setattr(samples, "draw_sheet", fail)  # it is drawn last
    with pytest.raises(type(failure)):
        ensure_samples(tmp_path / "set", counts={"train": 7})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_else_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert main(["--out", str(tmp_path)]) == 2
    assert "but without samples.json: move it away" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_unwritable_place_is_one_line_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["--out", str(tmp_path / "file" / "set")]) == 1
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    assert str(tmp_path / "file") in told


@pytest.mark.parametrize("arguments", [["--seed", "x"], ["--seed", "-1"], ["--nonsense"]])
def test_bad_arguments_are_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2


def test_a_face_is_drawn_where_the_pose_says_and_the_picture_passed_in_is_kept() -> None:
    room = Image.new("RGB", (320, 240), (90, 120, 150))
    person = sample_person(np.random.default_rng(0))
    drawn = draw_face(room, person, express("happy"), Pose(80, 100, 40), Light())
    assert room.getcolors() == [(320 * 240, (90, 120, 150))]
    changed = (np.asarray(drawn) != np.asarray(room)).any(axis=2)
    assert changed[70:130, 65:95].all()  # the head
    assert not changed[:, 160:].any()  # the other half of the room


def test_a_face_outside_the_picture_changes_nothing() -> None:
    room = Image.new("RGB", (100, 100))
    person = sample_person(np.random.default_rng(0))
    drawn = draw_face(room, person, express("sad"), Pose(-400, 50, 40), Light())
    assert drawn.tobytes() == room.tobytes()


def test_an_expression_at_no_intensity_is_the_neutral_face() -> None:
    assert set(express("fear", 0.0).values()) == {0.0}
    assert express("happy", 0.5)[12] == EXPRESSIONS["happy"][12] / 2


def grey_pixels(split: str, count: int) -> tuple[np.ndarray, list[str]]:
    pictures = [
        draw_sample(0, split, index).convert("L").resize((32, 32), Image.Resampling.BOX)
        for index in range(count)
    ]
    return np.stack([np.asarray(picture).ravel() for picture in pictures]) / 255, [
        expression_of(index) for index in range(count)
    ]


def test_grey_pixels_alone_do_not_give_the_expression_away() -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000))
    model.fit(*grey_pixels("train", 700))
    accuracy = model.score(*grey_pixels("test", 350))
    assert 0.20 < accuracy < 0.60  # 1 in 7 by chance
