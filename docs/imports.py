"""Read the repository's imports without running any code, and say which of them break a layer.

A layer may import the layers below it and its own modules; packages that share a layer never
import each other. `docs/draw_architecture.py` draws the imports.
`tests/workbench/project/test_layers.py` checks the rules.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "emotion_edge"
# From top to bottom.
TOP_LAYERS = (("tests",), ("bench", "docs"), ("train", "convert"), ("evaluation",), (PACKAGE,))
EDGE_LAYERS = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("updates",),
    ("output",),
    ("installed",),
    ("pipeline",),
    ("teaching",),
    ("faces",),
    ("model", "capture"),
    ("imaging", "system"),
    ("util",),
    ("errors",),
    ("__version__",),
)
BANNED = {
    "tensorflow": "emotion_edge runs without TensorFlow",
    "keras": "emotion_edge runs without Keras",
}
# `cli` names a command's module in a string, and imports it when the command is called.
_LAZY_COMMAND = re.compile(rf"(?:{PACKAGE}\.)?(commands(?:\.\w+)+)")


@dataclass(frozen=True)
class Import:
    """One imported name: "from train.data import cache" imports "train.data.cache"."""

    file: Path
    line: int
    importer: str
    imported: str


def read_imports(root: Path) -> list[Import]:
    """Return every import below `root`, inside functions and `if TYPE_CHECKING` as well.

    The files' paths are relative to `root`.
    """
    return [
        Import(file.relative_to(root), line, module, name)
        for file, module in python_files(root)
        for line, name in _imported(file, module)
    ]


def python_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield each Python file of the packages in TOP_LAYERS, and its module's full name."""
    for package in (name for layer in TOP_LAYERS for name in layer):
        base = root / "edge" if package == PACKAGE else root
        for file in sorted((base / package).rglob("*.py")):
            parts = file.relative_to(base).with_suffix("").parts
            yield file, ".".join(parts).removesuffix(".__init__")


def find_violations(imports: Iterable[Import]) -> list[str]:
    """Return a line for each import that breaks a rule: file, line, import and rule."""
    return [
        f"{each.file}:{each.line}: {each.importer} imports {each.imported}: {rule}"
        for each in imports
        if (rule := broken_rule(each))
    ]


def broken_rule(each: Import) -> str | None:
    """Return the rule that an import breaks, or None."""
    source, target = each.importer.split("."), each.imported.split(".")
    if source[0] == PACKAGE == target[0]:
        return _rule_inside_edge(source[1:], target[1:])
    if source[0] == PACKAGE and target[0] in BANNED:
        return BANNED[target[0]]
    if source[0] == PACKAGE and target[0] == "argparse" and source[1:2] != ["cli"]:
        return f"only {PACKAGE}.cli imports argparse"
    return _rule_between(source[0], target[0], TOP_LAYERS)


def package_arrows(imports: Iterable[Import]) -> set[tuple[str, str]]:
    """Return (importer, imported) between our packages; imports that break a rule are left out.

    Packages are named as in TOP_LAYERS, and those inside emotion_edge as in EDGE_LAYERS.
    """
    ours = {name for layer in TOP_LAYERS + EDGE_LAYERS for name in layer}
    pairs = {_packages(each) for each in imports if not broken_rule(each)}
    return {(source, target) for source, target in pairs if source != target and target in ours}


def without_shortcuts(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the arrows that no chain of other arrows replaces; there must be no cycle."""
    return {arrow for arrow in arrows if not _connected(arrows - {arrow}, *arrow)}


def _connected(arrows: set[tuple[str, str]], source: str, target: str) -> bool:
    nexts = {end for start, end in arrows if start == source}
    return target in nexts or any(_connected(arrows, each, target) for each in nexts)


def _packages(each: Import) -> tuple[str, str]:
    source, target = each.importer.split("."), each.imported.split(".")
    if source[0] == PACKAGE == target[0]:
        source, target = source[1:] or ["__init__"], target[1:] or ["__init__"]
    return source[0], target[0]


def _rule_inside_edge(source: list[str], target: list[str]) -> str | None:
    if not source:
        return None  # emotion_edge/__init__.py is the public API
    if not target:
        return "import a module of the package, not the package"
    if source[0] == "__main__" and target[0] != "cli":
        return "__main__ imports only cli"
    return _rule_between(source[0], target[0], EDGE_LAYERS)


def _rule_between(source: str, target: str, layers: tuple[tuple[str, ...], ...]) -> str | None:
    heights = {name: height for height, layer in enumerate(layers) for name in layer}
    if layers is TOP_LAYERS and target not in heights:
        return None  # the standard library, or somebody else's package
    for name in (source, target):
        if name not in heights:
            return f"{name} has no layer in docs/imports.py"
    if source == target or heights[source] < heights[target]:
        return None
    return f"imports go down only, and {target} is not below {source}"


def _imported(file: Path, module: str) -> Iterator[tuple[int, str]]:
    """Yield the line and full name of everything that a file imports."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom():
                base = _base(node, module, is_package=file.stem == "__init__")
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            case ast.Constant(value=str(text)) if module.startswith(f"{PACKAGE}.cli"):
                if command := _LAZY_COMMAND.fullmatch(text):
                    yield node.lineno, f"{PACKAGE}.{command[1]}"


def _base(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    """Return the full name of the module in "from module import ...", relative or not."""
    if not node.level:
        return node.module or ""
    parents = module.split(".")
    above = parents[: len(parents) - node.level + is_package]
    return ".".join([*above, *filter(None, [node.module])])
