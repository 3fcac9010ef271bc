"""Fixtures for the tests of networks that learn from teachers."""

from pathlib import Path

import pytest

from tests.workbench.conftest import make_photos


@pytest.fixture(scope="package")
def data(tmp_path_factory) -> Path:
    """A data set of 36 pictures for training."""
    return make_photos(tmp_path_factory.mktemp("data"), train=12, validation=4)
