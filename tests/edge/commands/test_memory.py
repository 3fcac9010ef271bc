"""Commands hold one large picture at a time."""

import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.edge.command_line import edge_in_python
from tests.edge.models import FLOAT32, INT8

PROGRAM = """
code = main(arguments)
print(open("/proc/self/status").read(), file=sys.stderr)
sys.exit(code)
"""
WORDS = {
    "run": ("--model", INT8, "--faces", "off", "--source"),
    "compare": (INT8, FLOAT32, "--images"),
    "replay": ("--model", INT8, "--faces", "off"),
}


def peak_mb(command: str, folder: Path) -> float:
    """Return the largest resident memory of a command that reads all pictures in a folder."""
    result = edge_in_python(PROGRAM, command, *WORDS[command], folder)
    assert result.returncode == 0, result.stderr
    return int(re.search(r"VmHWM:\s*(\d+) kB", result.stderr)[1]) / 1000


@pytest.mark.parametrize("command", WORDS)
def test_a_picture_is_given_up_before_the_next_is_decoded(command, tmp_path):
    Image.new("RGB", (4000, 3000)).save(tmp_path / "photo.webp", lossless=True, method=0)
    peaks = []
    for count in (2, 4):
        folder = tmp_path / str(count)
        folder.mkdir()
        # Small ones first: the memory that a picture needs is at its largest while it is decoded.
        Image.new("RGB", (40, 30)).save(folder / "0.webp")
        names = ["0.webp", *(f"{i}.webp" for i in range(1, count))]
        for name in names[1:]:
            shutil.copy(tmp_path / "photo.webp", folder / name)
        rows = "".join(f"{name},{i}\n" for i, name in enumerate(names))
        (folder / "times.csv").write_text(f"file,seconds\n{rows}")
        (folder / "truth.csv").write_text("seconds,label\n0,red\n")
        peaks.append(peak_mb(command, folder))
    one, several = peaks
    assert several < one + 20  # such a picture has 36 MB
