"""A file that a server can spoil."""

import pytest


@pytest.fixture(params=["2.root.json", "timestamp.json", "4.snapshot.json", "4.targets.json", ""])
def path(request, tester):
    """A file that the device asks for, of metadata or, last, a new model."""
    tester.publisher.add("2026-12", b"twelve" * 1000, 3)
    tester.publisher.publish()
    if request.param:
        return f"/metadata/{request.param}"
    return next(path for path in tester.publisher.files if path.endswith("2026-12.tflite"))
