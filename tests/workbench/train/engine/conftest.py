"""Fixtures for the tests of training runs."""

import subprocess
from pathlib import Path

import pytest

from emotion_edge.model.crop_rule import CROP_FILE, crop_rule_json
from tests.workbench.conftest import make_photos
from tests.workbench.train.engine.runs import train


@pytest.fixture(scope="package")
def data(tmp_path_factory) -> Path:
    """A data set with a test split and a crop rule."""
    folder = make_photos(tmp_path_factory.mktemp("data"), train=12, validation=4, test=5)
    (folder / CROP_FILE).write_text(crop_rule_json({"face_width": 3.3, "eye_height": 0.41}))
    return folder


@pytest.fixture(scope="package")
def finished_run(data, tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A run of 4 epochs: its build folder, which tests only read, and the finished process."""
    build = tmp_path_factory.mktemp("finished")
    result = train(data, build, "--epochs", 4)
    assert result.returncode == 0, result.stderr
    return build, result
