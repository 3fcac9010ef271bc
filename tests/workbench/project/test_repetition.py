"""No run of six equal lines of code stands twice."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from docs.imports import python_files
from tests.workbench.conftest import REPOSITORY

RUN = 6
# Blank lines, comments, imports and lone punctuation do not count.
SKIPPED = re.compile(r"\s*(#.*|(from|import) .*|[\W_]*)")


def repeated_runs(files: Iterable[Path]) -> list[list[str]]:
    """Return the places of each run of lines that stands more than once."""
    places = defaultdict(list)
    for file in files:
        lines = [
            (number, line.strip())
            for number, line in enumerate(file.read_text().splitlines(), start=1)
            if not SKIPPED.fullmatch(line)
        ]
        for start in range(len(lines) - RUN + 1):
            run = tuple(line for _, line in lines[start : start + RUN])
            places[run].append(f"{file}:{lines[start][0]}")
    return [found for found in places.values() if len(found) > 1]


def test_no_run_of_six_lines_stands_twice():
    files = [file for file, _ in python_files(REPOSITORY)]
    assert len(files) > 300
    assert not repeated_runs(files)


def test_a_run_that_stands_twice_is_found(tmp_path):
    lines = [f"x{i} = {i}" for i in range(RUN)]
    (tmp_path / "a.py").write_text("\n".join(lines))
    (tmp_path / "b.py").write_text("import a\n" + "\n\n".join(["y = 1", *lines]))
    (places,) = repeated_runs([tmp_path / "a.py", tmp_path / "b.py"])
    assert places == [f"{tmp_path / 'a.py'}:1", f"{tmp_path / 'b.py'}:4"]
    assert not repeated_runs([tmp_path / "a.py"])
