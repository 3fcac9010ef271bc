"""Keeps two worlds apart: tflite-runtime crashes in a process that has imported TensorFlow."""

import pytest


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to run tests of the edge and of the workbench in one process."""
    folders = {item.path.parent.name for item in session.items}
    if folders >= {"edge", "workbench"}:
        raise pytest.UsageError(
            "run tests/edge and tests/workbench one by one, as `make test` does"
        )
