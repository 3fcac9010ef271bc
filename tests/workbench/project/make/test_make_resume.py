"""make after a killed training, and after a change of code."""

import shutil
from pathlib import Path

import pytest

from tests.workbench.conftest import REPOSITORY, call_make, run_make, trains
from tests.workbench.project.make.import_closure import reached_by

# A training that is killed in its second epoch. If resumed, it ends.
KILLED = """case "$*" in *--resume) ;;
  *) mkdir -p $build/checkpoint; touch $build/checkpoint/state.json; exit 9 ;; esac
"""


def kill_training(folder: Path, *arguments: str) -> None:
    """Start a training that is killed."""
    (folder / "train.sh").write_text(KILLED)
    assert call_make(folder, *arguments).returncode == 2


@pytest.mark.parametrize("target", ["train", "convert", "original"])
def test_a_killed_training_is_resumed(target, checkout):
    first = {"convert": "train"}.get(target, target)
    kill_training(checkout, first, "TRAIN_FLAGS=--seed 3")
    output = run_make(checkout, target, *["TRAIN_FLAGS=--seed 3"] * (target == first))
    resumed = [line for line in output.splitlines() if line.startswith("python -m train -")]
    assert len(resumed) == 1 and resumed[0].endswith(" --resume"), output
    assert target == "original" or "--seed 3" in resumed[0]
    assert not trains(checkout, target, *["TRAIN_FLAGS=--seed 3"] * (target == first))


def test_a_killed_training_of_other_settings_is_not_resumed(checkout):
    kill_training(checkout, "train")
    (checkout / "train.sh").unlink()
    assert "--resume" not in run_make(checkout, "train", "TRAIN_FLAGS=--epochs 3")


def test_if_the_killed_training_had_other_settings_after_all_a_new_one_begins(checkout):
    kill_training(checkout, "train")
    (checkout / "train.sh").write_text('case "$*" in *--resume) exit 2 ;; esac\n')
    output = run_make(checkout, "train").splitlines()
    assert [line for line in output if line.startswith("python -m train -")] == [
        "python -m train --model compact --resume",
        "python -m train --model compact",
    ]


def test_convert_depends_on_the_code_that_it_uses_and_on_no_other_of_the_edge():
    printed = run_make(REPOSITORY, "-pn", "help").splitlines()
    (value,) = (line for line in printed if line.startswith("OUR_CODE := "))
    ours = set(value.split()[2:])
    used = reached_by("convert")
    assert {file for file in ours if file.startswith("edge/")} == {
        file for file in used if file.startswith("edge/")
    }
    assert used | {"evaluation/templates/conversion.html"} <= ours


@pytest.mark.parametrize(
    ("file", "again"),
    [
        ("evaluation/metrics.py", True),
        ("convert/runtimes/score.py", True),
        ("edge/emotion_edge/model/quantization.py", True),
        ("edge/emotion_edge/output/mqtt/home_assistant.py", False),
    ],
)
def test_a_change_in_code_that_convert_uses_converts_again(file, again, checkout):
    (checkout / file).parent.mkdir(parents=True)
    shutil.copy(REPOSITORY / file, checkout / file)
    run_make(checkout, "convert")
    assert "python" not in run_make(checkout, "convert")
    (checkout / file).touch()
    assert ("python -m convert" in run_make(checkout, "convert")) is again
