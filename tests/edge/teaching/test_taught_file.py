"""Taught files: what is in them, and that no other file is taken for one."""

import json
import os
import stat
from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.errors import RunError, UserError
from emotion_edge.model.model_file import read_model
from emotion_edge.teaching.taught_file import MAX_BYTES, read_taught, write_taught
from tests.edge.models import FLOAT32, INT8
from tests.edge.teaching.taught_files import SWAPPED, reseal, some_faces, taught, write

MODEL = read_model(INT8)


@pytest.fixture
def path(tmp_path):
    """A taught file."""
    return write(tmp_path / "taught.json", *SWAPPED)


@pytest.mark.parametrize("faces", [None, some_faces(SWAPPED)], ids=["bare", "with features"])
def test_all_that_is_written_is_read(tmp_path, faces):
    written = taught(*SWAPPED, faces=faces)
    written = replace(written, head=replace(written.head, mean=np.array([0.1, 1 / 3, -2e-7])))
    write_taught(tmp_path / "taught.json", written)
    found = read_taught(tmp_path / "taught.json", MODEL)
    for name in ("mean", "scale", "weights"):
        assert getattr(found.head, name).tolist() == getattr(written.head, name).tolist()
    assert found.head.reach.axes.tolist() == written.head.reach.axes.tolist()
    assert found.head.reach.slope == written.head.reach.slope
    for name in ("labels", "temperature", "enter", "leave"):
        assert getattr(found.head, name) == getattr(written.head, name)
    assert (found.date, found.counts, found.model) == ("2026-11-28", (2, 2, 2), MODEL.sha256)
    assert (found.faces is None) == (faces is None)
    for name in ("targets", "bursts", "logits", "features") if faces else ():
        one, other = getattr(found.faces, name), getattr(faces, name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_only_its_owner_may_read_it(tmp_path, umask):
    before = os.umask(umask)
    try:
        (tmp_path / "taught.json").write_text("another one")
        (tmp_path / "taught.json").chmod(0o666)
        write(tmp_path / "taught.json", *SWAPPED)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "taught.json").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["taught.json"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot write to"):
        write(tmp_path / "file" / "taught.json", *SWAPPED)


def test_features_that_would_not_be_read_again_are_not_written(tmp_path):
    many = some_faces(SWAPPED, MAX_BYTES // 100)
    with pytest.raises(UserError, match="do not fit into a taught file"):
        write_taught(tmp_path / "taught.json", taught(*SWAPPED, faces=many))
    assert not list(tmp_path.iterdir())


def refused(path, model=MODEL) -> str:
    """Return why a file is refused, in one line."""
    with pytest.raises(UserError) as error:
        read_taught(path, model)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_file_for_another_model_says_what_to_do(path):
    text = refused(path, read_model(FLOAT32))
    assert f"taught with another model than {FLOAT32}; name that one by --model, or teach" in text
    assert text.endswith(f"emotion-edge teach --model {FLOAT32}")


def test_every_changed_byte_is_noticed(path):
    content = path.read_bytes()
    for place in range(0, len(content) - 1, 3):
        for value in (content[place] ^ 1, 0xFF, 0x00):
            path.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
            refused(path)


def test_every_shortened_file_is_refused(path):
    content = path.read_bytes()
    for length in range(0, len(content) - 2, 7):
        path.write_bytes(content[:length])
        refused(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "damaged"),
        (b"PK\3\4 a zip", "damaged"),
        (b"[" * 100_000, "nest too deeply"),
        (b'{"version": 1, "weights": ' + b"[" * 900 + b"]" * 900 + b"}", "damaged"),
        (b"[]", "not a taught file; make one with emotion-edge teach"),
        (b'{"labels": []}', "not a taught file"),
        (b"1" * 5000, "damaged"),
        (b'{"version": 1, "version": 1}', "twice"),
        (b" " * (MAX_BYTES + 1), "it has more than"),
    ],
    ids=range(9),
)
def test_what_is_no_taught_file_is_refused(tmp_path, content, reason):
    (tmp_path / "other").write_bytes(content)
    assert reason in refused(tmp_path / "other")


def test_a_pipe_a_folder_and_nothing_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name, reason in {"pipe": "it is a pipe", "": "directory", "none": "No such file"}.items():
        assert reason in refused(tmp_path / name)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": 2}, "version 2 of taught files, but this emotion-edge reads version 1; teach"),
        ({"version": "x" * 999}, "version 'xxx"),
        ({"more": 1}, "not as it was written"),
        ({"counts": None}, "not as it was written"),
        ({"labels": ["a", "a", "b"]}, "two different names"),
        ({"labels": ["a", "b", "unknown"]}, "reserved"),
        ({"labels": ["a", "b", "c\nd"]}, "labels are not texts"),
        ({"labels": "abc"}, "labels are not texts"),
        ({"labels": ["a", "b"]}, "another shape"),
        ({"date": 5}, "date is not a text"),
        ({"temperature": float("nan")}, "a threshold is out of bounds"),
        ({"enter": True}, "a threshold is out of bounds"),
        ({"leave": 0.9}, "leave must not be above enter"),
        ({"mean": [0.0, 0.0]}, "another shape than (3,)"),
        ({"mean": [0.0, 0.0, float("nan")]}, "a number is out of bounds"),
        ({"mean": [0.0, 0.0, float("inf")]}, "a number is out of bounds"),
        ({"mean": [0, 0, 10**400]}, "another shape"),
        ({"mean": ["0", "0", "0"]}, "another shape"),
        ({"scale": [1.0, 0.0, 1.0]}, "a number is out of bounds"),
        ({"weights": [[0.0] * 3] * 3}, "another shape than (4, 3)"),
        ({"weights": [[0.0] * 3, [0.0]] * 2}, "damaged"),
        ({"weights": [[[0.0]] * 3] * 4}, "another shape"),
        ({"reach": []}, "reach is incomplete"),
        ({"reach": {"axes": [[0.0] * 3] * 3}}, "reach is incomplete"),
        ({"reach": {"axes": [[0.0] * 2] * 3, "slope": 1.0}}, "another shape than (3, 3)"),
        ({"reach": {"axes": [[0.0] * 3] * 3, "slope": 0.0}}, "a number is out of bounds"),
        ({"reach": {"axes": [[0.0] * 3] * 3, "slope": "1"}}, "another shape"),
        ({"counts": [1, -1, 1]}, "a number is out of bounds"),
        ({"counts": [1, 0.5, 1]}, "not a whole one"),
        ({"faces": []}, "its faces are incomplete"),
        ({"faces": {"targets": [0]}}, "its faces are incomplete"),
    ],
)
def test_values_that_cannot_be_are_refused_even_with_a_valid_digest(path, changes, reason):
    assert reason in refused(reseal(path, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": [0, 1, 2, 3]},
        {"targets": "0120"},
        {"targets": []},
        {"bursts": [0, 0, 1]},
        {"logits": [[[0.0] * 3] * 2] * 3},
        {"features": [[[0.0] * 3] * 1] * 4},
    ],
)
def test_faces_that_cannot_be_are_refused(tmp_path, changes):
    path = tmp_path / "taught.json"
    write_taught(path, taught(*SWAPPED, faces=some_faces(SWAPPED)))
    faces = json.loads(path.read_text())["faces"]
    assert "the taught file is damaged" in refused(reseal(path, faces=faces | changes))
