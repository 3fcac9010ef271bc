"""Labels that the model does not know, and labels in place of the model's."""

import json

import pytest

from tests.edge.commands.teach.shades import label_of, save_shade, save_shades, teach


@pytest.fixture
def file(tmp_path):
    return tmp_path / "out" / "taught.json"


def test_labels_of_ones_own_join_the_models(tmp_path, file):
    shades = {"red": "red", "blue": "blue", "sun": "yellow", "tongue out": "purple"}
    result = teach(save_shades(tmp_path / "data", shades), file)
    assert result.returncode == 0, result.stderr
    rows = {line[:12].strip(): line[12:].split() for line in result.stdout.splitlines()}
    assert rows["tongue out"] == ["6", "new", "6", "(100", "%)"]
    assert "No faces of green were taught, so these may now be taken for sun or" in result.stdout
    assert json.loads(file.read_text())["labels"] == ["blue", "green", "red", "sun", "tongue out"]
    for label, shade in shades.items():
        assert label_of(save_shade(tmp_path / "new.png", shade, seed=999), file) == label


def test_only_the_named_labels_are_taught_beside_the_models_or_in_their_place(tmp_path, file):
    data = save_shades(tmp_path / "data", {"red": "red", "sun": "yellow", "green": "green"})
    named = ("--label", "sun", "--label", "red")
    result = teach(data, file, *named)
    assert result.returncode == 0, result.stderr
    assert "left out, because no --label names them: green" in result.stderr
    values = json.loads(file.read_text())
    assert values["labels"] == ["blue", "green", "red", "sun"]
    assert values["counts"] == [0, 0, 6, 6]
    assert teach(data, file, *named, "--only").returncode == 0
    assert json.loads(file.read_text())["labels"] == ["red", "sun"]
    assert label_of(save_shade(tmp_path / "new.png", "yellow", seed=998), file) == "sun"


def test_a_label_of_ones_own_that_is_hardly_found_is_named(tmp_path, file):
    data = save_shades(tmp_path / "data", {"red": "red", "blue": "blue"}, each=12)
    for seed in range(4):
        save_shade(data / "wink" / f"{seed}.png", ("red", "blue")[seed % 2], seed=seed)
        save_shade(data / "sun" / f"{seed}.png", "yellow", seed=seed)
    result = teach(data, file)
    assert result.returncode == 0, result.stderr
    assert "Mostly not found: wink. Show it more clearly" in result.stdout


def test_faces_that_are_kept_though_nothing_was_gained_leave_the_models_labels(tmp_path, file):
    data = save_shades(tmp_path / "data", {"red": "red", "wink": "red", "sun": "red"})
    result = teach(data, file, "--only", "--keep-features")
    assert result.returncode == 0, result.stderr
    assert "it names labels as before" in result.stderr
    assert json.loads(file.read_text())["labels"] == ["blue", "green", "red", "sun", "wink"]
    assert label_of(save_shade(tmp_path / "new.png", "blue", seed=997), file) == "blue"
    rows = {line[:12].strip(): line[12:].split() for line in result.stdout.splitlines()}
    assert rows["all"][1] == rows["red"][1]  # the model itself names none of the others
