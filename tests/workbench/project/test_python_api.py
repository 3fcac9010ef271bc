"""The Python API's page, checked by mypy as a user's program would be."""

import os
import re
import sys

from tests.workbench.conftest import REPOSITORY, call


def test_the_code_on_the_page_passes_mypy_strict(tmp_path):
    page = (REPOSITORY / "docs" / "python-api.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.S)
    assert len(blocks) == 3
    for number, block in enumerate(blocks):
        (tmp_path / f"block_{number}.py").write_text(block)
    words = ["--strict", "--config-file=", "--cache-dir", tmp_path / "cache", tmp_path]
    result = call(
        [sys.executable, "-m", "mypy", *map(str, words)],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(REPOSITORY / "edge")},
    )
    assert result.returncode == 0, result.stdout + result.stderr
