"""Import layers and their picture, and limits on the sizes of modules and functions."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from docs.draw_architecture import draw
from docs.imports import find_violations, package_arrows, python_files, read_imports
from tests.workbench.conftest import REPOSITORY

PICTURE = REPOSITORY / "docs" / "architecture.svg"
MAX_MODULE_LINES = 200
MAX_FOLDER_MODULES = 16
MAX_FUNCTION_LINES = 40
MAX_MEDIAN_FUNCTION_LINES = 8


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files, given by relative path, and return their root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_every_package_is_read():
    found = {module.split(".")[0] for _, module in python_files(REPOSITORY)}
    assert found == {"emotion_edge", "train", "convert", "evaluation", "bench", "docs", "tests"}


def test_imports_go_down_only():
    violations = find_violations(read_imports(REPOSITORY))
    assert not violations, "\n".join(violations)


@pytest.mark.parametrize(
    ("file", "text", "line", "rule"),
    [
        ("train/fit.py", "import convert.parity_gate", 1, "convert is not below train"),
        ("convert/parity_gate.py", "import train", 1, "train is not below convert"),
        ("evaluation/plots.py", "\nfrom train import models", 2, "train is not below evaluation"),
        ("bench/fleet.py", "from tests.parts import Broker", 1, "tests is not below bench"),
        ("convert/parity_gate.py", "import bench.path", 1, "bench is not below convert"),
        ("edge/emotion_edge/errors.py", "import evaluation", 1, "evaluation is not below"),
        ("edge/emotion_edge/faces/nms.py", "import keras.layers", 1, "without Keras"),
        ("edge/emotion_edge/output/a.py", "def f():\n    import tensorflow", 2, "TensorFlow"),
        ("edge/emotion_edge/output/a.py", "from argparse import Namespace", 1, "imports argparse"),
        ("edge/emotion_edge/__main__.py", "import emotion_edge.errors", 1, "imports only cli"),
        ("edge/emotion_edge/model/a.py", "from emotion_edge import capture", 1, "below model"),
        ("edge/emotion_edge/capture/a.py", "from ..model import b", 1, "below capture"),
        ("edge/emotion_edge/imaging/a.py", "from ..system.b import c", 1, "below imaging"),
        ("edge/emotion_edge/util/a.py", "if TYPE_CHECKING:\n    import emotion_edge.cli", 2, "cli"),
        ("edge/emotion_edge/stray.py", "from emotion_edge import errors", 1, "stray has no layer"),
        ("edge/emotion_edge/cli/a.py", "from emotion_edge import Classifier", 1, "has no layer"),
    ],
)
def test_a_forbidden_import_is_reported_with_its_place_and_rule(tmp_path, file, text, line, rule):
    write(tmp_path, {file: text})
    (violation,) = find_violations(read_imports(tmp_path))
    assert violation.startswith(f"{file}:{line}: ")
    assert rule in violation


def test_allowed_imports_are_not_reported(tmp_path):
    texts = {
        "edge/emotion_edge/__init__.py": "from emotion_edge.pipeline.analyzer import FaceAnalyzer",
        "edge/emotion_edge/__main__.py": "from emotion_edge.cli.main import main",
        "edge/emotion_edge/cli/parser.py": "import argparse\nRUN = 'commands.run'",
        "edge/emotion_edge/output/mqtt/login.py": "from . import a\nimport emotion_edge.util",
        "edge/emotion_edge/util/progress.py": "from emotion_edge import __version__, errors",
        "bench/path.py": "import train, convert, evaluation, argparse\nimport emotion_edge.cli",
    }
    imports = read_imports(write(tmp_path, texts))
    assert not find_violations(imports)
    assert {("cli", "commands"), ("output", "util"), ("bench", "train")} <= package_arrows(imports)


def test_no_module_is_longer_than_200_lines():
    lengths = {file: len(file.read_text().splitlines()) for file, _ in python_files(REPOSITORY)}
    assert not {file: length for file, length in lengths.items() if length > MAX_MODULE_LINES}


def test_no_folder_holds_more_than_16_modules():
    folders = defaultdict(list)
    for file, _ in python_files(REPOSITORY):
        if file.name != "__init__.py":
            folders[file.parent].append(file.name)
    assert not {
        folder: len(names) for folder, names in folders.items() if len(names) > MAX_FOLDER_MODULES
    }


def function_lengths(text: str) -> Iterator[tuple[str, int]]:
    """Yield each function's name and its number of lines, from `def` on, without the docstring.

    Decorators do not count. The lines of a nested function count for it and for the outer one.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                length -= node.body[0].end_lineno - node.body[0].lineno + 1
            yield node.name, length


def test_the_docstring_does_not_count_as_part_of_a_function():
    text = '@cache\ndef f():\n    """One.\n\n    Two."""\n    def g(): pass\n\n    return g\n'
    assert list(function_lengths(text)) == [("f", 4), ("g", 1)]


def test_functions_are_short():
    packages = defaultdict(list)
    for file, module in python_files(REPOSITORY):
        for name, length in function_lengths(file.read_text()):
            packages[module.split(".")[0]].append((length, name, file))
    all_functions = [function for package in packages.values() for function in package]
    assert not [function for function in all_functions if function[0] > MAX_FUNCTION_LINES]
    medians = {
        package: median(length for length, *_ in functions)
        for package, functions in packages.items()
    }
    assert not {
        package: value for package, value in medians.items() if value > MAX_MEDIAN_FUNCTION_LINES
    }


def read_picture(path: Path) -> list[tuple[str, str]]:
    """Return a picture's boxes, arrows and texts."""
    return sorted(re.findall(r'id="((?:box|arrow):[^"]+)"|<text[^>]*>([^<]+)', path.read_text()))


def test_the_picture_of_the_layers_is_up_to_date(tmp_path):
    draw(REPOSITORY, tmp_path / "architecture.svg")
    stale = "docs/architecture.svg is stale: run `make architecture`"
    assert read_picture(PICTURE) == read_picture(tmp_path / "architecture.svg"), stale


def test_the_picture_shows_the_imports_without_shortcuts(tmp_path):
    texts = {
        "edge/emotion_edge/__init__.py": "from emotion_edge.errors import UserError",
        "edge/emotion_edge/cli/parser.py": "from emotion_edge import commands, errors",
        "edge/emotion_edge/commands/run.py": "import emotion_edge.errors",
        "convert/parity_gate.py": "from emotion_edge.model import contract",
    }
    write(tmp_path, texts)
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    draw(tmp_path, first)
    draw(tmp_path, second)
    assert first.read_bytes() == second.read_bytes()
    arrows = {found for found, _ in read_picture(first) if found.startswith("arrow:")}
    assert arrows == {"arrow:cli:commands", "arrow:commands:errors", "arrow:convert:emotion_edge"}


def test_the_files_and_symbols_on_the_page_exist():
    page = REPOSITORY / "docs" / "architecture.md"
    links = re.findall(r"\[`([^`]+)`\]\(([^)]+)\)(?::\s`(\w+)`)?", page.read_text())
    assert len(links) > 40
    for name, target, symbol in links:
        file = page.parent / target
        assert str(file).endswith(name)
        assert re.search(rf"\b{symbol}\b", file.read_text()), f"{target} has no {symbol}"
