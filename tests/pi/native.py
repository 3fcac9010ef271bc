"""Run programs in a root folder for this computer's processor that tests/pi/run made."""

import os
import subprocess
from pathlib import Path

NAMESPACE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc")
INSIDE = 'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; exec chroot "$0" "$@"'


def run_in(root: Path, *command: object) -> subprocess.CompletedProcess[str]:
    """Run a command in the root folder to its end."""
    dropped = ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    words = [*NAMESPACE, INSIDE, root, *map(str, command)]
    return subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
