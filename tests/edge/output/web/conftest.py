"""Fixtures: a daemon with a page, and its password."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.edge.daemon import Daemon
from tests.edge.output.web.browser.sites import Site
from tests.edge.recordings import write_changing_colours

SECRET = "correct horse"
NAMES = ("named.example", "192.0.2.7", "[2001:db8::7]")


@pytest.fixture
def site(daemon) -> Callable[..., Site]:
    """A function that starts a daemon with a page; its arguments are options of `run`."""
    pytest.importorskip("tornado")
    return lambda *options: Site(daemon, *options)


@pytest.fixture(scope="module")
def open_site(tmp_path_factory) -> Iterator[Site]:
    """A daemon that names a colour, and whose page has no password; one for all tests of a module.

    It also has some names.
    """
    pytest.importorskip("tornado")
    folder = tmp_path_factory.mktemp("open")
    recording = write_changing_colours(folder / "recording", seconds=900)
    names = (word for name in NAMES for word in ("--web-host", name))
    site = Site(partial(Daemon, folder), "--source", f"replay:{recording}", *names)
    yield site
    assert site.daemon.process.poll() is None, site.daemon.stderr
    site.daemon.kill()
    assert "Traceback" not in site.daemon.stderr


@pytest.fixture
def served() -> Iterator[Callable[..., Any]]:
    """A function that serves a page within the test; its arguments are those of `Served`."""
    pytest.importorskip("tornado")
    from tests.edge.output.web.served import Served

    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(Served(**settings))


@pytest.fixture
def password(tmp_path) -> Path:
    """The file of a password."""
    path = tmp_path / "password"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def guarded(site, changing, password) -> Site:
    """A daemon whose page has a password."""
    return site("--source", changing, "--web-password-file", password)
