"""Which modules of this repository a package imports, directly or by way of others."""

from docs.imports import PACKAGE, python_files, read_imports
from tests.workbench.conftest import REPOSITORY


def reached_by(package: str, *, without: str) -> set[str]:
    """Return the paths of the package's modules and of all that they import.

    without: a package inside it that does not count. What `emotion_edge/__init__.py` imports is
    left out: it does so only on first use of its API.
    """
    files = {module: str(file.relative_to(REPOSITORY)) for file, module in python_files(REPOSITORY)}
    arrows: dict[str, set[str]] = {}
    for each in read_imports(REPOSITORY):
        if each.importer != PACKAGE:
            arrows.setdefault(each.importer, set()).add(_module(each.imported, files))
    own = (module for module in files if f"{module}.".startswith(f"{package}."))
    waiting = [module for module in own if not f"{module}.".startswith(f"{without}.")]
    reached: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in files and module not in reached:
            reached.add(module)
            waiting += [*arrows.get(module, ()), module.rpartition(".")[0]]
    return {files[module] for module in reached}


def _module(name: str, files: dict[str, str]) -> str:
    """Return the module in which an imported name is; "" if it is not one of ours."""
    while name and name not in files:
        name = name.rpartition(".")[0]
    return name
