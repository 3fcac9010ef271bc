"""Fixtures: a browser, a daemon with a page, and recordings for it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emotion_edge.output.history.database import Row, add_rows
from emotion_edge.pipeline.label_times import Seen
from tests.edge.output.web.browser.driver import Browser
from tests.edge.output.web.browser.scenes import write_walk
from tests.edge.output.web.browser.sites import FACES, Site

ZONES = (-12, 14)  # hours ahead of UTC: at any time, one of them has another date than UTC


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("downloads"))
    yield browser
    browser.quit()


@pytest.fixture
def browser(_chromium, daemon) -> Iterator[Browser]:
    """A browser; after the test its console must be empty. The daemons end after that."""
    _chromium.begin()
    yield _chromium
    _chromium.end()


@pytest.fixture(scope="session")
def walk(tmp_path_factory) -> str:
    """A source in which a head goes from left to right and back."""
    return write_walk(tmp_path_factory.mktemp("walk") / "recording")


@pytest.fixture
def faces(site, walk) -> Site:
    """A daemon that looks for faces where one goes to and fro."""
    return site("--source", walk, *FACES)


@pytest.fixture
def colours(site, changing) -> Site:
    """A daemon that names a colour, another one each second."""
    return site("--source", changing)


@pytest.fixture
def recorded(tmp_path) -> Path:
    """A history: half an hour of faces in this hour, 70 minutes two days ago."""
    _keep_from_midnight()
    path, now = tmp_path / "labels.db", int(time.time()) // 60 * 60
    before = now - 2 * 86400
    rows = [
        ("blue", now, 20), ("unknown", now, 10), ("no_face", now, 25),
        ("red", before, 40), ("happy", before, 10), ("unknown", before, 20),
    ]  # fmt: skip
    add_rows(path, [Row(start, 60, label, Seen(60.0 * m, m)) for label, start, m in rows])
    return path


@pytest.fixture
def with_history(site, changing, recorded) -> Site:
    """A daemon that goes on with that history."""
    return site("--source", changing, "--history", recorded)


def _keep_from_midnight() -> None:
    """Wait if tomorrow might come, here or where a test's device is, while it looks at today."""
    hours = (time.localtime().tm_hour, *((time.gmtime().tm_hour + zone) % 24 for zone in ZONES))
    minute = time.localtime().tm_min
    if 23 in hours and minute >= 57:
        time.sleep(60 * (60 - minute))
