"""The test models in the repository are those that their script writes."""

import io
import json

import numpy as np
import pytest

from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.model_file import read_model
from tests.edge.models import files_of, without_zip
from tests.fixtures import make_tiny


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    make_tiny.main(folder)
    return folder


@pytest.mark.parametrize("name", ["tiny.int8.tflite", "tiny.float32.tflite", "tiny.hangs.tflite"])
def test_the_script_writes_the_models_that_are_checked_in(name, made):
    checked_in = make_tiny.Path(make_tiny.__file__).parent / name
    assert without_zip(made / name) == without_zip(checked_in)
    assert read_model(made / name).contract == read_model(checked_in).contract == make_tiny.CONTRACT
    ours, theirs = files_of(made / name), files_of(checked_in)
    assert ours.keys() == theirs.keys()
    # Compare only the parts of the test vector that do not depend on the processor and zlib.
    pictures = [read_image(io.BytesIO(files["golden.png"])) for files in (ours, theirs)]
    assert np.array_equal(*pictures)
    vectors = [json.loads(files["golden.json"]) for files in (ours, theirs)]
    assert [vector["sha256"] for vector in vectors] == [vectors[0]["sha256"]] * 2
    assert vectors[0]["logits"] == pytest.approx(vectors[1]["logits"], abs=vectors[1]["tolerance"])
