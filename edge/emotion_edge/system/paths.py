"""Paths of the system-wide settings file, of the installed models and of the state directory."""

import os
from pathlib import Path

SYSTEM_FILE = Path("/etc/emotion-edge.toml")  # read if it exists and --config is not given
MODELS = Path("/var/lib/emotion-edge-models")  # what install-model writes
RUN_DIR = Path("/run/emotion-edge")  # the service's RuntimeDirectory
BOARD_MODEL = Path("/proc/device-tree/model")  # the name of a Raspberry Pi or similar board


def state_directory() -> Path:
    """Return systemd's state directory, or the user's by the XDG Base Directory Specification."""
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given)
    # Path.expanduser raises if there is no home directory; os.path.expanduser never does.
    home = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111
    return Path(home, "emotion-edge")


def runtime_directory() -> Path | None:
    """Return systemd's runtime directory, None if this process was not given one."""
    given = os.environ.get("RUNTIME_DIRECTORY")
    return Path(given) if given else None
