"""The keys of JSON values, and the types of what they hold."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

# Keys whose objects have a key for each label; of these, any label stands for all.
BY_LABEL = ("scores", "counts", "count", "seconds", "faces")
# What a computer without a sensor does not know.
SENSORS = ("temperature",)
_NAMES = {bool: "boolean", int: "number", float: "number", str: "string", dict: "object"}
_NAMES |= {list: "list", type(None): "null"}


def shape(values: Iterable[object], *, nulls: bool = True) -> dict[str, str]:
    """Return the types at each key that the values have, such as {"box[]": "number"}.

    nulls: whether a key that has a value in one and null in another is "null or …". Without them it
    does not count which keys were null, because that depends on the moment.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for value in values:
        for name, kind in _types("", value):
            found[name].add(kind)
            if name.rpartition(".")[2] in SENSORS:
                found[name] = {"null", "number"}
    return {
        name: " or ".join(sorted(kinds if nulls or kinds == {"null"} else kinds - {"null"}))
        for name, kinds in found.items()
        if name
    }


def _types(name: str, value: object) -> Iterator[tuple[str, str]]:
    yield name, _NAMES[type(value)]
    if isinstance(value, list):
        for item in value:
            yield from _types(f"{name}[]", item)
    elif isinstance(value, dict):
        for key, item in value.items():
            shown = "LABEL" if name.rpartition(".")[2] in BY_LABEL else key
            yield from _types(f"{name}.{shown}".lstrip("."), item)
