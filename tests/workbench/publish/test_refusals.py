"""The words that docs/updates.md explains are those that the program says."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.workbench.conftest import REPOSITORY

PROGRAM = REPOSITORY / "edge" / "emotion_edge"
FOLDERS = ("updates", "installed", "model/store")
GAP = "\0"  # where a text of the program has a value


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield the texts in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (each.value if isinstance(each, ast.Constant) else GAP for each in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.sub(r"\{\w*\}", GAP, node.value)


def said() -> str:
    """Return all texts of the program that a refusal may have."""
    paths = [path for folder in FOLDERS for path in (PROGRAM / folder).glob("*.py")]
    assert len(paths) > 20
    return "\n".join(text for path in paths for text in texts(ast.parse(path.read_text())))


def refusals() -> list[str]:
    """Return the first column of the table."""
    page = (REPOSITORY / "docs" / "updates.md").read_text()
    section = page.partition("### What is refused\n")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| (.+?) \|", section, re.MULTILINE)
    return rows[1:]


def test_the_table_is_found():
    assert len(refusals()) == 20


@pytest.mark.parametrize("refusal", refusals())
def test_the_program_says_it(refusal):
    parts = [part.strip() for part in refusal.split("…")]
    missing = [part for part in parts if part.strip("; ,") and part.strip("; ") not in said()]
    assert not missing
