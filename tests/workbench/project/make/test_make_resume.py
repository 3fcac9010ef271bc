"""make after a training that was killed, interrupted or failed, and after a change of code."""

import shutil
from pathlib import Path

import pytest

from tests.workbench.conftest import REPOSITORY, call_make, make_photos, run_make, trains
from tests.workbench.project.make.import_closure import reached_by

# A training that is killed once, after its first epoch.
KILLED = """[ -e killed ] || { touch killed; exit 9; }
"""
SAME = "python -m train --resume auto "
MORE = "TRAIN_FLAGS=--resume --calibration-size 5000"


def kill_training(folder: Path, *arguments: str) -> None:
    """Start a training that is killed."""
    (folder / "train.sh").write_text(KILLED)
    assert call_make(folder, *arguments).returncode == 2
    (folder / "train.sh").unlink()


def trainings(output: str) -> list[str]:
    """Return the command lines of the trainings that make started."""
    return [line for line in output.splitlines() if line.startswith("python -m train -")]


@pytest.mark.parametrize("target", ["train", "convert", "original"])
def test_a_killed_training_is_resumed(target, checkout):
    first = {"convert": "train"}.get(target, target)
    kill_training(checkout, first, "TRAIN_FLAGS=--seed 3")
    flags = ["TRAIN_FLAGS=--seed 3"] * (target == first)
    (resumed,) = trainings(run_make(checkout, target, *flags))
    assert resumed.startswith(SAME)
    assert target == "original" or resumed.endswith(" --seed 3")
    assert not trains(checkout, target, *flags)


def test_a_killed_training_that_only_wrote_more_calibration_pictures_is_resumed(checkout):
    photos = make_photos(checkout / "photos", train=1, validation=1)
    run_make(checkout, "train", "convert", f"DATA={photos}")
    kill_training(checkout, "train", "convert", f"DATA={photos}", MORE)
    output = run_make(checkout, "convert")
    # Without the user's --resume, which would refuse what make has to train anew.
    assert trainings(output) == [
        f"{SAME}--data {photos} --model compact --calibration-size 5000",
    ]
    assert "python -m convert" in output


def test_a_training_that_fails_is_not_started_twice(checkout):
    run_make(checkout, "train")
    (checkout / "build" / "checkpoint").mkdir()
    (checkout / "train.sh").write_text("touch build/checkpoint/state.json; exit 2\n")
    for _ in range(2):
        result = call_make(checkout, "train", "TRAIN_FLAGS=--epochs 0")
        assert result.returncode == 2
        assert len(trainings(result.stdout)) == 1


def test_settings_that_training_refuses_do_not_replace_those_of_the_last_one(checkout):
    photos = make_photos(checkout / "photos", train=1, validation=1)
    run_make(checkout, "train", f"DATA={photos}", "TRAIN_FLAGS=--epochs 100")
    (checkout / "train.sh").write_text("exit 2\n")
    assert call_make(checkout, "train", "TRAIN_FLAGS=--resume").returncode == 2
    (checkout / "train.sh").unlink()
    trained = trainings(run_make(checkout, "convert"))
    assert trained == [f"{SAME}--data {photos} --model compact --epochs 100"]


def test_only_train_replaces_a_model_that_was_trained_without_make(checkout):
    (checkout / "build").mkdir()
    (checkout / "build" / "model.keras").touch()
    output = run_make(checkout, "convert", "run")
    assert trainings(output) == []
    assert "python -m convert" in output
    assert trains(checkout, "train")


def test_the_benchmarks_train_an_original_only_if_there_is_none(checkout):
    photos = make_photos(checkout / "photos", train=1, validation=1)
    run_make(checkout, "train", "convert")
    run_make(checkout, "original", f"DATA={photos}")
    assert trainings(run_make(checkout, "bench")) == []
    shutil.rmtree(checkout / "build" / "original")
    assert len(trainings(run_make(checkout, "bench"))) == 1


def test_resume_goes_on_with_the_data_and_the_model_of_a_finished_training(checkout):
    photos = make_photos(checkout / "photos", train=1, validation=1)
    run_make(checkout, "train", f"DATA={photos}", "MODEL=simple_cnn", "TRAIN_FLAGS=--seed 3")
    (resumed,) = trainings(run_make(checkout, "train", "TRAIN_FLAGS=--seed 3 --resume"))
    assert (
        resumed == f"{SAME}--data {photos} --model simple_cnn --early-stopping 4 --seed 3 --resume"
    )
    assert not trains(checkout, "convert")


def test_convert_depends_on_the_code_that_it_uses_and_on_no_other_of_the_edge():
    printed = run_make(REPOSITORY, "-pn", "help").splitlines()
    (value,) = (line for line in printed if line.startswith("OUR_CODE := "))
    ours = set(value.split()[2:])
    used = reached_by("convert", without="convert.publish")
    assert {file for file in ours if file.startswith("edge/")} == {
        file for file in used if file.startswith("edge/")
    }
    assert used | {"evaluation/templates/conversion.html"} <= ours


@pytest.mark.parametrize(
    ("file", "again"),
    [
        ("evaluation/metrics.py", True),
        ("convert/runtimes/score.py", True),
        ("convert/publish/keys.py", False),
        ("edge/emotion_edge/model/quantization.py", True),
        ("edge/emotion_edge/output/mqtt/home_assistant/discovery.py", False),
    ],
)
def test_a_change_in_code_that_convert_uses_converts_again(file, again, checkout):
    (checkout / file).parent.mkdir(parents=True)
    shutil.copy(REPOSITORY / file, checkout / file)
    run_make(checkout, "convert")
    assert "python" not in run_make(checkout, "convert")
    (checkout / file).touch()
    assert ("python -m convert" in run_make(checkout, "convert")) is again
