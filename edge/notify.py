"""Placeholder."""


def notify(text: str) -> None:
    """Nothing yet."""
