"""Run the command line in a process of its own, and read what it prints."""

import json
import subprocess
import sys
from pathlib import Path

from tests.edge.models import INT8

# Classify whole frames, and print a line for each: the colours have no faces.
EVERY_FRAME = ("--faces", "off", "--all")


def command(*arguments: object) -> list[str]:
    """Return the command line of emotion-edge."""
    return [sys.executable, "-m", "emotion_edge", *map(str, arguments)]


def edge(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run emotion-edge until it ends; `options` go to subprocess.run."""
    given = {"capture_output": True, "text": True, "timeout": 60, "check": False, **options}
    return subprocess.run(command(*arguments), **given)  # noqa: PLW1510 - see `given`


def edge_in_python(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python code that has `main` and `arguments`, the command line as a list of words."""
    setup = "import sys; from emotion_edge.__main__ import main; arguments = sys.argv[1:]"
    words = [sys.executable, "-c", f"{setup}\n{program}", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def edge_without(package: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run emotion-edge as if a package was not installed."""
    program = f"sys.modules[{package!r}] = None\nsys.exit(main(arguments))"
    return edge_in_python(program, *arguments)


def run_every_frame(
    source: object, *arguments: object, **options: object
) -> subprocess.CompletedProcess:
    """Run the daemon with the tiny model on whole frames; it prints a line for each."""
    given = ("--model", INT8, *EVERY_FRAME, "--source", source, *arguments)
    return edge("run", *given, **options)


def run_recording(recording: Path, *options: object) -> list[dict]:
    """Return what `emotion-edge run` prints about a recording, played at its own pace."""
    result = edge("run", "--model", INT8, "--source", f"replay:{recording}", *options)
    assert result.returncode == 0, result.stderr
    return json_lines(result.stdout)


def json_lines(stdout: str | bytes) -> list[dict]:
    """Return the objects in JSON lines."""
    return [json.loads(line) for line in stdout.splitlines()]


def raw_labels(result: subprocess.CompletedProcess) -> list[str]:
    """Return the label of each frame on its own, before smoothing."""
    return [line["raw"] for line in json_lines(result.stdout)]


def own_lines(stderr: str) -> list[str]:
    """Return the lines of stderr that are ours, not a runtime's."""
    return [line for line in stderr.splitlines() if not line.startswith(("INFO: ", "WARNING: "))]
