"""What memory a process holds, as Linux tells it."""

import re
from pathlib import Path


def memory(key: str, pid: int | str = "self", file: str = "status") -> int:
    """Return bytes: a line of /proc/PID/status (VmRSS, VmHWM, RssAnon) or of another such file."""
    text = Path(f"/proc/{pid}/{file}").read_text()
    return int(re.search(rf"^{key}:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024
