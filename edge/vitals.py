"""Placeholder."""


def temperature() -> float | None:
    """Nothing yet."""
    return None
