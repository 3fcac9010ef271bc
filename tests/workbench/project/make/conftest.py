"""A checkout for the tests of the Makefile."""

from pathlib import Path

import pytest

from tests.workbench.conftest import make_checkout


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A checkout with a replacement for python."""
    return make_checkout(tmp_path)
