"""The Debian package on an emulated processor, over the installation that tests/pi/run made there.

dpkg's list of packages is empty there, so it cannot check what the package depends on;
test_deb.py does.
"""

import json
from pathlib import Path

from PIL import Image
from skimage import data

from tests.edge.brokers.listener import Listener
from tests.pi.debs import PREFIX, SETTINGS, make_older, repack
from tests.pi.emulated import run_in


def test_it_replaces_make_pi_is_updated_labels_a_photograph_and_goes(root, mosquitto):
    Image.fromarray(data.astronaut()).save(root / "opt/photo.jpg")
    repack(root / "opt/emotion-edge.deb", root / "opt/older.deb", make_older)
    assert 'replaces the installation of "make pi"' in dpkg(root, "--install", "/opt/older.deb")
    modules = f"{PREFIX}/lib/*/site-packages/emotion_edge"
    assert list(root.glob(f"{modules}/gone.py"))
    dpkg(root, "--install", "/opt/emotion-edge.deb")
    assert not list(root.glob(f"{modules}/gone.py")) and list(root.glob(f"{modules}/errors.py"))
    listener = Listener(mosquitto)
    source = ("--source", "/opt/photo.jpg", "--min-face", 60, "--to", "-", "--to", mosquitto.url)
    result = run_in(root, "emotion-edge", "run", *source)
    assert result.returncode == 0, result.stderr
    listener.wait("availability", "offline", after=listener.wait("availability", "online"))
    line = json.loads(result.stdout)
    assert line["label"] == "happy"
    assert [json.loads(each) for each in listener.of("events")] == [line]
    dpkg(root, "--remove", "emotion-edge")
    for name in (PREFIX, "usr/bin/emotion-edge"):
        assert not (root / name).is_symlink() and not (root / name).exists(), name
    assert (root / SETTINGS).exists()
    dpkg(root, "--purge", "emotion-edge")
    assert not (root / SETTINGS).exists()


def dpkg(root: Path, *arguments: str) -> str:
    """Run dpkg, which must succeed; return its output."""
    result = run_in(root, "dpkg", "--force-depends", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
