"""Debian packages made from the one under test, and what they leave in a root folder."""

import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.pi.native import run_in

PREFIX, UNIT = "opt/emotion-edge", "systemd/system/emotion-edge.service"
SETTINGS = "etc/emotion-edge.toml"
WANTED = "etc/systemd/system/multi-user.target.wants"
# What is there once a user has enabled all of it and a model was installed.
ENABLED = {
    f"{WANTED}/emotion-edge.service": UNIT,
    f"{WANTED}/emotion-edge-update-request.path": "systemd/system/emotion-edge-update-request.path",
    "etc/systemd/system/timers.target.wants/emotion-edge-update.timer": (
        "systemd/system/emotion-edge-update.timer"
    ),
}
MODEL, STAMP = "var/lib/emotion-edge-models/state.json", "var/lib/systemd/timers/stamp-"
STAMP += "emotion-edge-update.timer"
ACCOUNTS = ("passwd", "group", "shadow", "gshadow")
# What apt, dpkg and the kernel write for any package.
OTHERS = ("proc", "dev", "sys", "run", "tmp", "srv", "var/cache", "var/log", "var/lib/apt")
OTHERS += (
    "var/lib/dpkg",
    "usr/local/sbin",
    *(f"etc/{name}-" for name in (*ACCOUNTS, "subuid", "subgid")),
)
PATH = "DPkg::Path=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"  # the stand-ins come first
APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qyo", PATH, "--no-install-recommends")


def replace_systemd(root: Path) -> None:
    """Let programs that write down their arguments stand in for systemd's."""
    (root / "run/systemd/system").mkdir(parents=True, exist_ok=True)
    for name in ("systemctl", "deb-systemd-invoke"):
        program = root / "usr/local/sbin" / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> /srv/calls\n')
        program.chmod(0o755)


def use(root: Path) -> None:
    """Leave what a user leaves who has enabled all units, and what the units write."""
    for name, unit in ENABLED.items():
        (root / name).symlink_to(f"/usr/lib/{unit}")
    for name in (MODEL, STAMP):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")


def repack(package: Path, changed: Path, change: Callable[[Path], None]) -> None:
    """Write a package whose content a function has changed."""
    with tempfile.TemporaryDirectory(dir=changed.parent) as folder:
        content = Path(folder) / "content"
        subprocess.run(["dpkg-deb", "-R", package, content], check=True)
        change(content)
        command = ["dpkg-deb", "-Znone", "--root-owner-group", "-b", content, changed]
        subprocess.run(command, check=True)


def make_older(content: Path) -> None:
    """Lower a package's version, and add a module that the newer one has no more."""
    control = content / "DEBIAN/control"
    lines = control.read_text().splitlines()
    lines = ["Version: 0.0.1" if line.startswith("Version:") else line for line in lines]
    control.write_text("\n".join(lines) + "\n")
    for packages in content.glob(f"{PREFIX}/lib/*/site-packages/emotion_edge"):
        (packages / "gone.py").write_text("")


def succeed(root: Path, *command: object) -> str:
    """Run a command, which must succeed, in the root folder; return its output."""
    result = run_in(root, *command)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def everything(root: Path) -> set[str]:
    """Return all paths, and the lines of the files of users and groups."""
    names = set()
    for folder, folders, files in os.walk(root):
        place = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if str(place / name) not in OTHERS]
        names |= {str(place / name) for name in (*folders, *files)} - set(OTHERS)
    return names.union(*((root / "etc" / name).read_text().splitlines() for name in ACCOUNTS))
