"""README's three lines, as they are, with the wheel and with the sdist, in a root folder."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from tests.edge.brokers.listener import Listener
from tests.pi import emulated, native

PROJECT = Path(__file__).parents[2]
MODULES = "import sys, emotion_edge, numpy; print(emotion_edge.__file__, numpy.__file__)"
EMULATED = "PI_CPU" in os.environ


def block(page: str, start: str) -> str:
    """Return the shell block of a page that begins with some text."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (PROJECT / page).read_text(), re.M | re.S)
    (found,) = (text for text in blocks if text.startswith(start))
    return found


APT = "python3-venv python3-numpy python3-pil"  # Raspberry Pi OS has them
THREE_LINES = block("README.md", "python3 -m venv")
EXTRAS = block("docs/packages.md", "~/emotion-edge/bin/pip install '")


def shell(root: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run lines in the root folder's home folder; they must succeed."""
    words = ("env", "HOME=/root", "PIP_QUIET=1", "bash", "-euc", f"cd ~; {script}")
    result = (emulated.run_in if EMULATED else native.run_in)(root, *words)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


@pytest.fixture(scope="module", params=[".whl"] if EMULATED else [".whl", ".tar.gz"])
def packed(root, request) -> tuple[str, str]:
    """The name of the package that the lines name, and that of the one to install.

    tests/pi/run installed the sdist on emulated processors.
    """
    if not EMULATED:
        native.run_in(root, "apt-get", "install", "-qy", *APT.split())
    shutil.rmtree(root / "root/emotion-edge", ignore_errors=True)
    named = re.search(r"emotion_edge\S+\.whl", THREE_LINES)[0]
    (package,) = root.parent.glob(f"emotion_edge-*{request.param}")
    shutil.copy(package, root / "root")
    Image.fromarray(data.astronaut()).save(root / "root/photo.jpg")
    return named, package.name


def test_three_lines_are_three_and_the_same_on_both_pages():
    assert len(THREE_LINES.splitlines()) == 3
    assert block("docs/packages.md", "python3 -m venv") == THREE_LINES


def test_three_lines_give_a_label(root, packed):
    result = shell(root, THREE_LINES.replace(*packed))
    (line,) = map(json.loads, result.stdout.splitlines())
    assert (line["label"], line["face"]) == ("happy", 1)
    ours, numpy = shell(root, f"emotion-edge/bin/python -c '{MODULES}'").stdout.split()
    assert ours.startswith("/root/emotion-edge/")
    assert numpy.startswith("/usr/lib/python3/")  # the camera library was compiled against it


@pytest.mark.skipif(EMULATED, reason="test_pi.py has a broker")
def test_a_daemon_with_a_broker(root, packed, mosquitto):
    shell(root, EXTRAS.replace(*packed))
    listener = Listener(mosquitto)
    shell(root, f"emotion-edge/bin/emotion-edge run --source photo.jpg --to {mosquitto.url}")
    listener.wait("availability", "offline", after=listener.wait("state", "happy"))
