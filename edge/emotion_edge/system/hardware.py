"""The machine: its processor, and its health; None where it does not tell."""

import os
import platform
import re
import subprocess
from pathlib import Path

_SECONDS = 2.0  # for vcgencmd, which takes some milliseconds where the firmware answers
# https://www.raspberrypi.com/documentation/computers/os.html#get_throttled
_BITS = {
    0: "under-voltage",
    1: "frequency capped",
    2: "throttled",
    3: "soft temperature limit",
    16: "under-voltage since boot",
    17: "frequency capped since boot",
    18: "throttled since boot",
    19: "soft temperature limit since boot",
}
_CPU = ("cpu-thermal", "x86_pkg_temp")  # types of the processor's zone, a Pi's and Intel's


def processor_name() -> str:
    """Return what the processor is called, or else its architecture, and how many cores it has."""
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.M)
    except OSError:
        found = None
    return f"{found.group(1) if found else platform.machine()}, {os.cpu_count()} cores"


def cpu_temperature(root: Path = Path("/")) -> float | None:
    """Return the processor's temperature in °C, else that of the kernel's first thermal zone.

    root: the folder that has sys/. https://docs.kernel.org/driver-api/thermal/sysfs-api.html
    """
    zones = sorted(root.glob("sys/class/thermal/thermal_zone[0-9]*"), key=_rank)
    try:
        return int((zones[0] / "temp").read_text()) / 1000  # it is in thousandths
    except (OSError, ValueError, IndexError):  # some sensors are there and cannot be read
        return None


def _rank(zone: Path) -> tuple[bool, str]:
    """The processor first, then in the order of their names."""
    try:
        return (zone / "type").read_text().strip() not in _CPU, zone.name
    except OSError:
        return True, zone.name


def throttling_reasons() -> list[str] | None:
    """Return what slows a Raspberry Pi down, now or earlier since boot; none: nothing does.

    None without vcgencmd, or where that gives no answer (it may not open /dev/vcio, or hangs).
    """
    try:
        done = subprocess.run(
            ["vcgencmd", "get_throttled"],  # noqa: S607 - where it is depends on the system
            capture_output=True,
            check=True,
            timeout=_SECONDS,
            text=True,
        )
        bits = int(done.stdout.strip().removeprefix("throttled="), 16)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return [text for bit, text in _BITS.items() if bits >> bit & 1]


def resident_memory(root: Path = Path("/")) -> int | None:
    """Return the bytes of memory that this process has resident; root: the folder with proc/."""
    try:
        pages = int((root / "proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
