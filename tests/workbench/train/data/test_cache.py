"""The cache of decoded images: reuse, changed files and files that cannot be read."""

import shutil

import numpy as np
import pytest
from PIL import Image

import train.data.cache
from emotion_edge.errors import UserError
from tests.workbench.conftest import COLOURS, call, command, draw_picture
from tests.workbench.contracts import make_contract
from train.data.image_folder import load_split

CONTRACT = make_contract(sorted(COLOURS), 32)


def test_a_second_load_decodes_nothing(photos, tmp_path, monkeypatch):
    first = load_split(photos / "train", CONTRACT, tmp_path / "cache")

    def refuse(path):
        raise AssertionError(f"decoded {path} again")

    monkeypatch.setattr(train.data.cache, "read_picture", refuse)
    second = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert np.array_equal(first.images, second.images)


def test_a_changed_file_or_contract_is_decoded_again(photos, tmp_path):
    first = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    draw_picture(photos / "train" / "red" / "00.png", (0, 0, 0), np.random.default_rng(1))
    second = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert not np.array_equal(first.images, second.images)
    smaller = make_contract(CONTRACT.labels, 16)
    assert load_split(photos / "train", smaller, tmp_path / "cache").images.shape[1:] == (16, 16, 3)


def write_truncated_jpeg(path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path, "JPEG")
    path.write_bytes(path.read_bytes()[:-400])


def write_decompression_bomb(path):
    Image.new("1", (20_000, 20_000)).save(path, "PNG")


UNREADABLE = {
    "truncated": write_truncated_jpeg,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("a text file called .jpg"),
    "bomb": write_decompression_bomb,
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_unreadable_file_is_named_and_left_out(kind, photos, tmp_path, capsys):
    bad = photos / "train" / "red" / "bad.jpg"
    UNREADABLE[kind](bad)
    split = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert len(split.targets) == 36
    for _ in range(2):  # the second time from the cache
        errors = capsys.readouterr().err
        assert f"left out {bad}: " in errors
        assert "left out 1 of 37" in errors
        load_split(photos / "train", CONTRACT, tmp_path / "cache")


def test_a_file_without_read_permission_is_named_and_left_out(photos, tmp_path):
    if not shutil.which("setpriv"):
        pytest.skip("setpriv (util-linux) is not installed: root can read every file")
    bad = photos / "train" / "red" / "secret.png"
    shutil.copy(photos / "train" / "red" / "00.png", bad)
    bad.chmod(0)
    options = ("--build", tmp_path / "build", "--model", "simple_cnn", "--epochs", 1)
    training = command("train", "--data", photos, *options)
    result = call(["setpriv", "--bounding-set=-dac_override,-dac_read_search", *training])
    assert result.returncode == 0, result.stderr
    assert f"left out {bad}: Permission denied" in result.stderr


def test_a_file_that_becomes_readable_is_loaded(photos, tmp_path):
    link = photos / "train" / "red" / "link.png"
    link.symlink_to(tmp_path / "later.png")
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 36
    draw_picture(tmp_path / "later.png", COLOURS["red"], np.random.default_rng(1))
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 37


def test_more_than_five_percent_unreadable_stops_the_run_and_caches_nothing(photos, tmp_path):
    for i in range(3):
        (photos / "train" / "red" / f"bad{i}.jpg").write_bytes(b"")
    with pytest.raises(UserError, match=r"3 of 39 pictures cannot be read, more than 5%.*\n.*bad0"):
        load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.u8"))
