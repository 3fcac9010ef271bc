"""The images that training exports for the conversion."""

import shutil

import numpy as np

from tests.workbench.conftest import COLOURS, make_photos
from tests.workbench.contracts import make_contract
from train.data.dataset import load
from train.data.export import draw_balanced, select_for_conversion

CONTRACT = make_contract(sorted(COLOURS), 32)


def test_a_balanced_draw_takes_equal_numbers_of_each_class_and_depends_on_the_seed():
    targets = np.repeat([0, 1, 2], [100, 20, 5])
    indices = draw_balanced(targets, 30, np.random.default_rng(1))
    assert np.bincount(targets[indices]).tolist() == [10, 10, 5]
    assert len(set(indices)) == 25
    assert np.array_equal(indices, draw_balanced(targets, 30, np.random.default_rng(1)))
    assert not np.array_equal(indices, draw_balanced(targets, 30, np.random.default_rng(2)))


def exported_images(photos, tmp_path, size=30):
    """Return the images that are exported for the conversion, by file."""
    dataset = load(photos, CONTRACT, tmp_path / "cache")
    chosen = select_for_conversion(dataset, size, np.random.default_rng(0))
    return {name: split.images[indices] for name, (split, indices) in chosen.items()}


def unique(images):
    """Return the images as a set of bytes."""
    return {image.tobytes() for image in images}


def test_without_a_test_split_a_quarter_of_validation_is_not_in_the_holdout(photos, tmp_path):
    images = exported_images(photos, tmp_path)
    counts = {name: len(part) for name, part in images.items()}
    assert counts == {"calibration": 30, "temperature": 3, "holdout": 9}
    assert not unique(images["temperature"]) & unique(images["holdout"])


def test_a_test_split_is_the_holdout_and_validation_is_used_in_full(tmp_path):
    photos = make_photos(tmp_path / "photos", train=4, validation=5, test=6)
    images = exported_images(photos, tmp_path)
    assert [len(part) for part in images.values()] == [12, 15, 18]


def test_a_picture_that_is_also_in_the_holdout_is_not_exported(tmp_path, capsys):
    photos = make_photos(tmp_path / "photos", train=4, validation=5, test=6)
    for split in ("train", "validation"):
        shutil.copy(photos / "test" / "red" / "00.png", photos / split / "red" / "00.png")
    images = exported_images(photos, tmp_path)
    assert [len(part) for part in images.values()] == [11, 14, 18]
    assert "left out 1 pictures set aside" in capsys.readouterr().err
