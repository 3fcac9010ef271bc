"""Making .venv/ with a real pip, which installs a tiny package without a network."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.workbench.conftest import call, write_program
from tests.workbench.train.environment_project import BACKEND, PROJECT, SETUP, fail, offline, setup
from train.environment import find_fault, remove


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A project that is set up; said: what that printed."""
    folder = tmp_path_factory.mktemp("folder") / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "backend.py").write_text(BACKEND)
    result = setup(folder)
    assert result.returncode == 0, result.stderr
    (folder / "said").write_text(result.stdout + result.stderr)
    return folder


def is_installed(folder: Path) -> bool:
    """Tell whether the environment has our package."""
    listed = call([folder / ".venv/bin/python", "-m", "pip", "list"], cwd=folder).stdout.split()
    return "tiny" in listed


def test_setup_is_quiet_and_done_once(project):
    said = (project / "said").read_text()
    assert len(said.splitlines()) == 2
    assert "the log is .venv/pip.log" in said
    assert "Successfully installed" in (project / ".venv" / "pip.log").read_text()
    assert is_installed(project)
    assert (project / ".venv" / ".installed").read_text() == f"{project}\n"
    again = setup(project)
    assert (again.returncode, again.stdout) == (0, "")


def test_after_a_failure_of_pip_or_an_interruption_setup_can_be_repeated(project):
    (project / ".venv" / ".installed").unlink()
    (project / "backend.py").rename(project / "later.py")
    result = setup(project)
    assert result.returncode == 1
    assert re.search("module (named )?'backend'", result.stdout)  # in the words of several pips
    assert len(result.stdout.splitlines()) < 20
    assert "pip failed, and its whole log is .venv/pip.log" in result.stderr
    assert not (project / ".venv" / ".installed").exists()
    (project / "later.py").rename(project / "backend.py")
    assert interrupt(project) == (130, "setup: interrupted: make setup starts it again")
    assert not (project / ".venv" / ".installed").exists()
    assert setup(project).returncode == 0


def interrupt(project: Path) -> tuple[int, str]:
    """Press Ctrl-C while pip runs, and return the exit code and the last line on stderr."""
    slow = offline(project, SLOW="60")
    (project / "started").unlink()
    with subprocess.Popen(SETUP, cwd=project, env=slow, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not (project / "started").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        last = process.stderr.read().decode().splitlines()[-1]
    return process.returncode, last


def test_the_fault_of_an_environment_is_named(project, monkeypatch):
    monkeypatch.chdir(project)
    assert find_fault() is None
    python = project / ".venv" / "bin" / "python"
    real = python.rename(python.with_name("real"))
    python.symlink_to("/nowhere/python")
    assert find_fault() == "its Python does not run or has no pip"
    python.unlink()
    write_program(python, "#!/bin/sh\necho 3.10\n")
    assert find_fault() == "it has Python 3.10, not {}.{}".format(*sys.version_info)
    real.rename(python)


def test_a_link_to_an_environment_elsewhere_is_accepted_and_never_emptied(
    project, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    link = tmp_path / ".venv"
    link.symlink_to(project / ".venv")
    assert find_fault() is None
    remove(Path(".venv"))
    assert not link.is_symlink() and (project / ".venv" / "pyvenv.cfg").exists()


def test_a_moved_environment_is_made_anew(project, tmp_path):
    moved = project.rename(tmp_path / "moved")
    result = setup(moved)
    assert f"making .venv/ anew: it was made for {project}\n" in result.stdout
    assert is_installed(moved)
    moved.rename(project)


@pytest.mark.parametrize("name", ["pip.log", ".installed.part"])
def test_a_file_that_cannot_be_written_is_named(name, project):
    (project / ".venv" / ".installed").unlink()
    (project / ".venv" / "pip.log").unlink()
    (project / ".venv" / name).mkdir()
    said = fail(project)
    assert f"cannot write .venv/: Is a directory (.venv/{name})" in said
    assert "make setup tries again" in said
    assert not (project / ".venv" / ".installed").exists()
    (project / ".venv" / name).rmdir()
    assert setup(project).returncode == 0


def test_an_environment_that_works_needs_no_ensurepip(project, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    (project / "pyproject.toml").touch()
    result = setup(project, PYTHONPATH=str(tmp_path))
    assert result.returncode == 0, result.stderr
