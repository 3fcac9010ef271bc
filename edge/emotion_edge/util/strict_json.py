"""JSON from files that may be damaged or made to do harm."""

import json
from typing import Any


def parse_json(text: str | bytes) -> Any:
    """Return the value of a JSON text; raises ValueError if it is none.

    It is also refused if a key stands twice in an object, or if brackets nest too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("brackets nest too deeply") from None


def is_number(value: object, low: float, high: float) -> bool:
    """Return whether a value from JSON is a number from `low` to `high`; NaN is not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return values
