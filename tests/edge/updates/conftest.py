"""Fixtures: a repository with a release, a server, and a device that runs that release."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.updates.devices import TriedDevice
from tests.edge.updates.publisher import Publisher
from tests.edge.updates.server import Web


@pytest.fixture
def publisher() -> Publisher:
    """A repository with two releases."""
    publisher = Publisher()
    publisher.add("2026-10", b"ten", 1)
    publisher.publish()
    publisher.add("2026-11", b"eleven", 2)
    publisher.publish()
    return publisher


@pytest.fixture
def web(publisher: Publisher) -> Iterator[Web]:
    """A server of that repository."""
    web = Web(publisher.files)
    yield web
    web.close()


@pytest.fixture
def new(tmp_path: Path, publisher: Publisher, web: Web) -> TriedDevice:
    """A device that is not enrolled."""
    return TriedDevice(tmp_path, publisher, web)


@pytest.fixture
def tester(new: TriedDevice) -> TriedDevice:
    """A device that runs the latest release."""
    new.enrol()
    new.update()
    assert new.models.content == b"eleven"
    return new
