"""Processor, temperature, throttling and memory; None for anything the system does not report."""

import os
import platform
import re
import subprocess
from pathlib import Path

VCGENCMD_TIMEOUT_S = 2.0  # it takes milliseconds if the firmware answers
# https://www.raspberrypi.com/documentation/computers/os.html#get_throttled
THROTTLED_BITS = {
    0: "under-voltage",
    1: "frequency capped",
    2: "throttled",
    3: "soft temperature limit",
    16: "under-voltage since boot",
    17: "frequency capped since boot",
    18: "throttled since boot",
    19: "soft temperature limit since boot",
}
CPU_ZONE_TYPES = ("cpu-thermal", "x86_pkg_temp")  # Raspberry Pi, Intel


def processor_name() -> str:
    """Return the processor's model, or else its architecture, and its number of cores."""
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.M)
    except OSError:
        found = None
    return f"{found.group(1) if found else platform.machine()}, {os.cpu_count()} cores"


def cpu_temperature(root: Path = Path("/")) -> float | None:
    """Return the processor's temperature in °C, else that of the kernel's first thermal zone.

    root: the folder that holds sys/. https://docs.kernel.org/driver-api/thermal/sysfs-api.html
    """
    zones = sorted(root.glob("sys/class/thermal/thermal_zone[0-9]*"), key=_zone_order)
    try:
        return int((zones[0] / "temp").read_text()) / 1000  # from thousandths of a degree
    except (OSError, ValueError, IndexError):  # some sensors exist but cannot be read
        return None


def _zone_order(zone: Path) -> tuple[bool, str]:
    """Return a sort key: the processor's zone first, then by name."""
    try:
        return (zone / "type").read_text().strip() not in CPU_ZONE_TYPES, zone.name
    except OSError:
        return True, zone.name


def throttling_reasons() -> list[str] | None:
    """Return why a Raspberry Pi is or was throttled since boot; empty if it never was.

    None if vcgencmd is missing or gives no answer (it may not open /dev/vcio, or it hangs).
    """
    try:
        done = subprocess.run(
            ["vcgencmd", "get_throttled"],  # noqa: S607 - its folder depends on the system
            capture_output=True,
            check=True,
            timeout=VCGENCMD_TIMEOUT_S,
            text=True,
        )
        bits = int(done.stdout.strip().removeprefix("throttled="), 16)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return [text for bit, text in THROTTLED_BITS.items() if bits >> bit & 1]


def resident_memory(root: Path = Path("/")) -> int | None:
    """Return this process's resident memory in bytes. root: the folder that holds proc/."""
    try:
        pages = int((root / "proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
