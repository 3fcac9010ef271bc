"""Run programs in the root folder that tests/pi/run made, on an emulated processor."""

import os
import subprocess
from pathlib import Path

from emotion_edge.model.runtime import RUNTIMES

INSIDE = Path(__file__).with_name("inside")
# The versions of apt's Python and numpy, and the runtimes that exist for them.
SYSTEMS = {
    "bookworm": ("3.11.", "1.24.", list(RUNTIMES)),
    "trixie": ("3.13.", "2.", ["litert"]),
    "armhf": ("3.11.", "1.24.", ["tflite-runtime"]),
}


def run_in(root: Path, *command: object, timeout: float = 900) -> subprocess.CompletedProcess[str]:
    """Run a command in the root folder to its end."""
    words = [INSIDE, root, os.environ["PI_CPU"], *map(str, command)]
    return subprocess.run(words, capture_output=True, text=True, timeout=timeout, check=False)


def emotion_edge(root: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the program in the root folder."""
    return run_in(root, "/opt/emotion-edge/bin/emotion-edge", *arguments)
