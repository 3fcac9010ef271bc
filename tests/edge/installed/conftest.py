"""A device for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.installed.device import Device
from tests.edge.recordings import write_changing_colours


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    """A device without an installed model, whose camera shows another colour each second."""
    source = write_changing_colours(tmp_path / "recording", seconds=600)
    device = Device(tmp_path / "device", f"replay:{source}")
    yield device
    device.stop()
