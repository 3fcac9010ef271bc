"""The models checked in for tests are what their script makes."""

import pytest

from edge.model_file import read_model
from tests.fixtures import make_tiny


@pytest.mark.parametrize("name", ["tiny.int8.tflite", "tiny.float32.tflite"])
def test_the_script_makes_the_models_that_are_checked_in(name, tmp_path):
    make_tiny.main(tmp_path)
    checked_in = make_tiny.Path(make_tiny.__file__).parent / name
    assert (tmp_path / name).read_bytes() == checked_in.read_bytes()
    assert read_model(checked_in)[1] == make_tiny.CONTRACT
