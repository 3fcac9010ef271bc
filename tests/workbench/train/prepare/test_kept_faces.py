"""A prepared picture keeps the pixels around a face, and training sees in it what the edge sees."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.alignment import face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import read_image, read_picture
from emotion_edge.imaging.regions import Region, cut_surroundings
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.model.preprocessing import preprocess
from tests.workbench.contracts import make_contract
from tests.workbench.train.prepare.inputs import ASTRONAUT, list_pictures, prepare
from train.data.image_folder import load_split


def write_photo(path: Path, kind: str) -> None:
    """Write a photograph of the astronaut as JPEG."""
    path.parent.mkdir(parents=True)
    if kind == "rotated by EXIF":
        exif = Image.Exif()
        exif[0x0112] = 6  # orientation: turn it by 90 degrees to show it upright
        ASTRONAUT.rotate(90, expand=True).save(path, quality=85, exif=exif)
    elif kind == "face near the border":
        ASTRONAUT.crop((160, 60, 480, 400)).save(path, quality=85)
    else:
        ASTRONAUT.save(path, quality=85)


@pytest.mark.parametrize("size", [(48, 48), (150, 150), (224, 160)])
@pytest.mark.parametrize("kind", ["plain", "rotated by EXIF", "face near the border"])
def test_training_gets_the_same_pixels_as_the_edge(kind, size, tmp_path):
    path = tmp_path / "photos" / "happy" / "photo.jpg"
    write_photo(path, kind)
    only_test = ("--split", "0/0/100")
    assert prepare("--photos", path.parents[1], "--to", tmp_path / "data", *only_test) == 0
    width, height = size
    contract = replace(make_contract(("happy", "sad"), height), width=width)
    trained = load_split(tmp_path / "data" / "test", contract, tmp_path / "cache").images
    frame = read_image(path)
    face = FaceDetector().detect(frame)[0]
    region = face_region(face, crop_rule_of(contract))
    seen = preprocess(frame, contract, region)
    assert trained.shape == (1, height, width, 3)
    assert np.array_equal(trained[0], seen)
    rule = json.loads((tmp_path / "data" / "crop.json").read_text())
    assert rule == crop_rule_of(contract)
    assert_kept(tmp_path / "data" / list_pictures(tmp_path / "data")[0], frame, region)


def assert_kept(path: Path, frame: np.ndarray, region: Region) -> None:
    """Assert that a picture has the frame's pixels around the face, as they are, and its region."""
    kept, expected = read_picture(path), cut_surroundings(frame, region)
    assert kept.face == expected[1]
    assert np.array_equal(kept.pixels, expected[0])
