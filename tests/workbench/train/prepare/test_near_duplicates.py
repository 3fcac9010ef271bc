"""Find copies across splits, but not other pictures of the same person."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageOps

from emotion_edge.imaging.image_files import read_image
from tests.workbench.conftest import SHARED
from train.prepare.__main__ import main
from train.prepare.near_duplicates import Leak, check_for_leaks, describe_leaks
from train.synthetic.action_units import EXPRESSIONS, express
from train.synthetic.camera import take_snapshot
from train.synthetic.identities import sample_person

SAMPLES = SHARED / "samples"
CLASSES = list(EXPRESSIONS)


def altered_copy(
    picture: Image.Image, seed: int, *, crop: float, mirror: bool = False
) -> Image.Image:
    """Crop and scale a picture, change its brightness, and compress it again."""
    rng = np.random.default_rng(seed)
    width, height = (int(side * (1 - crop)) for side in picture.size)
    left, top = (
        rng.integers(0, a - b + 1) for a, b in zip(picture.size, (width, height), strict=True)
    )
    side = int(picture.width * rng.uniform(0.8, 1.3))
    cropped = picture.resize(
        (side, side), Image.Resampling.BICUBIC, (left, top, left + width, top + height)
    )
    pixels = np.clip(np.asarray(cropped) * rng.uniform(0.8, 1.2), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(rng.integers(50, 90)))
    copy = Image.open(file)
    return ImageOps.mirror(copy) if mirror else copy


def save(picture: Image.Image, path: Path) -> None:
    """Write a picture and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


def drawn(person: int, snapshot: int, expression: str = "happy") -> Image.Image:
    """Draw a face; person and snapshot: seeds."""
    identity = sample_person(np.random.default_rng(person))
    return take_snapshot(identity, express(expression), np.random.default_rng(snapshot))


def astronaut() -> Image.Image:
    """Return the face of the astronaut."""
    return Image.fromarray(skimage.data.astronaut()).crop((140, 20, 310, 190))


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("crop", [0.0, 0.03, 0.08])
def test_a_planted_copy_is_found_among_others(crop, mirror, tmp_path, capsys):
    save(astronaut(), tmp_path / "train" / "happy" / "astronaut.png")
    for i in range(10):
        save(drawn(i, i), tmp_path / "train" / "happy" / f"{i}.png")
        save(drawn(100 + i, 100 + i), tmp_path / "test" / "happy" / f"{i}.png")
    save(
        altered_copy(astronaut(), 1, crop=crop, mirror=mirror),
        tmp_path / "test" / "sad" / "copy.jpg",
    )
    (leak,) = check_for_leaks(tmp_path)
    assert leak[:6] == (
        *("test", "test/sad/copy.jpg", "sad"),
        *("train/happy/astronaut.png", "happy", mirror),
    )
    assert (
        "test: 1 of 11 pictures (9.1 %) have a near-duplicate in train, 0 with the same label"
        in (capsys.readouterr().out)
    )
    with (tmp_path / "leaks.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert row["picture"] == "test/sad/copy.jpg"
    assert row["copy"] == "train/happy/astronaut.png"
    assert float(row["correlation"]) > 0.95


def test_other_pictures_of_the_same_person_are_not_copies(tmp_path, capsys):
    for person in range(30):
        expression = CLASSES[person % 7]
        save(drawn(person, person, expression), tmp_path / "train" / expression / f"{person}.png")
        save(
            drawn(person, 500 + person, expression),
            tmp_path / "test" / expression / f"{person}.png",
        )
    assert check_for_leaks(tmp_path) == []
    assert "test: none of 30 pictures has a near-duplicate in train" in capsys.readouterr().out


def test_a_face_with_another_expression_is_not_a_copy(tmp_path):
    for person in range(10):
        save(drawn(person, person, "neutral"), tmp_path / "train" / "neutral" / f"{person}.png")
        save(drawn(person, person, "surprise"), tmp_path / "test" / "surprise" / f"{person}.png")
    assert check_for_leaks(tmp_path) == []


def test_copies_of_many_faces_are_found(tmp_path):
    for person in range(40):
        save(drawn(person, person), tmp_path / "train" / "happy" / f"{person}.png")
        copy = altered_copy(drawn(person, person), person, crop=0.06, mirror=person % 3 == 0)
        save(copy, tmp_path / "test" / "happy" / f"{person}.jpg")
    leaks = check_for_leaks(tmp_path)
    assert len(leaks) >= 38
    assert all(Path(leak.picture).stem == Path(leak.copy).stem for leak in leaks)


def test_copies_of_real_photographs_are_found_and_no_others(tmp_path):
    if not SAMPLES.is_dir():
        pytest.skip("the photographs for development are not here")
    paths = sorted(SAMPLES.glob("*/*.jpg"))
    for i, path in enumerate(paths):
        picture = Image.fromarray(read_image(path))
        name = f"{path.parent.name}/{path.stem}.jpg"
        save(picture, tmp_path / "half" / ("train" if i % 2 else "test") / name)
        save(picture, tmp_path / "all" / "train" / name)
        save(altered_copy(picture, i, crop=0.06), tmp_path / "all" / "test" / name)
    assert check_for_leaks(tmp_path / "half") == []
    leaks = check_for_leaks(tmp_path / "all")
    assert len(leaks) >= 0.95 * len(paths)
    assert all(Path(leak.picture).name == Path(leak.copy).name for leak in leaks)


def test_validation_and_test_are_compared_with_each_other_too(tmp_path):
    save(drawn(1, 1), tmp_path / "train" / "happy" / "1.png")
    for split in ("validation", "test"):
        save(drawn(2, 2), tmp_path / split / "happy" / "2.png")
    (leak,) = check_for_leaks(tmp_path)
    assert (leak.split, leak.copy) == ("test", "validation/happy/2.png")


def test_the_report_estimates_the_accuracy_without_copies():
    leak = Leak("test", "a", "happy", "b", "happy", False, 0.99)
    other = leak._replace(copy_label="sad")
    # If 80 of 100 are right, 10 of them because training had a copy, 70 of 90 remain.
    assert "80 % could be 77.8 % without those 10" in describe_leaks(
        [leak] * 10 + [other], "test", 100, "train"
    )
    assert "80 % could be 0.0 %" in describe_leaks([leak] * 100, "test", 100, "train")


def test_pictures_that_cannot_be_read_are_named_and_left_out(tmp_path, capsys):
    save(drawn(1, 1), tmp_path / "train" / "happy" / "1.png")
    save(drawn(1, 1), tmp_path / "test" / "happy" / "1.png")
    (tmp_path / "test" / "happy" / "broken.jpg").write_bytes(b"no picture")
    assert len(check_for_leaks(tmp_path)) == 1
    assert "broken.jpg: not a picture" in capsys.readouterr().err


def test_unchanged_findings_are_not_written_again(tmp_path):
    save(drawn(1, 1), tmp_path / "train" / "happy" / "1.png")
    save(drawn(1, 1), tmp_path / "test" / "happy" / "1.png")
    assert main(["--check", "--to", str(tmp_path)]) == 0
    before = (tmp_path / "leaks.csv").stat()
    assert main(["--check", "--to", str(tmp_path)]) == 0
    assert (tmp_path / "leaks.csv").stat().st_ino == before.st_ino
    (tmp_path / "test" / "happy" / "1.png").unlink()
    save(drawn(2, 2), tmp_path / "test" / "happy" / "2.png")
    assert main(["--check", "--to", str(tmp_path)]) == 0
    assert len((tmp_path / "leaks.csv").read_text().splitlines()) == 1


def test_a_folder_without_splits_is_a_usage_error(tmp_path, capsys):
    assert main(["--check", "--to", str(tmp_path / "nowhere")]) == 2
    assert "no validation/ and no test/" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()
