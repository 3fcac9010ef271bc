"""Print what the components that the tests use need, from Home Assistant's own manifests.

Runs in an environment with the package `homeassistant`, which need not have its dependencies.
Newer versions start the components of all kinds of entities, whether one uses them or not.
"""

import json
from pathlib import Path

import homeassistant

COMPONENTS = Path(homeassistant.__file__).parent / "components"
USED = {"mqtt", "frontend", "recorder", "backup", "hassio", "stream"}


def requirements() -> set[str]:
    """Return the packages of all used components, and of those that they depend on."""
    manifests = {
        path.parent.name: json.loads(path.read_text())
        for path in COMPONENTS.glob("*/manifest.json")
    }
    kinds = {name for name, each in manifests.items() if each.get("integration_type") == "entity"}
    waiting, found, packages = [*USED, *kinds], set(), set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            packages |= {*manifests[name].get("requirements", [])}
            waiting += manifests[name].get("dependencies", [])
    return packages


print(*sorted(requirements()), sep="\n")  # noqa: T201
