"""Say in words what differs between a snapshot and the program."""

from collections.abc import Iterator, Mapping

ACCEPT = """
What was removed or changed breaks somebody's program: it needs a new major version, after a
deprecation. What was added needs a new minor version (docs/stability.md). If it is meant to be so,
write it into CHANGELOG.md, and accept it by
  .venv/bin/python -m tests.workbench.project.stable {kind}"""


def differences(before: object, present: object) -> list[str]:
    """Return a line for each thing that was removed, changed or added."""
    old, new = dict(_leaves("", before)), dict(_leaves("", present))
    lines = [f"removed: {_shown(name, old[name])}" for name in sorted(old.keys() - new.keys())]
    lines += [
        f"changed: {name}: {old[name]!r} is now {new[name]!r}"
        for name in sorted(old.keys() & new.keys())
        if old[name] != new[name]
    ]
    return lines + [f"added: {_shown(name, new[name])}" for name in sorted(new.keys() - old.keys())]


def explain(kind: str, before: object, present: object) -> str:
    """Return what differs and how to accept it; "" if nothing does."""
    lines = differences(before, present)
    if not lines:
        return ""
    found = "\n  ".join(lines)
    return f"docs/stability.md promises another {kind}:\n  {found}{ACCEPT.format(kind=kind)}"


def _shown(name: str, value: object) -> str:
    return name if value is None else f"{name}: {value!r}"


def _leaves(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield each value below, with its path in words. The order of a list does not count."""
    if isinstance(value, Mapping):
        parts = value.items()
    elif isinstance(value, list):
        parts = [(str(each), None) for each in value]
    else:
        yield name, value
        return
    if name:
        yield name, None
    for key, part in parts:
        yield from _leaves(f"{name} > {key}" if name else str(key), part)
