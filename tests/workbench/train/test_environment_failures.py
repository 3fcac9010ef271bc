"""Failures of train/environment.py before it installs anything."""

import os
import shutil
import sys

import pytest

from tests.workbench.conftest import call
from tests.workbench.train.environment_project import SETUP, fail, setup


@pytest.mark.skipif(
    not shutil.which("setpriv"), reason="root may write everywhere; setpriv is missing"
)
@pytest.mark.parametrize("name", [".venv", ".venv/bin"])
def test_an_environment_of_another_user_is_named_with_the_remedy(name, tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / name / "file").touch()
    (tmp_path / name).chmod(0o555)
    said = fail(tmp_path, "setpriv", "--bounding-set=-dac_override,-dac_read_search")
    assert "setup: cannot write .venv/: Permission denied (" in said
    assert "sudo rm -rf .venv, then make setup" in said
    assert (tmp_path / name / "file").exists()


@pytest.mark.parametrize("moment", ["before the folder is there", "while it is written"])
def test_an_early_interruption_leaves_nothing_and_no_traceback(moment, tmp_path):
    early = moment.startswith("before")
    # In place of venv's first or last step: press Ctrl-C, as a terminal does, for both processes.
    venv = tmp_path / "modules" / "venv"
    venv.mkdir(parents=True)
    (venv / "__init__.py").touch()
    make = "" if early else "Path(sys.argv[1], 'bin').mkdir(parents=True)"
    (venv / "__main__.py").write_text(
        f"import os, signal, sys, time; from pathlib import Path\n{make}\n"
        "os.killpg(0, signal.SIGINT); time.sleep(60)\n"
    )
    variables = {**os.environ, "PYTHONPATH": str(venv.parent)}
    result = call(SETUP, cwd=tmp_path, env=variables, start_new_session=True)
    assert result.returncode == 130
    assert result.stderr == "setup: interrupted: make setup starts it again\n"
    assert not (tmp_path / ".venv").exists()


def test_what_is_not_a_folder_is_replaced(tmp_path):
    (tmp_path / ".venv").touch()
    (tmp_path / "pyproject.toml").touch()
    assert "making .venv/ anew" in setup(tmp_path).stdout
    assert (tmp_path / ".venv" / "bin" / "python").exists()


def test_without_venv_setup_names_debians_package_and_leaves_nothing(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    result = setup(tmp_path, PYTHONPATH=str(tmp_path))
    assert result.returncode == 2
    assert "apt install python{}.{}-venv\n".format(*sys.version_info) in result.stderr
    assert not (tmp_path / ".venv").exists()
