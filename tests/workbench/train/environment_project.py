"""A project that train/environment.py sets up with a real pip, without a network."""

import os
import subprocess
import sys
from pathlib import Path

from tests.workbench.conftest import REPOSITORY, call

# A project whose extra `all` exists.
PROJECT = """[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """import os, time
from pathlib import Path
from zipfile import ZipFile
def build_editable(folder, config_settings=None, metadata_directory=None):
    Path("started").touch()
    time.sleep(float(os.environ.get("SLOW", 0)))
    wheel, info = "tiny-1-py3-none-any.whl", "tiny-1.dist-info/"
    with ZipFile(Path(folder, wheel), "w") as archive:
        head = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n"
        archive.writestr(info + "METADATA", head + "Provides-Extra: all\\n")
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        archive.writestr(info + "RECORD", "")
    return wheel
"""
SETUP = [sys.executable, str(REPOSITORY / "train" / "environment.py"), "all"]


def offline(folder: Path, **variables: str) -> dict[str, str]:
    """Return environment variables with which pip finds only the folder's wheel."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**ours, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), **variables}


def setup(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Set up the project."""
    return call(SETUP, cwd=folder, env=offline(folder, **variables))


def fail(folder: Path, *prefix: str) -> str:
    """Set up, which must fail with exit code 1 and no traceback, and return stderr."""
    result = call([*prefix, *SETUP], cwd=folder, env=offline(folder))
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert len(result.stderr.splitlines()) == 2
    return result.stderr
