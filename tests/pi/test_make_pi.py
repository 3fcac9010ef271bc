"""`make pi` in the root folder of a plain Debian that tests/pi/run made."""

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.edge.models import INT8
from tests.edge.pictures import save
from tests.pi.native import run_in

NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
PREFIX = "/opt/emotion-edge"
NO_CAMERA = "Without the camera: apt has no python3-picamera2 here"
CONTROL = """\
Package: python3-picamera2
Version: 1
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: stands in for the camera library of Raspberry Pi OS
"""
PACKAGED = """
Package: emotion-edge
Status: install ok installed
Version: 1
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: stands in for the Debian package
"""


@pytest.fixture(scope="module")
def root() -> Path:
    """The root folder, with a picture and a broken clip in it."""
    folder = Path(os.environ["PI_ROOT"]).resolve()
    save(folder / "opt/red.png", "red")
    (folder / "opt/clip.mp4").write_bytes(bytes(1000))
    (folder / "opt/tiny.tflite").write_bytes(INT8.read_bytes())
    return folder


def make_pi(root: Path, *settings: str) -> list[str]:
    """Run `make pi`, which must succeed, with a umask that hides files; return its stderr."""
    script = 'umask 077; exec make -C /opt/project pi "$@"'
    result = run_in(root, "sh", "-c", script, "sh", *settings)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Installed. Next, with your settings" in result.stdout
    return result.stderr.splitlines()


@pytest.fixture(scope="module")
def installed(root) -> list[str]:
    """What `make pi` wrote on stderr."""
    return make_pi(root)


def run_as_nobody(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a user without any rights."""
    return run_in(root, *NOBODY, f"{PREFIX}/bin/emotion-edge", *arguments)


def play(root: Path, source: str) -> str:
    """Run the program on a source that it must refuse; return the error."""
    result = run_as_nobody(root, "run", "--faces", "off", "--source", source)
    assert result.returncode == 2, result.stderr
    return result.stderr.splitlines()[-1]


def test_without_a_camera_library_all_else_is_installed_and_the_end_says_so(root, installed):
    assert installed[-1].startswith(NO_CAMERA)
    result = run_as_nobody(root, "run", "--model", "/opt/tiny.tflite", "--source", "/opt/red.png")
    assert result.returncode == 0, result.stderr
    checks = run_as_nobody(root, "doctor", "--json", "--model", "/opt/tiny.tflite").stdout
    found = {each["check"]: each for each in json.loads(checks)}
    assert found["numpy"]["found"].endswith("apt's") and found["pillow"]["found"].endswith("apt's")
    assert found["runtime"]["status"] == found["face finder"]["status"] == "ok"


@pytest.mark.usefixtures("installed")
def test_an_extra_is_added_for_all_users(root):
    assert f": sudo {PREFIX}/bin/python3 -m pip install 'av>=" in play(root, "/opt/clip.mp4")
    make_pi(root, "EXTRAS=video")
    assert "cannot read it as a video" in play(root, "/opt/clip.mp4")


@pytest.mark.usefixtures("installed")
def test_the_command_in_an_error_keeps_apts_numpy(root):
    error = play(root, "v4l2:/dev/null")
    install = re.search(r": sudo (.* -m pip install 'linuxpy>=.*' numpy==[\d.]+)$", error)[1]
    assert run_in(root, "sh", "-c", install).returncode == 0
    assert play(root, "v4l2:/dev/null").endswith("--source v4l2: not a camera")
    assert not list((root / "opt/emotion-edge").glob("lib/python*/site-packages/numpy"))


def add_package(root: Path) -> None:
    """Give apt a repository with a package that has the camera library's name."""
    folder = root / "opt/repository"
    (folder / "package/DEBIAN").mkdir(parents=True)
    (folder / "package/DEBIAN/control").write_text(CONTROL)
    built = run_in(root, "dpkg-deb", "--build", "/opt/repository/package")
    assert built.returncode == 0, built.stderr
    content = (folder / "package.deb").read_bytes()
    size, digest = len(content), hashlib.sha256(content).hexdigest()
    index = f"{CONTROL}Filename: ./package.deb\nSize: {size}\nSHA256: {digest}\n"
    (folder / "Packages").write_text(index)
    sources = root / "etc/apt/sources.list.d/camera.list"
    sources.write_text("deb [trusted=yes] file:/opt/repository ./\n")


@pytest.mark.usefixtures("installed")
def test_a_camera_library_that_apt_has_is_installed(root):
    add_package(root)
    assert not [line for line in make_pi(root) if "camera" in line]
    assert run_in(root, "dpkg", "-s", "python3-picamera2").returncode == 0


def test_an_unknown_extra_is_refused_before_anything_is_installed(root):
    result = run_in(root, "make", "-C", "/opt/project", "pi", "EXTRAS=video,vidoe")
    assert result.returncode == 2
    assert "EXTRAS=video,vidoe: the extras are all" in result.stderr
    assert "apt-get" not in result.stdout


@pytest.mark.usefixtures("installed")
def test_a_folder_of_the_debian_package_is_refused(root):
    listed = root / "var/lib/dpkg/info/emotion-edge.list"
    listed.write_text(f"{PREFIX}/pyvenv.cfg\n")
    status = root / "var/lib/dpkg/status"
    before = status.read_text()
    status.write_text(before + PACKAGED)
    result = run_in(root, "make", "-C", "/opt/project", "pi")
    status.write_text(before)
    listed.unlink()
    assert result.returncode == 2
    assert f"{PREFIX} belongs to a Debian package, emotion-edge. Remove it first" in result.stderr
    assert "apt-get" not in result.stdout
