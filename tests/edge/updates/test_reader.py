"""What is begun is brought to its end, also if nobody reads the lines any more."""

import os
import subprocess
from contextlib import closing

import pytest

from emotion_edge.commands.models.install_model import to_the_end
from emotion_edge.model.model_file import read_model
from emotion_edge.model.store.state import read_store
from tests.edge.command_line import edge
from tests.edge.models import INT8


@pytest.fixture
def unread():
    """Options of a process whose standard output nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield {"capture_output": False, "stdout": writer, "stderr": subprocess.PIPE}
    os.close(writer)


def test_a_model_is_installed_although_the_reader_has_gone(tmp_path, unread):
    models = tmp_path / "models"
    result = edge("install-model", INT8, "--models", models, "--run-dir", tmp_path, **unread)
    assert (result.returncode, result.stderr) == (0, "")
    assert read_store(models).in_use.sha256 == read_model(INT8).sha256


def test_an_update_is_made_although_the_reader_has_gone(enrolled, unread, tmp_path):
    result = enrolled(**unread)
    assert (result.returncode, result.stderr) == (0, "")
    assert read_store(tmp_path / "models").in_use.sha256 == read_model(INT8).sha256


def test_what_goes_wrong_then_is_told_all_the_same(enrolled, unread, published):
    published.files = {}
    result = enrolled(**unread)
    assert result.returncode == 1
    assert "there is no such file (404)" in result.stderr


@pytest.mark.parametrize(
    ("error", "expected"), [(BrokenPipeError, ["a", "b"]), (KeyboardInterrupt, ["a"])]
)
def test_ctrl_c_interrupts_and_a_reader_that_goes_does_not(error, expected):
    begun = []

    def work():
        for name in ("a", "b"):
            begun.append(name)
            yield name

    with pytest.raises(error), closing(to_the_end(work())) as lines:
        next(lines)
        raise error
    assert begun == expected
