"""A cached data set is the same from every path, and is decoded again if the arithmetic changes."""

import sys

import numpy as np
import PIL
import pillow_heif
import pytest
from PIL import Image, ImageOps

import train.data.cache
from emotion_edge.imaging import image_files, regions, rgb
from emotion_edge.imaging.image_files import read_image, read_picture
from emotion_edge.imaging.regions import Region
from emotion_edge.model import preprocessing
from emotion_edge.model.preprocessing import preprocess
from tests.workbench.conftest import COLOURS
from tests.workbench.contracts import make_contract
from train.data.image_folder import load_split
from train.data.soft_labels import write_votes

CONTRACT = make_contract(sorted(COLOURS), 32, contrast="stretch")


@pytest.fixture
def voted(photos):
    """A data set with one unreadable file, and votes that number the pictures."""
    (photos / "train" / "green" / "05.png").write_bytes(b"no picture")
    paths = sorted((photos / "train").rglob("*.png"))
    votes = {str(path.relative_to(photos)): [i + 1, 0, 0, 0] for i, path in enumerate(paths)}
    write_votes(photos, sorted(COLOURS), votes)
    return photos


def assert_pictures_match(split, folder):
    """Compare a split with its files, decoded here."""
    paths = sorted((folder / "train").rglob("*.png"))
    numbers = {path.name + path.parent.name: i + 1 for i, path in enumerate(paths)}
    assert len(split.images) == len(split.targets) == len(split.votes) == len(split.paths) == 35
    for image, target, votes, path in zip(
        split.images, split.targets, split.votes, split.paths, strict=True
    ):
        assert np.array_equal(image, preprocess(read_image(path), CONTRACT))
        assert CONTRACT.labels[target] == path.parent.name
        assert votes[0] == numbers[path.name + path.parent.name]


@pytest.mark.parametrize("first", ["absolute", "relative", "dotted", "link", "inside"])
def test_every_path_to_a_data_set_gives_the_same_pictures_and_votes(
    first, voted, tmp_path, monkeypatch, capsys
):
    (tmp_path / "link").symlink_to(voted)
    monkeypatch.chdir(tmp_path)
    folders = {
        "absolute": voted,
        "relative": voted.relative_to(tmp_path),
        "dotted": tmp_path / "photos" / ".." / "photos",
        "link": tmp_path / "link",
        "inside": voted.relative_to(voted),
    }
    keys = set()
    for name in (first, *folders):
        folder = folders[name]
        monkeypatch.chdir(voted if name == "inside" else tmp_path)
        capsys.readouterr()
        split = load_split(folder / "train", CONTRACT, tmp_path / "cache")
        assert_pictures_match(split, folder)
        assert f"left out {folder / 'train/green/05.png'}: not a picture" in capsys.readouterr().err
        keys.add(split.key)
    assert len(keys) == 1
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_moved_data_set_is_read_from_the_cache(voted, tmp_path, monkeypatch, capsys):
    load_split(voted / "train", CONTRACT, tmp_path / "cache")
    moved = voted.rename(tmp_path / "elsewhere")
    (voted / "train").mkdir(parents=True)
    decoded = []
    monkeypatch.setattr(train.data.cache, "read_picture", lambda path, _: decode(path, decoded))
    split = load_split(moved / "train", CONTRACT, tmp_path / "cache")
    assert decoded == [moved / "train/green/05.png"]  # to find out whether it is still unreadable
    assert_pictures_match(split, moved)
    assert f"left out {moved / 'train/green/05.png'}: not a picture" in capsys.readouterr().err


def decode(path, decoded):
    """Read a picture and remember its path."""
    decoded.append(path)
    return read_picture(path)


def invert(monkeypatch):
    before = preprocessing.preprocess
    monkeypatch.setattr(
        train.data.cache, "preprocess", lambda *args, **more: 255 - before(*args, **more)
    )


def clip_more(monkeypatch):
    monkeypatch.setattr(preprocessing, "_CLIPPED", 20)


def change_pillow(monkeypatch):
    resize = Image.Image.resize
    monkeypatch.setattr(
        Image.Image, "resize", lambda *args, **more: ImageOps.posterize(resize(*args, **more), 6)
    )


def ignore_orientation(monkeypatch):
    monkeypatch.setattr(rgb, "_orientation", lambda image: 1)


def blend_with_black(monkeypatch):
    new = Image.new
    monkeypatch.setattr(Image, "new", lambda mode, size, colour=0: new(mode, size, 0))


def cut_elsewhere(monkeypatch):
    monkeypatch.setattr(Region, "fit", lambda region, _: region)


def turn_otherwise(monkeypatch):
    turn = regions._scale_and_turn
    monkeypatch.setattr(regions, "_scale_and_turn", lambda *args: ImageOps.flip(turn(*args)))


def ignore_faces(monkeypatch):
    monkeypatch.setattr(image_files, "face_in", lambda *_: None)


def upgrade_pillow(monkeypatch):
    monkeypatch.setattr(PIL, "__version__", "99.0")


def upgrade_pillow_heif(monkeypatch):
    monkeypatch.setattr(pillow_heif, "__version__", "99.0")


def remove_pillow_heif(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)


UPGRADES = [upgrade_pillow, upgrade_pillow_heif, remove_pillow_heif]
CHANGES = [invert, clip_more, change_pillow, ignore_orientation, blend_with_black, cut_elsewhere]
CHANGES += [turn_otherwise, ignore_faces]


@pytest.mark.parametrize("change", [*CHANGES, *UPGRADES], ids=lambda change: change.__name__)
def test_a_change_of_the_arithmetic_fills_the_cache_anew(change, photos, tmp_path, monkeypatch):
    before = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert load_split(photos / "train", CONTRACT, tmp_path / "cache").key == before.key
    change(monkeypatch)
    after = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert after.key != before.key
    expected = train.data.cache.preprocess(read_image(after.paths[0]), CONTRACT)
    assert np.array_equal(after.images[0], expected)


def test_the_key_covers_every_field_of_the_contract_that_preprocessing_reads(photos):
    read = set()

    class Recorder:
        def __getattr__(self, name):
            read.add(name)
            return getattr(CONTRACT, name)

    preprocess(read_image(photos / "train/red/00.png"), Recorder())
    assert read <= {*train.data.cache._PREPROCESSING_FIELDS, "input_shape"}
