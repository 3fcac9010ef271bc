"""Checks of the machine and its Python: `emotion-edge doctor`."""

import os
import platform
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL

from emotion_edge.commands.doctor.finding import Finding
from emotion_edge.system.clock import FIRST_YEAR
from emotion_edge.system.hardware import cpu_temperature, throttling_reasons
from emotion_edge.system.paths import BOARD_MODEL, state_directory
from emotion_edge.util.installation import pip_command

APT = Path("/usr/lib/python3/dist-packages")  # of Debian's Python packages
HOT = 80.0  # °C: from here on a Raspberry Pi lowers its clock
MIN_FREE_BYTES = 100_000_000  # with less, logs and updates fail soon
SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")
TIMEDATECTL_TIMEOUT_S = 5.0


def machine() -> Iterator[Finding]:
    """Check the architecture."""
    bits, kind = struct.calcsize("P") * 8, platform.machine()
    found = f"{kind}, Python of {bits} bits"
    if BOARD_MODEL.exists():
        found += ", " + BOARD_MODEL.read_text("utf-8", errors="replace").rstrip("\0\n")
    yield judge_machine(found, kind, bits)


def judge_machine(found: str, kind: str, bits: int) -> Finding:
    """Judge a machine by its name in uname and the bits of its Python."""
    if bits < 64:  # a 32-bit system on a 64-bit kernel calls itself aarch64
        remedy = "install a 64-bit Raspberry Pi OS: LiteRT has no 32-bit version"
        return Finding("machine", "fail", found, remedy)
    if kind not in ("aarch64", "x86_64"):
        remedy = "not tested on this architecture; aarch64 and x86_64 are known to work"
        return Finding("machine", "warn", found, remedy)
    return Finding("machine", "ok", found)


def packages() -> Iterator[Finding]:
    """Report Python, numpy and Pillow. Python is 3.11 or newer, or this would not load."""
    yield Finding("python", "ok", f"{platform.python_version()} in {sys.prefix}")
    numpy, pillow = Path(np.__file__), Path(PIL.__file__)
    found = f"{np.__version__}, {_origin(numpy)}"
    if spoils_picamera2(numpy, APT, sys.path) and _is_bookworm():
        remedy = "picamera2 was made for apt's and may fail with pip's: " + pip_command(
            "uninstall", "numpy"
        )
        yield Finding("numpy", "warn", found + " over apt's", remedy)
    else:
        yield Finding("numpy", "ok", found)
    yield Finding("pillow", "ok", f"{PIL.__version__}, {_origin(pillow)}")


def _origin(path: Path) -> str:
    return "apt's" if path.is_relative_to(APT) else "pip's"


def spoils_picamera2(numpy: Path, apt: Path, path: list[str]) -> bool:
    """Say whether picamera2, if it is in `apt` and on `path`, loads a numpy other than apt's."""
    return (apt / "picamera2").exists() and str(apt) in path and not numpy.is_relative_to(apt)


def _is_bookworm() -> bool:
    """Say whether picamera2's simplejpeg needs numpy 1.24, as on Bookworm alone."""
    try:
        return platform.freedesktop_os_release().get("VERSION_CODENAME") == "bookworm"
    except OSError:
        return False


def heat() -> Iterator[Finding]:
    """Check the temperature, and whether the Raspberry Pi's firmware throttles the processor."""
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
    """Judge the firmware's reasons for throttling."""
    if not reasons:
        return Finding("throttling", "ok", "none")
    remedy = "use the power supply made for this Raspberry Pi, a short cable and a heat sink"
    return Finding("throttling", "warn", ", ".join(reasons), remedy)


def disk() -> Iterator[Finding]:
    """Check the disk that holds the state directory."""
    path = state_directory().absolute()
    # Path.exists would raise if the user may not enter a parent folder.
    while not os.path.exists(path):  # noqa: PTH110
        path = path.parent
    free = shutil.disk_usage(path).free
    found = f"{free / 1e9:.1f} GB free at {path}"
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        remedy = "expected with an overlay file system; else look for errors of the card in dmesg"
        yield Finding("disk", "warn", found + ", read-only", remedy)
    elif free < MIN_FREE_BYTES:
        remedy = "make room: sudo journalctl --vacuum-size=50M, sudo apt clean"
        yield Finding("disk", "warn", found, remedy)
    else:
        yield Finding("disk", "ok", found)


def clock() -> Iterator[Finding]:
    """Check the clock, which certificates and timestamps depend on."""
    found = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    remedy = "sudo timedatectl set-ntp true, and a network that lets NTP through"
    if time.gmtime().tm_year < FIRST_YEAR:
        yield Finding("clock", "fail", found + ", which is in the past", remedy)
    elif SYNCHRONIZED.exists() or _timedatectl() == "yes":
        yield Finding("clock", "ok", found + ", synchronised")
    else:
        yield Finding("clock", "warn", found + ", not known to be synchronised", remedy)


def _timedatectl() -> str:
    """Return "yes" or "no", or "" if timedatectl does not answer."""
    words = ["timedatectl", "show", "-p", "NTPSynchronized", "--value"]
    try:
        result = subprocess.run(
            words, capture_output=True, text=True, timeout=TIMEDATECTL_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip()
