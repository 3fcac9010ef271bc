"""The Debian package where something is missing, broken, in the way or somebody else's.

It runs after test_deb.py, in the same root folder. The package has the scripts of the one under
test and hardly any modules, so that it is installed quickly.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pi.debs import PREFIX, SETTINGS, everything, repack, replace_systemd, succeed, use
from tests.pi.native import run_in

HOME, SECRET = "var/lib/emotion-edge", "etc/credstore/emotion-edge.password"
SYSUSERS = "usr/lib/sysusers.d/emotion-edge.conf"
ENVIRONMENT = ("bin/python", "lib/python3/site-packages/a.py", "share/b", "pyvenv.cfg")
STAND_INS_FIRST = ("env", "PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin")
DPKG = (*STAND_INS_FIRST, "dpkg")
INSTALL = (*DPKG, "--install", "/srv/small.deb")
REMOVE, PURGE = (*DPKG, "--remove", "emotion-edge"), (*DPKG, "--purge", "emotion-edge")


@pytest.fixture(scope="module", autouse=True)
def small(root) -> None:
    """The small package; before, nothing was in /opt."""
    replace_systemd(root)
    repack(root / "srv/emotion-edge.deb", root / "srv/small.deb", shrink)
    shutil.rmtree(root / PREFIX)


@pytest.fixture(autouse=True)
def nothing_stays(root) -> None:
    """A purge after each test leaves all as it was."""
    before = everything(root)
    yield
    succeed(root, *PURGE)
    assert everything(root) == before


def shrink(content: Path) -> None:
    """Leave out what is in site-packages, but for one module that does not compile."""
    for packages in content.glob(f"{PREFIX}/lib/*/site-packages"):
        shutil.rmtree(packages)
        packages.mkdir()
        (packages / "broken.py").write_text("This is not Python.\n")
        (packages / "whole.py").write_text("")


def make_pi(root: Path) -> None:
    """Write files of an installation by `make pi`, and a model beside them."""
    for name in (*ENVIRONMENT, "mine.tflite"):
        path = root / PREFIX / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x") as file:  # follows no link, which could lead out of the root folder
            file.write(name)
    (root / PREFIX / "lib64").symlink_to("lib")


def write_state(root: Path) -> None:
    """Write what a user and the service write."""
    (root / HOME).mkdir()
    (root / SECRET).write_text("secret")
    use(root)


def test_a_module_that_does_not_compile_does_not_stop_an_installation(root):
    output = succeed(root, *INSTALL)
    assert "Error" not in output and "no service runs yet" in output
    compiled = [path.name.partition(".")[0] for path in (root / PREFIX).rglob("*.pyc")]
    assert compiled == ["whole"]


def test_it_goes_without_its_files_and_with_a_service_that_does_not_stop(root):
    succeed(root, *INSTALL)
    shutil.rmtree(root / PREFIX / "lib")
    (root / "usr/local/sbin/deb-systemd-invoke").write_text("#!/bin/sh\nexit 1\n")
    removed = run_in(root, *REMOVE)
    replace_systemd(root)
    assert removed.returncode == 0, removed.stderr
    assert "could not be stopped" in removed.stderr
    assert (root / "opt").is_dir() and not (root / PREFIX).exists()


def test_without_its_files_it_is_installed_again(root):
    succeed(root, *INSTALL)
    shutil.rmtree(root / PREFIX)
    succeed(root, *INSTALL)
    assert (root / PREFIX / "bin/emotion-edge").exists()


def test_make_pi_is_back_after_an_installation_that_failed(root):
    """Another package owns a file of this one."""
    other = root / "srv/other"
    (other / "DEBIAN").mkdir(parents=True)
    fields = {"Package": "other", "Version": 1, "Architecture": "all", "Maintainer": "a <b@c.de>"}
    lines = [f"{name}: {value}" for name, value in {**fields, "Description": "other"}.items()]
    (other / "DEBIAN/control").write_text("\n".join(lines) + "\n")
    (other / SYSUSERS).parent.mkdir(parents=True)
    (other / SYSUSERS).write_text("")
    subprocess.run(["dpkg-deb", "-b", other, root / "srv/other.deb"], check=True)
    make_pi(root)
    succeed(root, *DPKG, "--install", "/srv/other.deb")
    before = everything(root)
    failed = run_in(root, *INSTALL)
    assert failed.returncode == 1 and "trying to overwrite" in failed.stderr
    assert everything(root) == before
    assert [(root / PREFIX / name).read_text() for name in ENVIRONMENT] == [*ENVIRONMENT]
    succeed(root, *DPKG, "--purge", "other")
    assert 'replaces the installation of "make pi"' in succeed(root, *INSTALL)
    left = {path.name for path in (root / PREFIX).iterdir()}
    assert left == {"bin", "lib", "pyvenv.cfg", "mine.tflite"}
    shutil.rmtree(root / PREFIX)


def test_a_purge_after_the_removal_leaves_what_a_later_make_pi_uses(root):
    succeed(root, *INSTALL)
    write_state(root)
    succeed(root, *REMOVE)
    make_pi(root)
    before = everything(root)
    assert "another installation" in succeed(root, *PURGE)
    assert before - everything(root) <= {SETTINGS}
    shutil.rmtree(root / PREFIX)
    succeed(root, *INSTALL)


def test_a_process_of_the_user_does_not_stop_a_purge(root):
    succeed(root, *INSTALL)
    as_user = "setpriv --reuid=emotion-edge --regid=emotion-edge --clear-groups sleep 100"
    purge = run_in(root, "sh", "-c", f"{as_user} & sleep 1; " + " ".join(PURGE))
    assert purge.returncode == 0, purge.stderr
    assert "Later: sudo userdel emotion-edge" in purge.stderr
    succeed(root, "userdel", "emotion-edge")


def test_the_group_goes_even_where_users_share_one(root):
    settings = root / "etc/login.defs"
    text = settings.read_text()
    settings.write_text(text.replace("USERGROUPS_ENAB yes", "USERGROUPS_ENAB no"))
    assert settings.read_text() != text
    succeed(root, *INSTALL)
    succeed(root, *PURGE)
    settings.write_text(text)
    assert "emotion-edge" not in (root / "etc/group").read_text()


def test_a_persons_account_of_that_name_stays(root):
    succeed(root, "useradd", "--create-home", "emotion-edge")
    before = everything(root)
    succeed(root, *INSTALL)
    assert "did not make it" in succeed(root, *PURGE)
    assert everything(root) == before
    assert (root / "home/emotion-edge").is_dir()
    succeed(root, "userdel", "--remove", "emotion-edge")
