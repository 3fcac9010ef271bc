"""The Debian package in the root folder of a plain Debian: from its installation to its purge.

The tests follow each other. systemd does not run there: programs that write down their arguments
stand in for systemctl and deb-systemd-invoke.
"""

import json
import os
from pathlib import Path

import pytest
from PIL import Image
from securesystemslib.signer import CryptoSigner
from skimage import data

from emotion_edge.commands.service.units import UNITS
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import free_port
from tests.edge.command_line import edge as here
from tests.edge.recordings import write_recording
from tests.pi.debs import (
    APT,
    ENABLED,
    PREFIX,
    SETTINGS,
    STAMP,
    UNIT,
    WANTED,
    everything,
    make_older,
    repack,
    replace_systemd,
    succeed,
    use,
)
from tests.pi.native import run_in

SECRET = "etc/credstore/emotion-edge.password"
LINKS = ("usr/bin/emotion-edge", f"usr/lib/{UNIT}")
AS_THE_SERVICE = ("setpriv", "--reuid=emotion-edge", "--regid=emotion-edge", "--clear-groups")

_KEY = CryptoSigner.generate_ed25519()
PUBLIC, SIGNATURE = _KEY.public_key.keyval["public"], _KEY.sign(b"a model").signature


@pytest.fixture(scope="module")
def root() -> Path:
    """The root folder with this package and an older one, a picture and stand-ins for systemd."""
    folder = Path(os.environ["PI_ROOT"]).resolve()
    Image.fromarray(data.astronaut()).save(folder / "srv/photo.jpg")
    replace_systemd(folder)
    repack(folder / "srv/emotion-edge.deb", folder / "srv/older.deb", make_older)
    return folder


def calls(root: Path) -> list[str]:
    """Return the calls of systemd's programs since the last time."""
    path = root / "srv/calls"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


@pytest.fixture(scope="module")
def before(root) -> set[str]:
    """Everything that was there when only what the package depends on was installed."""
    succeed(root, *APT, "update")
    depends = succeed(root, "dpkg-deb", "--field", "/srv/emotion-edge.deb", "Depends")
    succeed(root, *APT, "satisfy", depends)
    theirs = (f"{PREFIX}/mine.tflite", "etc/credstore/other", f"{WANTED}/other.service")
    others = (Path(name).with_name("other") for name in (*ENABLED, STAMP))
    for path in (root / each for each in (*theirs, *others)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return everything(root)


@pytest.fixture(scope="module")
def upgraded(root, before) -> list[str]:
    """The older package over `make pi` and install-service, the user's settings, then this one."""
    stale = root / PREFIX / "lib/python3.13/site-packages/emotion_edge/stale.py"
    stale.parent.mkdir(parents=True)
    for path in (stale, root / PREFIX / "pyvenv.cfg"):
        path.write_text("")
    for name in UNITS:
        unit = here("install-service", "--print", name).stdout
        (root / "etc/systemd/system" / name).write_text(unit)
    calls(root)
    first = succeed(root, *APT, "install", "/srv/older.deb")
    assert 'replaces the installation of "make pi"' in first
    assert "no service runs yet" in first
    assert not stale.exists() and not [*root.glob("etc/systemd/system/emotion-edge*")]
    assert list(root.glob(f"{PREFIX}/lib/*/site-packages/emotion_edge/gone.py"))
    (root / SETTINGS).write_text("hflip = false\n")
    (root / SECRET).write_text("secret")
    (root / "var/lib/private/emotion-edge").mkdir(parents=True)
    (root / "var/lib/emotion-edge").symlink_to("private/emotion-edge")
    calls(root)
    second = succeed(root, *APT, "install", "/srv/emotion-edge.deb")
    assert "replaces" not in second and "no service" not in second
    return calls(root)


def test_an_upgrade_keeps_settings_and_restarts_only_what_runs(root, upgraded):
    assert upgraded == [
        "systemctl daemon-reload",
        "deb-systemd-invoke try-restart emotion-edge.service emotion-edge-update.timer "
        "emotion-edge-update-request.path",
    ]
    assert (root / SETTINGS).read_text() == "hflip = false\n"
    assert not list(root.glob(f"{PREFIX}/lib/*/site-packages/emotion_edge/gone.py"))
    assert list(root.glob(f"{PREFIX}/lib/*/site-packages/emotion_edge/__pycache__/errors.*.pyc"))
    assert not list((root / "etc/systemd/system").rglob("*emotion-edge*")), "it would start at boot"


@pytest.mark.usefixtures("upgraded")
def test_a_photograph_is_labelled_with_apts_numpy(root):
    version = here("--version").stdout
    assert succeed(root, "emotion-edge", "--version") == version
    line = succeed(root, *AS_THE_SERVICE, "emotion-edge", "run", "--source", "/srv/photo.jpg")
    assert json.loads(line)["label"] == "happy"
    checks = run_in(root, "emotion-edge", "doctor", "--json", "--source", "/srv/photo.jpg").stdout
    found = {each["check"]: each for each in json.loads(checks)}
    assert found["numpy"]["found"].endswith("apt's") and found["pillow"]["found"].endswith("apt's")
    assert found["runtime"]["status"] == found["face finder"]["status"] == "ok"
    assert "No broken requirements" in succeed(root, f"/{PREFIX}/bin/python3", "-m", "pip", "check")
    assert (
        not succeed(root, "dpkg", "--verify", "emotion-edge")
        .replace("??5?????? c /" + SETTINGS, "")
        .strip()
    )


@pytest.mark.usefixtures("upgraded")
def test_a_signature_is_verified_by_what_the_package_holds(root):
    """Without `cryptography`, and with tuf of the package."""
    program = (
        "import importlib.util, tuf.ngclient; assert '/opt/' in tuf.ngclient.__file__; "
        "assert not importlib.util.find_spec('cryptography'); "
        "from securesystemslib.signer import SSlibKey, Signature; "
        f"key = SSlibKey('k', 'ed25519', 'ed25519', {{'public': {PUBLIC!r}}}); "
        f"key.verify_signature(Signature('k', {SIGNATURE!r}), b'a model'); print('verified')"
    )
    assert "verified" in succeed(root, f"/{PREFIX}/bin/python3", "-c", program)
    other = program.replace("b'a model'", "b'another'")
    assert "UnverifiedSignatureError" in run_in(root, f"/{PREFIX}/bin/python3", "-c", other).stderr


@pytest.mark.usefixtures("upgraded")
def test_the_daemon_publishes_what_the_settings_say(root, mosquitto):
    ports = free_port(), free_port()
    write_recording(root / "srv/recording", [data.astronaut()[:480]] * 3)
    (root / SETTINGS).write_text(
        'source = "replay:/srv/recording"\n'
        f'to = ["-", "{mosquitto.url}"]\nweb = "{ports[0]}"\nmetrics = "{ports[1]}"\n'
    )
    listener = Listener(mosquitto)
    lines = succeed(root, *AS_THE_SERVICE, "emotion-edge", "run").splitlines()
    listener.wait("availability", "offline", after=listener.wait("availability", "online"))
    assert json.loads(lines[0])["label"] == "happy"
    assert list(map(json.loads, listener.of("events"))) == list(map(json.loads, lines))


@pytest.mark.usefixtures("upgraded")
def test_the_units_are_those_of_install_service_which_leaves_it_alone(root):
    folder = root / "usr/lib/systemd/system"
    assert {path.name for path in folder.glob("emotion-edge*")} == set(UNITS)
    for name in UNITS:
        printed = succeed(root, "emotion-edge", "install-service", "--print", name)
        assert printed.split("\n", 2)[2] == (folder / name).read_text()
    refused = run_in(root, "emotion-edge", "install-service")
    assert refused.returncode == 2
    assert "belongs to the Debian package" in refused.stderr


@pytest.mark.usefixtures("upgraded")
def test_removal_keeps_settings_and_state_and_a_purge_leaves_nothing(root, before):
    calls(root)
    succeed(root, *APT, "remove", "emotion-edge")
    (stopped,) = (line for line in calls(root) if "stop" in line)
    assert set(stopped.split()) == {"deb-systemd-invoke", "stop", *UNITS}
    assert [path.name for path in (root / PREFIX).iterdir()] == ["mine.tflite"]
    assert not [name for name in LINKS if os.path.lexists(root / name)]
    for name in (SETTINGS, SECRET, "var/lib/private/emotion-edge"):
        assert (root / name).exists(), name
    use(root)
    succeed(root, *APT, "purge", "emotion-edge")
    assert everything(root) == before
