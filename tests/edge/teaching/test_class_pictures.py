"""Class folders: which pictures and labels are learnt."""

import logging
import unicodedata

import pytest

from emotion_edge.errors import UserError
from emotion_edge.model import limits
from emotion_edge.teaching import class_pictures
from emotion_edge.teaching.class_pictures import choose_labels, find_class_pictures
from tests.edge.pictures import save

KNOWN = ("happy", "neutral", "sad")


def fill(folder, *names):
    """Save pictures by their paths in a folder, and return it."""
    for name in names:
        save(folder / name, "red")
    return folder


def found(data, *labels):
    pictures = find_class_pictures(data, labels)
    return [(each.label, str(each.path.relative_to(data))) for each in pictures]


def test_a_folder_is_a_label(tmp_path):
    fill(tmp_path, "sad/b.png", "sad/a.png", "wink/2/c.png", ".hidden/d.png", "loose.png")
    (tmp_path / "sad" / "notes.txt").write_text("no picture")
    assert found(tmp_path) == [
        ("sad", "sad/a.png"),
        ("sad", "sad/b.png"),
        ("wink", "wink/2/c.png"),
    ]


def test_of_a_data_set_the_training_pictures_are_learnt(tmp_path):
    fill(tmp_path, "train/sad/a.png", "validation/sad/b.png", "test/happy/c.png")
    assert found(tmp_path) == [("sad", "train/sad/a.png")]


def test_names_that_look_alike_are_one_label(tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "fröhlich") for form in ("NFC", "NFD"))
    fill(tmp_path, f"{composed}/a.png", f"{decomposed}/b.png")
    assert {label for label, _ in found(tmp_path)} == {composed}


def test_a_label_may_be_typed_in_another_form_than_its_folders_name(tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "fröhlich") for form in ("NFC", "NFD"))
    fill(tmp_path, f"{composed}/a.png", "sad/b.png")
    assert found(tmp_path, decomposed) == [(composed, f"{composed}/a.png")]


def test_folders_that_no_label_names_are_left_out_and_named(tmp_path, caplog):
    fill(tmp_path, "sad/a.png", "wink/b.png", "angry/c.png")
    with caplog.at_level(logging.INFO):
        assert found(tmp_path, "sad") == [("sad", "sad/a.png")]
    assert caplog.messages == ["left out, because no --label names them: angry, wink"]


def test_too_many_pictures_are_refused_before_any_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(class_pictures, "MAX_FACES", 2)
    fill(tmp_path, "sad/a.png", "sad/b.png", "happy/c.png")
    with pytest.raises(UserError, match=r"3 pictures, and 2 are the most .*python -m train"):
        find_class_pictures(tmp_path)
    assert len(find_class_pictures(tmp_path, ["sad"])) == 2


@pytest.mark.parametrize(("name", "reason"), [("none", "No such file"), ("a.png", "Not a dir")])
def test_what_is_no_folder_is_refused(tmp_path, name, reason):
    fill(tmp_path, "a.png")
    with pytest.raises(UserError, match=f"--from {tmp_path / name}: {reason}"):
        find_class_pictures(tmp_path / name)


def test_a_folder_without_class_folders_is_refused(tmp_path):
    fill(tmp_path, "a.png")
    with pytest.raises(UserError, match=f"no pictures in class folders; put them into {tmp_path}"):
        find_class_pictures(tmp_path)


def test_a_label_without_pictures_is_refused(tmp_path):
    fill(tmp_path, "sad/a.png")
    with pytest.raises(UserError, match=f"--label blink: no pictures in {tmp_path / 'blink'}"):
        find_class_pictures(tmp_path, ["blink", "sad"])


def test_new_labels_follow_the_models():
    taught = ["blink", "sad", "wink"]
    assert choose_labels(KNOWN, taught, only=False) == (*KNOWN, "blink", "wink")


def test_only_the_taught_labels_are_left_if_asked_for():
    assert choose_labels(KNOWN, ["wink", "sad", "wink"], only=True) == ("wink", "sad")


def test_more_labels_than_a_model_may_have_are_refused():
    many = {f"label {n}" for n in range(limits.MAX_LABELS - len(KNOWN))}
    assert len(choose_labels(KNOWN, many, only=False)) == limits.MAX_LABELS
    with pytest.raises(UserError, match="101 labels, and 100 are the most; name those to learn"):
        choose_labels(KNOWN, many | {"one more"}, only=False)


@pytest.mark.parametrize("label", ["unknown", "no_face", "a\nb", "x" * 101, "\udcff"])
def test_labels_that_no_output_can_have_are_refused(label):
    with pytest.raises(UserError, match="cannot be used; choose another name"):
        choose_labels(KNOWN, [label], only=False)


@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize("taught", [["Happy"], ["wink", "Wink"], ["SAD", "happy"]])
def test_labels_that_differ_only_in_capital_letters_are_refused(taught, only):
    with pytest.raises(UserError, match="differ only in capital letters; rename one of them"):
        choose_labels(KNOWN, taught, only=only)
