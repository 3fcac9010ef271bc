"""Fixtures: a repository with a release, a server, and a device that runs that release."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.updates.devices import TriedDevice
from tests.edge.updates.publisher import Publisher
from tests.edge.updates.server import Web

Run = Callable[..., subprocess.CompletedProcess[str]]


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


@pytest.fixture
def published() -> Iterator[Web]:
    """A repository with a real model."""
    publisher = Publisher()
    publisher.add("2026-12", INT8.read_bytes(), 1)
    publisher.publish()
    web = Web(publisher.files)
    web.publisher = publisher
    yield web
    web.close()


@pytest.fixture
def run(tmp_path: Path, published: Web) -> Run:
    """A function that runs `update` in folders of its own."""
    (tmp_path / "root.json").write_bytes(published.publisher.root)

    def run(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
        folders = ("--models", tmp_path / "models", "--run-dir", tmp_path / "run", "--watch", "0")
        return edge("update", *folders, *words, **options)

    return run


@pytest.fixture
def enrolled(tmp_path: Path, published: Web, run: Run) -> Run:
    """The function `run` of a device that is enrolled."""
    result = run("--enrol", published.url, "--root", tmp_path / "root.json")
    assert result.returncode == 0, result.stderr
    return run
