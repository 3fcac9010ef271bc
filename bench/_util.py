"""Helpers that several benchmarks share."""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path
from typing import NoReturn

from emotion_edge.errors import RunError, exit_code
from emotion_edge.model.classifier import Classifier

MB = 1e6  # bytes
INSTALLERS = r"pip\b|setuptools|pkg_resources|_distutils_hack|distutils-"
# PYTHONDONTWRITEBYTECODE would make every start compile again; PYTHONPATH would add packages.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
}


def make_parser(name: str, *docs: str | None) -> argparse.ArgumentParser:
    """Return a parser for `python -m bench.NAME` that shows modules' docstrings as help."""
    return argparse.ArgumentParser(
        prog=f"python -m bench.{name}",
        description="\n".join(filter(None, docs)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def run_program(name: str, main: Callable[[], object]) -> NoReturn:
    """Run `main` and exit with 0, or with the exit code of the error that it raised."""

    def run() -> int:
        main()
        return 0

    sys.exit(exit_code(f"bench.{name}", run))


def memory(key: str, pid: int | str = "self", file: str = "status") -> int:
    """Return the bytes that Linux reports in /proc/PID/FILE under `key`, such as VmRSS or VmHWM.

    Raises RunError if the file has no such line.
    """
    path = Path(f"/proc/{pid}/{file}")
    match = re.search(rf"^{key}:\s+(\d+) kB", path.read_text(), re.MULTILINE)
    if not match:
        raise RunError(f"{path} has no {key}")
    return int(match[1]) * 1024


def print_model(path: Path, classifier: Classifier) -> None:
    """Print a model's file, input shape, input type and size."""
    rows, columns, channels = classifier.contract.input_shape
    kind = classifier.network.input_table.dtype
    print(f"{path}: {rows} x {columns} x {channels} of {kind}, {path.stat().st_size:,} bytes")


def print_goal(name: str, value: float, most: float, unit: str) -> None:
    """Print whether a figure is at most what it should be."""
    verdict = "kept" if value <= most else "MISSED"
    print(f"goal, {name}: at most {most:g} {unit}: {verdict} ({value:.3g} {unit})", flush=True)


def value_range(values: list[float], unit: str, digits: int = 2) -> str:
    """Return the lowest and the highest value as text."""
    return f"{min(values):.{digits}f} - {max(values):.{digits}f} {unit}".rstrip()


def install_for_pi(folder: Path) -> Path:
    """Install into a new environment what a Pi installs; return its Python.

    An environment that is newer than edge/ and pyproject.toml is kept. Raises RunError if a
    command fails.
    """
    python, done = folder / "bin/python", folder / "done"
    sources = (Path("pyproject.toml"), *Path("edge").rglob("*.*"))
    newest = max(path.stat().st_mtime for path in sources if "__pycache__" not in path.parts)
    if not done.exists() or done.stat().st_mtime < newest:
        shutil.rmtree(folder, ignore_errors=True)
        call(sys.executable, "-m", "venv", folder)
        call(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ".")
        (wheel,) = folder.glob("*.whl")
        call(python, "-m", "pip", "install", f"{wheel}[mqtt]")
        done.touch()
    return python


def call(*command: object) -> None:
    """Run a command; raises RunError with the last line of its stderr if it fails."""
    result = subprocess.run(
        [*map(str, command)], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise RunError(last_line(result.stderr))


def last_line(text: str) -> str:
    """Return the last line that is not blank."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it printed no reason"


def print_disk(packages: Path) -> None:
    """Print the size of each installed package, without pip and setuptools, and all versions."""
    paths = (path for path in packages.iterdir() if not re.match(INSTALLERS, path.name))
    sizes = {path.name: size_of(path) for path in paths}
    largest = sorted(sizes, key=sizes.__getitem__, reverse=True)
    print(f"disk, MB{sum(sizes.values()) / MB:23.1f}")
    for name in largest[:10]:
        print(f"  {name:22} {sizes[name] / MB:6.1f}")
    rest = sum(sizes[name] for name in largest[10:])
    print(f"  {f'{len(sizes) - 10} others':22} {rest / MB:6.1f}")
    print("of", versions(lambda name: name not in ("pip", "setuptools"), packages))


def versions(wanted: Callable[[str], bool], *folders: Path) -> str:
    """Return the names and versions of the wanted packages that are installed in `folders`."""
    found = {d.name.lower(): d.version for d in distributions(path=[*map(str, folders)])}
    return ", ".join(f"{name} {found[name]}" for name in sorted(filter(wanted, found)))


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
