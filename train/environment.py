"""Make .venv/ and install everything into it; `make setup` runs this file.

  python3.13 train/environment.py EXTRAS

EXTRAS: optional dependencies of pyproject.toml, separated by commas. The Python that runs this file
becomes that of .venv/. Nothing is installed yet, so only the standard library is used.
Exit codes: 0 done, 1 pip failed or .venv/ cannot be written, 2 this Python cannot make
environments, 130 interrupted.
"""

import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

FOLDER = Path(".venv")
PYTHON = FOLDER / "bin" / "python"
LOG = FOLDER / "pip.log"
INSTALLED = FOLDER / ".installed"  # holds the checkout's folder
VERSION = "{}.{}".format(*sys.version_info)
SECONDS_PER_DOT = 3
LAST_LINES = 15


def main(extras: str) -> int:
    """Make the environment or repair it, and return the exit code."""
    try:
        return _set_up(extras)
    except KeyboardInterrupt:
        _say("interrupted: make setup starts it again")
        return 130
    except OSError as error:
        _say(f"cannot write .venv/: {error.strerror} ({error.filename})")
        if isinstance(error, PermissionError):
            _say("if it belongs to another user (sudo make?): sudo rm -rf .venv, then make setup")
        else:  # such as a full disk
            _say("when that is mended, make setup tries again")
        return 1


def _set_up(extras: str) -> int:
    fault = find_fault()
    if (fault or not FOLDER.exists()) and not (find_spec("venv") and find_spec("ensurepip")):
        _say(f"{sys.executable} cannot make virtual environments.")
        _say(f"On Debian and Ubuntu: sudo apt install python{VERSION}-venv")  # a package of its own
        return 2
    if fault:
        print(f"setup: making .venv/ anew: {fault}", flush=True)
        remove(FOLDER)
    return 0 if _is_complete() else _make_environment() or _install(extras)


def _say(text: str) -> None:
    print(f"setup: {text}", file=sys.stderr, flush=True)


def find_fault() -> str | None:
    """Say why the .venv/ that is there cannot be used, or return None."""
    if FOLDER.is_symlink() and FOLDER.exists():
        made_for = ""  # for several checkouts
    elif FOLDER.is_symlink() or FOLDER.exists():
        made_for = INSTALLED.read_text(errors="replace").strip() if INSTALLED.exists() else ""
    else:
        return None
    if made_for not in ("", str(Path.cwd())):
        return f"it was made for {made_for}"
    program = "import sys, pip; print('{}.{}'.format(*sys.version_info))"
    try:
        found = subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "its Python does not run or has no pip"
    version = found.stdout.strip()
    return None if version == VERSION else f"it has Python {version}, not {VERSION}"


def _is_complete() -> bool:
    project = Path("pyproject.toml")
    return INSTALLED.exists() and INSTALLED.stat().st_mtime > project.stat().st_mtime


def remove(folder: Path) -> None:
    """Remove a folder, but only the link if it is one. A file in its place is removed too."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    else:
        shutil.rmtree(folder)


def _make_environment() -> int:
    """Make .venv/ if there is none, as a whole or not at all, and return the exit code."""
    if FOLDER.exists():
        return 0
    try:
        # Captured, because Ctrl-C also reaches this process, which prints a traceback.
        words = [sys.executable, "-m", "venv", str(FOLDER)]
        made = subprocess.run(words, capture_output=True, text=True, check=False)
    except KeyboardInterrupt:
        shutil.rmtree(FOLDER, ignore_errors=True)  # not there yet, or still being written
        raise
    if made.returncode:
        print(made.stdout, made.stderr, sep="", file=sys.stderr)
        _say(f"{sys.executable} could not make .venv/")
        shutil.rmtree(FOLDER, ignore_errors=True)
    return 1 if made.returncode else 0


def _install(extras: str) -> int:
    """Install the packages and return the exit code."""
    print(f"setup: installing everything into .venv/ for Python {VERSION}; the log is {LOG}")
    began = time.monotonic()
    with LOG.open("wb") as log:
        # In one pip command, so that pip chooses versions that suit everything at once.
        code = _pip(log, "--editable", f".[{extras}]")
    print(f" {time.monotonic() - began:.0f} s", flush=True)
    if code:
        print(*LOG.read_text(errors="replace").splitlines()[-LAST_LINES:], sep="\n")
        _say(f"pip failed, and its whole log is {LOG}; make setup tries again")
        return 1
    part = INSTALLED.with_suffix(".part")
    part.write_text(f"{Path.cwd()}\n")
    part.replace(INSTALLED)
    return 0


def _pip(log: BinaryIO, *arguments: str) -> int:
    """Run `pip install`, print a dot every few seconds, and return the exit code."""
    words = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--progress-bar=off",
    ]
    with subprocess.Popen([*words, *arguments], stdout=log, stderr=subprocess.STDOUT) as pip:
        while True:
            print(".", end="", flush=True)
            try:
                return pip.wait(SECONDS_PER_DOT)
            except subprocess.TimeoutExpired:
                pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
