"""Name a process so that no other is taken for it, and send it a signal."""

import os
import re
import signal
from pathlib import Path

_STARTED = 19  # of the fields after the name in /proc/PID/stat, proc_pid_stat(5)


def start_ticks(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None if there is no such one."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return int(text.rpartition(")")[2].split()[_STARTED])
    except (OSError, IndexError, ValueError):
        return None


def user_of(pid: int) -> int | None:
    """Return the number of a process's user; None if there is no such process."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r"^Uid:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else None


def send_signal(pid: int, started: int, number: signal.Signals) -> bool:
    """Send a signal to the process that started then; return whether there is one.

    Raises PermissionError if it belongs to somebody else.
    """
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if start_ticks(pid) != started:  # another has its number by now
            return False
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def systemd_unit(pid: int) -> str | None:
    """Return the name of the system service that a process belongs to, if there is one."""
    try:
        text = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r"/system\.slice/(?:[^/\n]+/)*([\w@.\\-]+\.service)$", text, re.MULTILINE)
    return found[1] if found else None
