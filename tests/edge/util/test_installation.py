"""The commands in error messages that install packages."""

import shlex
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from emotion_edge.util import installation
from emotion_edge.util.installation import install_hint, pip_command, project_url

PIP = [sys.executable, "-m", "pip"]
METADATA = """\
Metadata-Version: 2.4
Name: emotion-edge
Version: 9
Project-URL: Source, https://source.example/a, b
Project-URL: Documentation, https://documentation.example/
Requires-Dist: pillow>=9.4
Requires-Dist: pillow-more>=1
Requires-Dist: av-less>=3; platform_machine != "armv7l"
Requires-Dist: av>=14.1; extra == 'video'
Requires-Dist: av-more; extra == 'video-more'
Requires-Dist: numpy<2,>=1.24; (python_version < '3.9') and extra == 'old'
Requires-Dist: older==2; (python_version < '3.9' and sys_platform == 'linux') and extra == 'old'
Requires-Dist: numpy<9,>=1.24; (python_version < '9.0') and extra == 'new'
Requires-Dist: newer==2; (python_version < '9.0' and sys_platform == 'linux') and extra == 'new'
"""


@pytest.fixture
def installed(tmp_path, monkeypatch) -> None:
    """Another version of the program, with other extras."""
    folder = tmp_path / "emotion_edge-9.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(METADATA)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("installed")
def test_the_packages_of_an_extra_are_those_of_the_installed_program():
    assert shlex.split(install_hint("video")) == [*PIP, "install", "av>=14.1"]
    assert shlex.split(install_hint("new")) == [
        *(*PIP, "install"),
        *("numpy<9,>=1.24", "newer==2"),
    ]
    assert shlex.split(install_hint("video", again=True)) == [
        *(*PIP, "install", "--force-reinstall", "--no-deps"),
        "av>=14.1",
    ]
    assert shlex.split(install_hint("pillow")) == [*PIP, "install", "pillow>=9.4"]
    assert shlex.split(install_hint("av-less")) == [*PIP, "install", "av-less>=3"]


@pytest.mark.usefixtures("installed")
def test_a_newer_python_than_an_extra_has_packages_for_is_named():
    python = "{}.{}".format(*sys.version_info)
    assert install_hint("old") == f"[old] has no packages for Python {python}"


@pytest.mark.usefixtures("installed")
def test_apts_numpy_is_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(np, "__file__", "/usr/lib/python3/dist-packages/numpy/__init__.py")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    pin = f"numpy=={version('numpy')}"
    assert shlex.split(install_hint("video")) == [*PIP, "install", "av>=14.1", pin]
    assert shlex.split(install_hint("new")) == [*PIP, "install", "newer==2", pin]
    assert "numpy" not in install_hint("new", again=True)


@pytest.mark.usefixtures("installed")
def test_an_extra_that_is_newer_than_the_installed_program_comes_from_a_checkout():
    assert install_hint("newest").endswith(" pip install '.[newest]' in a checkout of emotion-edge")


def test_without_an_installed_program_an_extra_comes_from_a_checkout(monkeypatch):
    monkeypatch.setattr(installation, "DISTRIBUTION", "no-such-program")
    assert " pip install '.[video]' in a checkout of " in install_hint("video")
    assert project_url("Documentation") is None


@pytest.mark.usefixtures("installed")
def test_the_address_of_a_label_is_that_of_project_urls():
    assert project_url("Documentation") == "https://documentation.example/"
    assert project_url("Source") == "https://source.example/a, b"
    assert project_url("Changelog") is None


def test_a_folder_of_somebody_else_needs_sudo(monkeypatch):
    monkeypatch.setattr(installation.sysconfig, "get_path", lambda _: "/no/such/folder")
    command = pip_command("install", "av>=14.1")
    assert command == f"sudo {shlex.join(PIP)} install 'av>=14.1'"
    assert Path(shlex.split(command)[1]).samefile(sys.executable)
