"""FER2013: the majority label of the votes, the crop of a face, and its pictures as folders."""

import numpy as np
import skimage.data
from PIL import Image

from emotion_edge.imaging.image_files import read_image, read_picture
from emotion_edge.imaging.regions import scale_region, whole
from emotion_edge.model.preprocessing import preprocess
from tests.workbench.contracts import make_contract
from tests.workbench.train.prepare.inputs import (
    ASTRONAUT,
    prepare,
    read_manifest,
    splits_by_source,
)
from train.data.image_folder import load_split
from train.prepare.fer2013 import find_again, make_detector
from train.prepare.fer2013_types import VOTES, majority

FACE = Image.fromarray(skimage.data.astronaut()[0:200, 130:330]).convert("L")


def test_the_majority_is_a_strict_maximum_over_all_ten_votes():
    names = list(VOTES.values())
    for place, name in enumerate(names):
        votes = [1] * 10
        votes[place] = 2
        assert majority(votes) == name
    assert majority([0] * 10) == "tie"
    assert majority([3, 3, 0, 0, 0, 0, 0, 0, 2, 2]) == "tie"


def test_a_face_of_fer2013_is_turned_upright_and_cropped_by_its_eyes():
    face = ASTRONAUT.convert("L").crop((120, 20, 340, 240))
    rotated = [face.rotate(angle, Image.Resampling.BICUBIC) for angle in (0, -18)]
    upright, tilted = (
        np.asarray(picture.crop((25, 25, 195, 195)).resize((48, 48))) for picture in rotated
    )
    detector = make_detector()
    before = np.corrcoef(upright.ravel(), tilted.ravel())[0, 1]
    regions = [find_again(pixels, detector) for pixels in (upright, tilted)]
    assert abs(regions[0].tilt) < 6
    assert 12 < regions[1].tilt < 24
    seen = [
        scale_region(np.repeat(pixels[..., None], 3, axis=2), region, 40, 40, grey=True).ravel()
        for pixels, region in zip((upright, tilted), regions, strict=True)
    ]
    after = np.corrcoef(seen)[0, 1]
    assert after > 0.85 > before


def _write_fer2013(folder, names):
    """Write a face of 48 x 48 grey pixels for each name, all different."""
    for seed, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        FACE.resize((48, 48)).point(lambda level, i=seed: level * (1 - i / 100)).save(folder / name)
    return folder


def test_a_picture_of_fer2013_is_kept_as_it_is_and_training_sees_the_face_in_it(tmp_path):
    fer = _write_fer2013(tmp_path / "fer", ["test/happy/im1.png"])
    given = read_image(fer / "test/happy/im1.png")
    assert prepare("--photos", fer, "--to", tmp_path / "data") == 0
    (row,) = read_manifest(tmp_path / "data").values()
    kept = read_picture(tmp_path / "data" / row["picture"])
    assert np.array_equal(kept.pixels, given)
    assert kept.face == find_again(given[..., 0], make_detector()) != whole(given)
    contract = make_contract(("happy", "sad"), 40, color_space="GRAYSCALE", contrast="stretch")
    split = load_split(tmp_path / "data/test", contract, tmp_path / "cache")
    assert np.array_equal(split.images[0], preprocess(given, contract, kept.face))


def test_fer2013_as_folders_keeps_its_splits_and_every_picture(tmp_path, capsys):
    names = [
        f"train/{label}/Training_{3900 + i}.jpg" for label in ("happy", "sad") for i in range(4)
    ]
    names += [f"test/{label}/PublicTest_{i}.jpg" for label in ("happy", "sad") for i in (1, 2)]
    names += [f"test/{label}/PrivateTest_{i}.jpg" for label in ("happy", "sad") for i in (3, 4)]
    fer = _write_fer2013(tmp_path / "fer", names)
    assert prepare("--photos", fer, "--to", tmp_path / "data") == 0
    output = capsys.readouterr().out
    assert "16 name nobody; 0 people named" in output
    assert "16 pictures: 16 written" in output
    by_source = splits_by_source(tmp_path / "data")
    assert {by_source[name] for name in names if "Training" in name} == {"train"}
    assert {by_source[name] for name in names if "PublicTest" in name} == {"validation"}
    assert {by_source[name] for name in names if "PrivateTest" in name} == {"test"}


def test_one_split_of_fer2013_is_divided(tmp_path, capsys):
    names = [f"{label}/Training_{i}.jpg" for label in ("happy", "sad") for i in range(10, 20)]
    fer = _write_fer2013(tmp_path / "fer", names)
    assert prepare("--photos", fer, "--to", tmp_path / "data") == 0
    assert set(splits_by_source(tmp_path / "data").values()) == {"train", "validation", "test"}
    assert "0 people named" in capsys.readouterr().out


def test_a_face_of_fer2013_that_is_not_found_is_kept_whole(tmp_path):
    grey = Image.fromarray(np.full((48, 48), 90, np.uint8))
    names = [f"train/happy/Training_{i}.png" for i in range(2)]
    fer = _write_fer2013(tmp_path / "fer", [*names, "validation/happy/PublicTest_4.png"])
    grey.save(fer / names[0])
    assert prepare("--photos", fer, "--to", tmp_path / "data") == 0
    row = read_manifest(tmp_path / "data")[names[0]]
    assert row["outcome"] == "written"
    kept = read_picture(tmp_path / "data" / row["picture"])
    assert kept.face == whole(kept.pixels)
    assert (kept.pixels == 90).all()


def test_folders_may_have_the_names_of_fer2013s_splits_and_pictures_any_name(tmp_path, capsys):
    folders = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
    names = [f"{folder}/{label}/im{i}.png" for folder in folders for label in "03" for i in (1, 2)]
    fer = _write_fer2013(tmp_path / "fer", names)
    blank = Image.fromarray(np.full((48, 48), 90, np.uint8))
    blank.save(fer / names[0])
    assert prepare("--photos", fer, "--to", tmp_path / "data") == 0
    assert "12 pictures: 12 written" in capsys.readouterr().out
    by_source = splits_by_source(tmp_path / "data")
    assert by_source == {name: folders[name.split("/")[0]] for name in names}


def test_a_small_photograph_in_colour_is_not_taken_for_one_of_fer2013(tmp_path):
    fer = _write_fer2013(tmp_path / "fer", ["happy/im1.png"])
    Image.new("RGB", (48, 48), "green").save(fer / "happy" / "green.png")
    only_test = ("--split", "0/0/100")
    assert prepare("--photos", fer, "--to", tmp_path / "data", *only_test) == 0
    outcomes = {source: row["outcome"] for source, row in read_manifest(tmp_path / "data").items()}
    assert outcomes == {"happy/im1.png": "written", "happy/green.png": "no face"}
