"""Which targets use the settings of the last training: build/.settings."""

from pathlib import Path

import pytest

from tests.workbench.conftest import call_make, make_photos, run_make, trains


@pytest.fixture
def trained(checkout) -> Path:
    """A checkout in which `photos/` has been trained on and converted."""
    make_photos(checkout / "photos", train=1, validation=1)
    run_make(checkout, "train", "convert", "DATA=photos", "TRAIN_FLAGS=--epochs 3")
    return checkout


@pytest.mark.parametrize("goals", [["original"], ["original", "run"], ["convert", "original"]])
def test_the_original_is_trained_beside_the_last_training_and_on_its_data(goals, trained):
    before = (trained / "build" / ".settings").read_text()
    output = run_make(trained, *goals)
    assert "--model compact" not in output
    assert "--data photos --build build/original" in output
    ran = [line for line in output.splitlines() if line.startswith("emotion-edge run")]
    assert len(ran) == 1 + ("run" in goals)
    assert all(line.endswith("--source photos/validation") for line in ran)
    assert (trained / "build" / ".settings").read_text() == before
    assert not trains(trained, "convert")


def test_a_model_that_is_given_keeps_the_settings_if_it_is_that_of_the_last_training(trained):
    assert not trains(trained, "convert", "run", "MODEL=compact")
    output = run_make(trained, "run", "MODEL=simple_cnn")  # another network: not with its flags
    assert "python -m train --resume auto --data photos --model simple_cnn" in output
    assert "--early-stopping 4" in output and "--epochs" not in output
    assert not trains(trained, "run")


def test_other_data_for_convert_is_trained_on_with_the_saved_flags(trained):
    make_photos(trained / "others", train=1, validation=1)
    output = run_make(trained, "convert", "DATA=others")
    assert "--data others --model compact --epochs 3\n" in output


def test_the_saved_settings_are_replaced_as_a_whole(trained):
    with (trained / "build" / ".settings").open() as former:
        run_make(trained, "train", "TRAIN_FLAGS=--epochs 4")
        assert former.read().splitlines() == [
            "DATA := photos",
            "MODEL := compact",
            "TRAIN_FLAGS := --epochs 3",
        ]
    assert not list((trained / "build").glob("*.part"))


def test_no_saved_settings_are_an_error_of_no_target(checkout):
    for goals in (["help"], ["convert", "MODEL=compact"], ["original", "MODEL=simple_cnn"]):
        result = call_make(checkout, *goals)
        assert (result.returncode, result.stderr) == (0, "")
