"""The app for Home Assistant, to be started."""

from collections.abc import Iterator

import pytest

from tests.edge.pictures import save
from tests.workbench.project.packaging.app import App


@pytest.fixture
def app(tmp_path) -> Iterator[App]:
    """The app's folder, with a red picture."""
    save(tmp_path / "photos/red.png", "red")
    app = App(tmp_path)
    yield app
    if app.process and app.process.poll() is None:
        app.process.kill()
