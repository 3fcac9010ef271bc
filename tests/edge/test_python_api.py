"""The public Python API, as docs/python-api.md shows it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import emotion_edge
from tests.edge.recordings import write_recording

PAGE = Path(__file__).parents[2] / "docs" / "python-api.md"


def blocks() -> dict[str, str]:
    """Return the Python code of each section of the page, by the section's title."""
    sections = (part.partition("\n") for part in PAGE.read_text().split("\n## "))
    found = ((title, re.search(r"```python\n(.*?)```", text, re.S)) for title, _, text in sections)
    return {title: match[1] for title, match in found if match}


def run_block(title: str, folder: Path) -> list[str]:
    """Run a block from the page in a folder; return the printed lines."""
    data = pytest.importorskip("skimage.data")
    astronaut = data.astronaut()
    Image.fromarray(astronaut).save(folder / "photo.jpg", quality=95)
    write_recording(folder / "recording", [astronaut] * 8, rate=5)
    result = subprocess.run(
        [sys.executable, "-c", blocks()[title]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_every_block_on_the_page_is_run_here():
    assert PAGE.read_text().count("```python") == len(blocks()) == 3


def test_a_photograph_is_labelled(tmp_path):
    (line,) = run_block("Label a photograph", tmp_path)
    assert line.startswith("happy Box(x=")


@pytest.mark.searches
def test_faces_in_a_stream_are_tracked(tmp_path):
    first = run_block("Follow faces in a stream", tmp_path)[0]
    assert re.fullmatch(r"\d\.\d s: face 1 is happy", first)


def test_faces_are_detected_and_classified_by_hand(tmp_path):
    (line,) = run_block("Detect and classify by hand", tmp_path)
    assert line.startswith("happy 0.")


def test_the_page_lists_the_whole_api():
    names = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.M)
    assert sorted(names) == sorted(set(emotion_edge.__all__) - {"__version__"})
    for name in names:
        assert getattr(emotion_edge, name).__doc__
    with pytest.raises(AttributeError, match="has no attribute 'Missing'"):
        getattr(emotion_edge, "Missing")  # noqa: B009 - mypy knows that it does not exist


def test_importing_the_package_loads_nothing_else():
    code = (
        "import sys, emotion_edge;"
        "print([name for name in sys.modules if name.startswith('emotion_edge.')])"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
