"""Libraries for LD_PRELOAD, which change what a program gets from the system."""

import shutil
import subprocess
from pathlib import Path

import pytest

# A clock that is off by the seconds in the file $CLOCK_OFFSET.
CLOCK = Path(__file__).parent / "faults" / "clock.c"
# A folder in which only the first $FULL_AFTER writes succeed.
FULL = Path(__file__).parent / "faults" / "full.c"


def compile_library(source: Path, folder: Path) -> Path:
    """Compile a file of C and return the library; skips the test if gcc is not installed."""
    if not shutil.which("gcc"):
        pytest.skip("gcc is not installed")
    library = folder / f"{source.stem}.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library
