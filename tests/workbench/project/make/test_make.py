"""The Makefile: help for every target, and no repeated work."""

import os
import re
import shutil
import tomllib

import pytest

from tests.workbench.conftest import (
    REPOSITORY,
    WORKSTATION,
    call,
    call_make,
    make_photos,
    run_make,
    trains,
    write_program,
)


def test_help_has_a_line_for_every_target(checkout):
    makefile = (REPOSITORY / "Makefile").read_text()
    (phony,) = (line for line in makefile.splitlines() if line.startswith(".PHONY:"))
    listed = {line.split()[0] for line in run_make(checkout, "help").splitlines()}
    assert listed == set(phony.split()[1:]) - {"FORCE"}
    assert run_make(checkout) == run_make(checkout, "help")


def test_nothing_is_done_twice(checkout):
    first = run_make(checkout, "train", "convert")
    assert "python -m train " in first
    assert "python -m convert" in first
    second = run_make(checkout, "train", "convert")
    assert "python" not in second
    assert "pip" not in run_make(checkout, "setup")


def test_other_settings_or_data_train_again(checkout):
    assert trains(checkout, "train")
    assert trains(checkout, "train", "TRAIN_FLAGS=--epochs 3")
    assert not trains(checkout, "train", "TRAIN_FLAGS=--epochs 3")
    photos = make_photos(checkout / "my photos", train=1, validation=1)
    assert trains(checkout, "train", f"DATA={photos}")
    assert not trains(checkout, "train", f"DATA={photos}")
    (photos / "train" / "red" / "00.png").unlink()
    assert trains(checkout, "train", f"DATA={photos}")


def test_convert_uses_the_settings_of_the_last_training(checkout):
    photos = make_photos(checkout / "Tim's #1 $HOME", train=1, validation=1)
    settings = (f"DATA={photos}".replace("$", "$$"), "MODEL=compact")
    assert trains(checkout, "train", *settings, "TRAIN_FLAGS=--epochs 3 --resume")
    assert not trains(checkout, "train", *settings, "TRAIN_FLAGS=--epochs 3")
    output = run_make(checkout, "convert", "run")
    assert "python -m train" not in output and "python -m convert" in output
    assert f"--source {photos}/validation" in output
    (photos / "train" / "red" / "00.png").unlink()
    assert f"--data {photos} --model compact --epochs 3\n" in run_make(checkout, "convert")
    assert "python -m train --resume auto --model compact\n" in run_make(checkout, "train")
    assert "--model simple_cnn --early-stopping 4" in run_make(
        checkout, "train", "MODEL=simple_cnn"
    )


def test_settings_in_the_environment_are_not_taken(checkout):
    names = ("DATA", "MODEL", "SOURCE", "TRAIN_FLAGS", "CONVERT_FLAGS")
    strange = dict.fromkeys(names, "somebody/else's")
    output = run_make(checkout, "train", "convert", "run", **strange)
    output += run_make(checkout, "bench", PHOTOGRAPHS="theirs", FACES="theirs")
    assert "python -m train --resume auto --model compact\n" in output
    assert "--source build/samples/frames" in output
    assert "their" not in output and "else's" not in output
    photos = make_photos(checkout / "photos", train=1, validation=1)
    output = run_make(checkout, "train", "convert", "run", f"DATA={photos}", **strange)
    assert f"--data {photos}" in output and f"--source {photos}/validation" in output
    assert not trains(checkout, "convert", **strange)


def test_other_convert_flags_convert_again_without_training(checkout):
    run_make(checkout, "convert")
    output = run_make(checkout, "convert", "CONVERT_FLAGS=--variant float16")
    assert "python -m convert --variant float16" in output
    assert "python -m train" not in output
    assert "python" not in run_make(checkout, "convert", "CONVERT_FLAGS=--variant float16")
    assert "--author Tim O'Brien" in run_make(
        checkout, "convert", """CONVERT_FLAGS=--author "Tim O'Brien\""""
    )


def test_the_original_is_trained_again_for_other_data(checkout):
    assert trains(checkout, "original")
    assert not trains(checkout, "original")
    photos = make_photos(checkout / "photos", train=1, validation=1)
    assert trains(checkout, "original", f"DATA={photos}")


def test_a_folder_called_data_is_used_by_default(checkout):
    (checkout / "data").mkdir()
    assert "--data data" in run_make(checkout, "train").replace("'", "")


def test_original_and_run_use_the_drawn_faces_if_there_is_no_data(checkout):
    output = run_make(checkout, "original").replace("'", "")
    assert "--data build/samples --build build/original" in output
    assert "python -m train.original build/original/history.csv" in output
    output = run_make(checkout, "run").replace("'", "")
    assert "emotion-edge run --model build/model.tflite --source build/samples/frames" in output


@pytest.mark.parametrize(("dpkg", "named"), [("echo armhf", "this is armhf"), ("exit 1", "Linux")])
def test_pi_installs_nothing_on_a_machine_that_cannot_run_it(dpkg, named, checkout):
    (checkout / "bin").mkdir()
    for name, script in {"dpkg": dpkg, "apt-get": "touch tried", "sudo": "touch tried"}.items():
        write_program(checkout / "bin" / name, f"#!/bin/sh\n{script}\n")
    path = f"{checkout}/bin:{os.environ['PATH']}"
    result = call_make(checkout, "pi", f"PI_PREFIX={checkout}/opt", PATH=path)
    assert result.returncode == 2
    assert "pi needs a 64-bit Raspberry Pi OS" in result.stderr
    assert named in result.stderr
    assert not {"tried", "opt"} & {path.name for path in checkout.iterdir()}


def test_pi_knows_the_extras_of_a_pi_and_refuses_others(checkout):
    shutil.copy(REPOSITORY / "pyproject.toml", checkout)
    project = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].keys() - WORKSTATION
    output = run_make(checkout, "-n", "pi", f"EXTRAS={','.join(extras)}")
    (asked,) = re.findall(r"'\.\[mqtt,metrics,web ?,(.*)\]'", output)
    assert set(asked.split(" ,")) == extras
    assert "'.[mqtt,metrics,web]'" in run_make(checkout, "-n", "pi", EXTRAS="somebody's")
    for unknown in ("video,vidoe", "train", "a'b"):
        output = run_make(checkout, "-n", "pi", f"EXTRAS={unknown}")
        message = call(["sh", "-c", output[output.index("printf") : output.index("umask")]])
        assert message.returncode == 2
        assert message.stderr.startswith(f"EXTRAS={unknown}: the extras are all ")
        assert not set(message.stderr.split()) & WORKSTATION


@pytest.mark.parametrize("command", ["make train convert run", "make test"])
def test_readme_begins_with_two_commands_that_exist(command, checkout):
    lines = (REPOSITORY / "README.md").read_text().splitlines()
    assert command in lines[:60]
    targets = {line.split()[0] for line in run_make(checkout, "help").splitlines()}
    assert set(command.split()[1:]) <= targets
