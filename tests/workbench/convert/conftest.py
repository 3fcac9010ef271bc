"""Fixtures for the tests of the conversion."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.workbench.conftest import run

pytest.register_assert_rewrite("tests.workbench.convert.reports")


@pytest.fixture(scope="package")
def converted(tiny_build, tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A build folder converted to every variant, and the finished process; tests only read it."""
    build = shutil.copytree(tiny_build, tmp_path_factory.mktemp("all") / "build")
    result = run("convert", "--build", build, "--variant", "all")
    assert result.returncode == 0, result.stderr + result.stdout
    return build, result
