"""The Debian package on an emulated processor, over the installation that tests/pi/run made there.

dpkg's list of packages is empty there, so it cannot check what the package depends on;
test_deb.py does.
"""

import json

from PIL import Image
from skimage import data

from tests.edge.brokers.listener import Listener
from tests.pi.emulated import run_in


def test_it_replaces_make_pi_labels_a_photograph_and_goes(root, mosquitto):
    Image.fromarray(data.astronaut()).save(root / "opt/photo.jpg")
    result = run_in(root, "dpkg", "--force-depends", "--install", "/opt/emotion-edge.deb")
    assert result.returncode == 0, result.stdout + result.stderr
    assert 'replaces the installation of "make pi"' in result.stdout
    listener = Listener(mosquitto)
    source = ("--source", "/opt/photo.jpg", "--min-face", 60, "--to", "-", "--to", mosquitto.url)
    result = run_in(root, "emotion-edge", "run", *source)
    assert result.returncode == 0, result.stderr
    listener.wait("availability", "offline", after=listener.wait("availability", "online"))
    line = json.loads(result.stdout)
    assert line["label"] == "happy"
    assert [json.loads(each) for each in listener.of("events")] == [line]
    result = run_in(root, "dpkg", "--purge", "emotion-edge")
    assert result.returncode == 0, result.stdout + result.stderr
    for name in ("opt/emotion-edge", "usr/bin/emotion-edge", "etc/emotion-edge.toml"):
        assert not (root / name).is_symlink() and not (root / name).exists(), name
