"""Pictures that say where in them the face is."""

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.face_files import save_face
from emotion_edge.imaging.image_files import read_image
from emotion_edge.imaging.regions import Region, cut_surroundings
from emotion_edge.model.preprocessing import preprocess
from tests.workbench.conftest import COLOURS
from tests.workbench.contracts import make_contract
from train.data.image_folder import load_split

GREY = {"color_space": "GRAYSCALE", "contrast": "stretch"}
CONTRACTS = [make_contract(sorted(COLOURS), 24, **values) for values in ({}, GREY)]
# In the picture, level; tilted; beyond its border; too small to fill the input.
REGIONS = [
    Region(40.3, 29.7, 31.4, 31.4),
    Region(41.0, 30.2, 33.3, 33.3, -17.5),
    Region(9.6, 50.1, 44.8, 44.8, 8.0),
    Region(70.2, 10.9, 11.1, 11.1, 30.0),
]


def frame() -> np.ndarray:
    """Return a picture without equal pixels beside one another, uint8 RGB."""
    return np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


@pytest.mark.parametrize("contract", CONTRACTS, ids=["colour", "grey"])
@pytest.mark.parametrize("region", REGIONS, ids=["level", "tilted", "beyond", "small"])
def test_training_sees_a_kept_face_as_the_edge_sees_it_in_the_frame(
    region, contract, photos, tmp_path
):
    path = photos / "train/red/00.png"
    save_face(path, *cut_surroundings(frame(), region))
    split = load_split(photos / "train", contract, tmp_path / "cache")
    seen = preprocess(frame(), contract, region)
    assert np.array_equal(split.images[split.paths.index(path)], seen)
    assert not np.array_equal(seen, preprocess(read_image(path), contract))


def test_a_picture_with_another_face_in_it_is_decoded_again(photos, tmp_path):
    path, contract = photos / "train/red/00.png", CONTRACTS[0]
    seen, keys = [], []
    for region in REGIONS[:2]:
        save_face(path, frame(), region)
        split = load_split(photos / "train", contract, tmp_path / "cache")
        seen.append(np.array(split.images[split.paths.index(path)]))
        keys.append(split.key)
    assert keys[0] != keys[1]
    assert all(
        np.array_equal(image, preprocess(frame(), contract, region))
        for image, region in zip(seen, REGIONS[:2], strict=True)
    )


def test_a_face_that_cannot_be_is_named_and_its_picture_left_out(photos, tmp_path, capsys):
    path = photos / "train/red/00.png"
    save_face(path, frame(), Region(40.0, 30.0, -5.0, 20.0))
    split = load_split(photos / "train", CONTRACTS[0], tmp_path / "cache")
    assert len(split.targets) == 35
    assert f"left out {path}: its text 'face'" in capsys.readouterr().err
    Image.fromarray(frame()).save(path)
    assert len(load_split(photos / "train", CONTRACTS[0], tmp_path / "cache").targets) == 36
