"""`emotion-edge compare`: two models on one folder of pictures."""

import numpy as np
import pytest
from PIL import Image

from tests.edge.command_line import edge, own_lines
from tests.edge.models import FLOAT32, INT8, with_contract, with_network
from tests.edge.pictures import save_cut_face


def relabelled(path, *labels):
    """Write the int8 model with other labels and return its path."""
    path.write_bytes(with_contract(labels=labels))
    return path


def test_a_model_is_equal_to_itself(photos):
    result = edge("compare", INT8, INT8, "--images", photos)
    assert result.returncode == 0, result.stderr
    assert "same label: 3 of 3 pictures (100.0%)" in result.stdout
    assert "largest 0.0000" in result.stdout
    assert result.stdout.startswith(f"A: {INT8}\n")


def test_pictures_with_different_labels_are_listed(photos, tmp_path):
    swapped = relabelled(tmp_path / "swapped.tflite", "green", "blue", "red")
    result = edge("compare", INT8, swapped, "--images", photos)
    assert result.returncode == 0, result.stderr
    first, second, *_ = result.stdout.splitlines()
    assert first.startswith(f"{photos / '0-blue.png'}: A blue 0.")
    assert ", B green 0." in first
    assert second.startswith(f"{photos / '1-green.png'}: A green 0.")
    assert "same label: 1 of 3 pictures (33.3%)" in result.stdout


def test_of_a_prepared_picture_the_face_is_compared(tmp_path):
    save_cut_face(tmp_path / "photos/face.png", "green", around="blue")
    swapped = relabelled(tmp_path / "swapped.tflite", "red", "blue", "green")
    result = edge("compare", INT8, swapped, "--images", tmp_path / "photos")
    assert "face.png: A green " in result.stdout


def test_labels_are_compared_by_name_and_each_model_by_its_own_contract(photos, tmp_path):
    flat = tmp_path / "flat.tflite"
    flat.write_bytes(with_contract(temperature=9.0))
    result = edge("compare", FLOAT32, flat, "--images", photos)
    assert "same label: 3 of 3" in result.stdout
    assert "difference of a score: largest 0.0" not in result.stdout


def test_quantisation_changes_the_scores_of_random_pictures(tmp_path):
    for i in range(20):
        noise = np.random.default_rng(i).integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{i}.png")
    result = edge("compare", FLOAT32, INT8, "--images", tmp_path)
    assert result.returncode == 0, result.stderr
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("difference"))
    assert 0 < float(line.split()[5]) < 0.03


def test_models_with_different_labels_are_refused(photos, tmp_path):
    other = relabelled(tmp_path / "other.tflite", "happy", "sad", "red")
    result = edge("compare", INT8, other, "--images", photos)
    assert result.returncode == 2
    assert "different labels: blue, green, red and happy, sad, red" in result.stderr


@pytest.mark.parametrize("name", ["missing", "empty", "photos/0-blue.png"])
def test_a_folder_without_pictures_is_refused(name, photos, tmp_path):
    (tmp_path / "empty").mkdir()
    result = edge("compare", INT8, INT8, "--images", tmp_path / name)
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert f"--images {tmp_path / name}: not a folder with pictures in it" in line


def test_an_unreadable_picture_is_named_and_the_others_are_compared(photos):
    (photos / "broken.jpg").write_text("no picture")
    result = edge("compare", INT8, INT8, "--images", photos)
    assert result.returncode == 1
    assert "same label: 3 of 3" in result.stdout
    assert "broken.jpg: cannot read it" in result.stderr
    assert "1 of 4 pictures could not be read" in result.stderr


def test_scores_that_are_not_numbers_are_an_error(photos, tmp_path):
    path, gain = tmp_path / "endless.tflite", np.float32(8).tobytes()
    path.write_bytes(with_network(FLOAT32, gain, np.float32("nan").tobytes()))
    result = edge("compare", FLOAT32, path, "--images", photos)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "scores are not numbers" in result.stderr


def test_a_missing_model_is_named(photos):
    result = edge("compare", INT8, photos / "none.tflite", "--images", photos)
    assert result.returncode == 2
    assert "none.tflite: cannot read the model" in result.stderr
