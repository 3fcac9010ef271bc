"""What the program that builds the Debian packages refuses."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.workbench.conftest import REPOSITORY, call

PACKAGING = REPOSITORY / "edge/packaging"


@pytest.fixture
def wheel(tmp_path) -> Path:
    """Return a file that looks like the program's wheel."""
    path = tmp_path / "emotion_edge-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("emotion_edge/emotion-edge.service", "")
    return path


def build(program: Path, wheel: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program, without a package index; it must leave nothing."""
    kept = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    out = wheel.parent / "out"
    result = call(
        [sys.executable, str(program), "arm64", str(wheel), str(out)],
        env={
            **kept,
            "PIP_NO_INDEX": "1",
            "GIT_CEILING_DIRECTORIES": str(wheel.parent),
            **variables,
        },
    )
    assert "Traceback" not in result.stderr
    assert not out.exists() or not list(out.iterdir())
    return result


def test_another_archive_than_the_programs_wheel_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as archive:
        archive.writestr("other/__init__.py", "")
    result = build(PACKAGING / "build_deb", tmp_path / "other.whl")
    assert result.returncode == 2
    assert "other.whl: not a wheel of emotion-edge; `make wheel`" in result.stderr


def test_a_folder_without_commits_needs_a_time(tmp_path, wheel):
    shutil.copytree(PACKAGING, tmp_path / "copy")
    for time in ({}, {"SOURCE_DATE_EPOCH": "today"}):
        result = build(tmp_path / "copy/build_deb", wheel, **time)
        assert result.returncode == 2
        assert "set SOURCE_DATE_EPOCH" in result.stderr


def test_without_a_package_index_that_is_what_it_says(wheel):
    result = build(PACKAGING / "build_deb", wheel, SOURCE_DATE_EPOCH="1")
    assert result.returncode == 1
    assert "pip failed, see above; the packages come from a package index" in result.stderr
