"""`make setup`: which Python it takes, and when it installs again."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.workbench.conftest import call_make, write_program

# Replaces a Python: it has version {version}, and prints what make lets it do.
PYTHON = """#!/bin/sh
[ "$1" = -c ] && exec "{real}" -c "import sys; sys.version_info = {version}; $2"
echo "{name} $*"
"""


def write_pythons(folder: Path, *versions: tuple[int, int]) -> str:
    """Write replacements of Pythons into bin/, and return a search path without any other Python.

    python3.12 is a name that does not run, as pyenv writes them.
    """
    tools = folder / "bin"
    tools.mkdir()
    for name in ("sed", "cat", "uname", "env"):
        (tools / name).symlink_to(shutil.which(name))
    write_program(tools / "python3.12", "#!/bin/sh\nexit 127\n")
    for version in versions:
        write_python(tools / "python{}.{}".format(*version), version)
    (folder / ".venv" / ".installed").unlink()
    return str(tools)


def write_python(path: Path, version: tuple[int, int]) -> Path:
    """Write a replacement of a Python, which says its path and what it is to do."""
    path.parent.mkdir(exist_ok=True)
    text = PYTHON.format(real=sys.executable, version=(*version, 0), name=path)
    return write_program(path, text)


def remove_ensurepip(python: Path) -> None:
    """Let a replacement be as Debian's Python without the package python3-venv."""
    text = python.read_text()
    write_program(
        python, text.replace("import sys;", "import sys; sys.modules['ensurepip'] = None;")
    )


def setup(folder: Path, path: str, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run `make setup` with a search path, and return the exit code and all output."""
    result = call_make(folder, "setup", *arguments, PATH=path, **variables)
    return result.returncode, result.stdout + result.stderr


def test_setup_takes_the_newest_python_that_suits_and_runs(checkout):
    path = write_pythons(checkout, (3, 10), (3, 11), (3, 13), (3, 14))
    code, output = setup(checkout, path)
    assert code == 0 and "python3.13 train/environment.py train" in output
    (checkout / "bin" / "python3.13").unlink()
    assert "python3.11 train/environment.py train" in setup(checkout, path)[1]


def test_setup_keeps_the_python_of_the_environment_unless_another_is_asked_for(checkout):
    path = write_pythons(checkout, (3, 11), (3, 13))
    (checkout / ".venv" / "pyvenv.cfg").write_text("home = /nowhere\nversion = 3.11.2\n")
    assert "python3.11 train/environment.py" in setup(checkout, path)[1]
    (checkout / ".venv" / ".installed").write_text(f"{checkout.resolve()}\n")
    assert "environment.py" not in setup(checkout, path)[1]
    newer = f"PYTHON={checkout}/bin/python3.13"
    assert "python3.13 train/environment.py" in setup(checkout, path, newer)[1]


@pytest.mark.parametrize("has", ["executable", "home"])
def test_setup_finds_the_python_of_the_environment_off_the_search_path(has, checkout):
    path = write_pythons(checkout, (3, 12), (3, 13))
    own = write_python(checkout / "my pythons" / "python3.11", (3, 11))
    config = {"executable": f"executable = {own}", "home": f"home = {own.parent}"}[has]
    # `version_info` is what uv writes.
    (checkout / ".venv" / "pyvenv.cfg").write_text(f"{config}\nversion_info = 3.11.2.final.0\n")
    assert f"{own} train/environment.py" in setup(checkout, path)[1]
    write_python(own, (3, 10))  # the name means another version by now
    assert "bin/python3.13 train/environment.py" in setup(checkout, path)[1]


def test_setup_prefers_a_python_that_can_make_environments(checkout):
    path = write_pythons(checkout, (3, 11), (3, 13))
    remove_ensurepip(checkout / "bin" / "python3.13")
    (checkout / ".venv" / "bin" / "python").unlink()
    assert "python3.11 train/environment.py" in setup(checkout, path)[1]
    remove_ensurepip(checkout / "bin" / "python3.11")  # this file then names the package
    assert "python3.13 train/environment.py" in setup(checkout, path)[1]


def test_setup_installs_into_an_environment_that_works_without_making_one(checkout):
    path = write_pythons(checkout, (3, 11), (3, 13))
    remove_ensurepip(checkout / "bin" / "python3.11")
    (checkout / ".venv" / "pyvenv.cfg").write_text("version = 3.11.2\n")
    assert "python3.11 train/environment.py" in setup(checkout, path)[1]
    (checkout / ".venv" / "bin" / "python").unlink()
    assert "python3.13 train/environment.py" in setup(checkout, path)[1]


def test_a_python_with_a_space_in_its_path_is_taken_or_refused(checkout):
    path = write_pythons(checkout, (3, 13))
    python = write_python(checkout / "Tim's pythons" / "python3.11", (3, 11))
    assert f"{python} train/environment.py" in setup(checkout, path, f"PYTHON={python}")[1]
    write_python(python, (3, 10))
    code, output = setup(checkout, path, f"PYTHON={python}")
    assert code == 2 and f"3.13, and {python} is none of them." in output


def test_a_python_in_the_environment_is_not_taken(checkout):
    path = write_pythons(checkout, (3, 11), (3, 13))
    output = setup(checkout, path, PYTHON=str(checkout / "bin" / "python3.11"))[1]
    assert "python3.13 train/environment.py" in output


@pytest.mark.parametrize("change", ["move", "lose"])
def test_a_moved_or_broken_environment_is_set_up_again(change, checkout, tmp_path_factory):
    path = write_pythons(checkout, (3, 11))
    (checkout / ".venv" / ".installed").write_text(f"{checkout.resolve()}\n")
    if change == "move":
        checkout = checkout.rename(tmp_path_factory.mktemp("other") / "place")
        path = str(checkout / "bin")
    else:
        (checkout / ".venv" / "bin" / "python").unlink()
    assert "python3.11 train/environment.py" in setup(checkout, path)[1]


def test_without_a_python_that_suits_setup_names_the_package(checkout):
    code, output = setup(checkout, write_pythons(checkout, (3, 10), (3, 14)))
    assert code == 2
    assert "needs Python 3.11, 3.12 or 3.13" in output
    assert "sudo apt install python3 python3-venv" in output


@pytest.mark.parametrize("asked", ["bin/python3.10", "bin/python3.12", "no/python"])
def test_another_python_version_is_refused_with_the_remedy(asked, checkout):
    path = write_pythons(checkout, (3, 10), (3, 13))
    code, output = setup(checkout, path, f"PYTHON={checkout}/{asked}")
    assert code == 2
    assert f"3.11, 3.12 or 3.13, and {checkout}/{asked} is none of them" in output
    assert "make setup PYTHON=" in output
