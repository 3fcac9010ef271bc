"""What `emotion-edge doctor` looks at first: the machine, its Python, and how both are doing."""

import os
import platform
import shutil
import struct
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import PIL

from emotion_edge.system.hardware import cpu_temperature, throttling_reasons
from emotion_edge.system.paths import state_directory

MODEL = Path("/proc/device-tree/model")
APT = Path("/usr/lib/python3/dist-packages")  # where Debian's packages of Python are
HOT = 80.0  # °C: from here on a Raspberry Pi lowers its clock
SPACE = 100_000_000  # bytes; with less, logs and updates fail soon
YEAR = 2026  # there was no emotion-edge before
SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")
TIMEDATECTL_TIMEOUT_S = 5.0  # seconds for timedatectl


class Finding(NamedTuple):
    """What a check found. status: "ok", "warn" or "fail"; remedy: "" where it is ok."""

    check: str
    status: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" -> {self.remedy}" if self.remedy else ""
        return f"{self.status:4}  {self.check}: {self.found}{remedy}"


def explain(check: str, error: Exception, remedy: str) -> Finding:
    """Return the finding that `error` is: our messages say what is wrong, then "; " and a remedy.

    remedy: for those that have none.
    """
    found, _, own = str(error).partition("; ")
    return Finding(check, "fail", found or type(error).__name__, own or remedy)


def machine(args: Namespace) -> Iterator[Finding]:
    """Look at the architecture."""
    bits, kind = struct.calcsize("P") * 8, platform.machine()
    found = f"{kind}, Python of {bits} bits"
    if MODEL.exists():
        found += ", " + MODEL.read_text("utf-8", errors="replace").rstrip("\0\n")
    yield judge_machine(found, kind, bits)


def judge_machine(found: str, kind: str, bits: int) -> Finding:
    """Judge a machine by uname's name for it and the bits of its Python."""
    if bits < 64:  # a 32-bit system on a 64-bit kernel calls itself aarch64
        remedy = "install a 64-bit Raspberry Pi OS: LiteRT has no 32-bit version"
        return Finding("machine", "fail", found, remedy)
    if kind not in ("aarch64", "x86_64"):
        remedy = "nobody has tried it there; aarch64 and x86_64 are known to work"
        return Finding("machine", "warn", found, remedy)
    return Finding("machine", "ok", found)


def packages(args: Namespace) -> Iterator[Finding]:
    """Look at Python, which is 3.11 or newer, for with an older one nothing of this loads."""
    yield Finding("python", "ok", f"{platform.python_version()} in {sys.prefix}")
    numpy, pillow = Path(np.__file__), Path(PIL.__file__)
    found = f"{np.__version__}, {_whose(numpy)}"
    if spoils_picamera2(numpy, APT, sys.path) and _is_bookworm():
        remedy = (
            "picamera2 was made for apt's and may fail with pip's: "
            f"{sys.prefix}/bin/pip uninstall numpy"
        )
        yield Finding("numpy", "warn", found + " over apt's", remedy)
    else:
        yield Finding("numpy", "ok", found)
    yield Finding("pillow", "ok", f"{PIL.__version__}, {_whose(pillow)}")


def _whose(path: Path) -> str:
    return "apt's" if path.is_relative_to(APT) else "pip's"


def spoils_picamera2(numpy: Path, apt: Path, path: list[str]) -> bool:
    """Say whether picamera2, which is below `apt` and on `path`, gets a numpy that is not apt's."""
    return (apt / "picamera2").exists() and str(apt) in path and not numpy.is_relative_to(apt)


def _is_bookworm() -> bool:
    """Say so: there picamera2's simplejpeg is compiled against numpy 1.24; newer ones bear it."""
    try:
        return platform.freedesktop_os_release().get("VERSION_CODENAME") == "bookworm"
    except OSError:
        return False


def heat(args: Namespace) -> Iterator[Finding]:
    """Look at the temperature and at what the Raspberry Pi's firmware holds back."""
    if (degrees := cpu_temperature()) is not None:
        yield judge_temperature(degrees)
    if (reasons := throttling_reasons()) is not None:
        yield judge_throttling(reasons)


def judge_temperature(degrees: float) -> Finding:
    """Judge a temperature in °C."""
    found = f"{degrees:.0f} °C"
    if degrees < HOT:
        return Finding("temperature", "ok", found)
    remedy = "give it a heat sink, a fan or air; a lower --fps and a larger --every help as well"
    return Finding("temperature", "warn", found, remedy)


def judge_throttling(reasons: list[str]) -> Finding:
    """Judge what the firmware says that it holds back for."""
    if not reasons:
        return Finding("throttling", "ok", "none")
    remedy = "use the power supply made for this Raspberry Pi, a short cable and a heat sink"
    return Finding("throttling", "warn", ", ".join(reasons), remedy)


def disk(args: Namespace) -> Iterator[Finding]:
    """Look at the disk where the state directory is, or will be."""
    path = state_directory().absolute()
    # Not Path.exists, which raises where a folder above is closed to the user.
    while not os.path.exists(path):  # noqa: PTH110
        path = path.parent
    free = shutil.disk_usage(path).free
    found = f"{free / 1e9:.1f} GB free at {path}"
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        remedy = "expected with an overlay file system; else look for errors of the card in dmesg"
        yield Finding("disk", "warn", found + ", read-only", remedy)
    elif free < SPACE:
        remedy = "make room: sudo journalctl --vacuum-size=50M, sudo apt clean"
        yield Finding("disk", "warn", found, remedy)
    else:
        yield Finding("disk", "ok", found)


def clock(args: Namespace) -> Iterator[Finding]:
    """Look whether the clock is right, which certificates and timestamps need."""
    found = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    remedy = "sudo timedatectl set-ntp true, and a network that lets NTP through"
    if time.gmtime().tm_year < YEAR:
        yield Finding("clock", "fail", found + ", which is in the past", remedy)
    elif SYNCHRONIZED.exists() or _timedatectl() == "yes":
        yield Finding("clock", "ok", found + ", synchronised")
    else:
        yield Finding("clock", "warn", found + ", not known to be synchronised", remedy)


def _timedatectl() -> str:
    """Return "yes" or "no", or "" where it is not to be had."""
    words = ["timedatectl", "show", "-p", "NTPSynchronized", "--value"]
    try:
        result = subprocess.run(
            words, capture_output=True, text=True, timeout=TIMEDATECTL_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip()
