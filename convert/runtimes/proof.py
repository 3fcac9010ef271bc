"""The runtimes on which the gate proves models, and the reasons to leave one out."""

import json
import platform
import sys
from collections.abc import Sequence

from emotion_edge.model.model_file import RUNTIMES_FILE
from emotion_edge.model.runtime import RUNTIMES, installed_runtimes
from emotion_edge.util.installation import install_hint

REQUIRED = "litert"  # the workbench depends on it
_NEWEST_PYTHON = {"tflite-runtime": (3, 11)}  # that has wheels


def gate_runtimes() -> list[str]:
    """Return the runtimes that a model must pass on: LiteRT, and every other that is installed.

    One that is installed but broken is among them, so it refuses every model.
    """
    return [name for name in RUNTIMES if name == REQUIRED or name in installed_runtimes()]


def unproven_runtimes() -> dict[str, str]:
    """Return the runtimes that are left out, each with the reason and what follows from it."""
    return {
        name: f"not installed here ({_cause(name)}), so nothing is proven about it"
        for name in RUNTIMES
        if name not in gate_runtimes()
    }


def _cause(name: str) -> str:
    if sys.platform != "linux":
        return "it has wheels for Linux only"
    if sys.version_info[:2] > _NEWEST_PYTHON[name]:
        return f"it has no wheels for Python {'.'.join(platform.python_version_tuple()[:2])}"
    return install_hint(name)


def record(runtimes: Sequence[str]) -> dict[str, bytes]:
    """Return the file, by name, that says in a model on which runtimes it was proven."""
    return {RUNTIMES_FILE: (json.dumps(runtimes) + "\n").encode()}
