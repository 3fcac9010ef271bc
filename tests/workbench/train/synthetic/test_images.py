"""The drawn data set of `python -m train.samples`: its files, and how hard it is."""

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
from train.synthetic.action_units import EXPRESSIONS
from train.synthetic.images import (
    COUNTS,
    SIDE,
    draw_sample,
    ensure_samples,
    expression_of,
    main,
    person_of,
)

FEW = {"train": 15, "validation": 8, "test": 7, "frames": 14}


@pytest.fixture(scope="module")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set, which tests only read."""
    out = tmp_path_factory.mktemp("samples") / "set"
    ensure_samples(out, seed=3, counts=FEW)
    return out


def test_the_set_has_the_requested_counts_in_balanced_classes(drawn_set: Path) -> None:
    for split in ("train", "validation", "test"):
        per_class = Counter(path.parent.name for path in (drawn_set / split).glob("*/*.jpg"))
        assert sum(per_class.values()) == FEW[split]
        assert sorted(per_class) == sorted(EXPRESSIONS)
        assert max(per_class.values()) - min(per_class.values()) <= 1
    frames = {path.name for path in (drawn_set / "frames").iterdir()}
    assert frames == {f"{name}-{number}.jpg" for name in EXPRESSIONS for number in (1, 2)}


def test_the_full_set_is_as_large_as_the_original() -> None:
    assert COUNTS == {"train": 2109, "validation": 745, "test": 2100, "frames": 14}


def test_every_picture_is_a_colour_jpeg_of_150_by_150(drawn_set: Path) -> None:
    for path in drawn_set.rglob("*.jpg"):
        with Image.open(path) as picture:
            picture.load()
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (150, 150))
            assert np.asarray(picture).std() > 10


def test_the_sheet_has_seven_rows_of_twelve(drawn_set: Path) -> None:
    with Image.open(drawn_set / "samples.png") as sheet:
        assert sheet.width > 12 * 150 and sheet.height > 7 * 150


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(
    drawn_set: Path, tmp_path: Path
) -> None:
    ensure_samples(tmp_path / "again", seed=3, counts=FEW)
    assert digests(tmp_path / "again") == digests(drawn_set)
    pixels = [draw_sample(seed, "train", 0).tobytes() for seed in (3, 4)]
    assert pixels[0] != pixels[1]


def test_all_pictures_differ(drawn_set: Path) -> None:
    pictures = [digest for path, digest in digests(drawn_set).items() if path.endswith(".jpg")]
    assert len(set(pictures)) == len(pictures) == sum(FEW.values())


def test_no_person_is_in_two_splits_and_each_shows_every_expression() -> None:
    people = {
        split: {person_of(0, split, index) for index in range(count)}
        for split, count in COUNTS.items()
    }
    assert [len(group) for group in people.values()] == [302, 107, 300, 2]
    assert len(set().union(*people.values())) == 302 + 107 + 300 + 2
    assert {expression_of(index) for index in range(7)} == set(EXPRESSIONS)


def test_faces_are_placed_as_the_crop_rule_says(drawn_set: Path) -> None:
    rule, detector = read_crop_rule(drawn_set), FaceDetector(min_face=40)
    widths, heights = [], []
    for path in sorted(drawn_set.glob("t*/*/*.jpg")):
        for face in detector.detect(read_image(path))[:1]:
            x, y, other_x, other_y = face.eyes
            widths.append(SIDE / np.hypot(other_x - x, other_y - y))
            heights.append((y + other_y) / 2 / SIDE)
    assert len(widths) >= 10
    assert np.median(widths) == pytest.approx(rule["face_width"], rel=0.12)
    assert np.median(heights) == pytest.approx(rule["eye_height"], abs=0.05)


def test_a_second_call_draws_nothing(drawn_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "_write_set", None)  # a call would fail
    ensure_samples(drawn_set, seed=3, counts=FEW)


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

    monkeypatch.setattr(samples, "draw_sheet", fail)  # the sheet is drawn last
    with pytest.raises(type(failure)):
        ensure_samples(tmp_path / "set", counts={"train": 7})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert main(["--out", str(tmp_path)]) == 2
    assert "but without samples.json: move it away" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_unwritable_folder_gives_one_line_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["--out", str(tmp_path / "file" / "set")]) == 1
    errors = capsys.readouterr().err
    assert len(errors.splitlines()) == 1
    assert str(tmp_path / "file") in errors


def test_more_expressions_are_drawn_if_asked_for_and_the_seven_stay_as_they_are(
    drawn_set: Path, tmp_path: Path
) -> None:
    ensure_samples(tmp_path / "set", seed=3, counts=FEW, expressions=["wink", "tongue out", "wink"])
    drawn, seven = digests(tmp_path / "set"), digests(drawn_set)
    more = sorted(set(drawn) - set(seven))
    assert {name: drawn[name] for name in seven if name != "samples.json"} == {
        name: digest for name, digest in seven.items() if name != "samples.json"
    }
    assert len(more) == 2 * (3 + 2 + 1 + 2)
    assert {"train/wink/00003.jpg", "test/tongue out/00001.jpg", "frames/wink-2.jpg"} < set(more)
    assert len({drawn[name] for name in more}) == len(more)


@pytest.mark.parametrize(
    "arguments", [["--seed", "x"], ["--seed", "-1"], ["--nonsense"], ["--expression", "happy"]]
)
def test_bad_arguments_end_with_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2


def grey_pixels(split: str, count: int) -> tuple[np.ndarray, list[str]]:
    """Return small grey pictures of a split, (count, 1024) in 0 to 1, and their expressions."""
    pictures = [draw_sample(0, split, index).convert("L") for index in range(count)]
    small = [picture.resize((32, 32), Image.Resampling.BOX) for picture in pictures]
    pixels = np.stack([np.asarray(picture).ravel() for picture in small]) / 255
    return pixels, [expression_of(index) for index in range(count)]


@pytest.mark.long
def test_a_linear_model_of_grey_pixels_is_wrong_on_many_pictures() -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000))
    model.fit(*grey_pixels("train", 700))
    accuracy = model.score(*grey_pixels("test", 350))
    assert 0.20 < accuracy < 0.60  # chance is 1 in 7
