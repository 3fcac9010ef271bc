"""Run programs in a root folder of this processor that tests/pi/run made."""

import os
import subprocess
from pathlib import Path

NAMESPACE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc")
INSIDE = 'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; exec chroot "$0" "$@"'
DROPPED = ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")


def run_in(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the root folder to its end."""
    environment = {name: value for name, value in os.environ.items() if name not in DROPPED}
    words = [*NAMESPACE, INSIDE, root.resolve(), *command]
    return subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
