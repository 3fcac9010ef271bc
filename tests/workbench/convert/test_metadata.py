"""TFLite Metadata, read by Google's tflite-support."""

import ctypes.util
import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from ai_edge_litert import schema_py_generated as schema

from convert.metadata import ModelInfo, add_metadata
from emotion_edge.model.model_file import pack
from emotion_edge.model.network import EMBEDDING, LOGITS
from tests.edge.models import INT8, without_zip
from tests.workbench.contracts import make_contract

CONTRACT = make_contract(
    ("bleu", "vert, très", "rouge"),
    8,
    scale=1 / 127.5,
    offset=-1.0,
    temperature=1.25,
    tau=0.2,
    embedding=64,
)
INFO = ModelInfo(
    name="tiny", description="Names a colour.", version="1.2", author="Ada", license="Apache-2.0"
)
READER = """
import json, sys
from tflite_support import metadata
displayer = metadata.MetadataDisplayer.with_model_file(sys.argv[1])
files = displayer.get_packed_associated_file_list()
labels = displayer.get_associated_file_buffer("labels.txt").decode()
print(json.dumps([json.loads(displayer.get_metadata_json()), files, labels]))
"""


def model() -> bytes:
    """Return the small int8 model with metadata and contract."""
    return pack(add_metadata(without_zip(INT8), CONTRACT, INFO), CONTRACT)


def test_the_same_model_gives_the_same_bytes():
    assert model() == model()


def test_the_network_itself_is_not_changed():
    before = schema.ModelT.InitFromPackedBuf(without_zip(INT8), 0)
    after = schema.ModelT.InitFromPackedBuf(model(), 0)
    added = after.metadata.pop()
    assert added.name == b"TFLITE_METADATA"
    assert added.buffer == len(after.buffers) - 1
    content = after.buffers.pop().data.tobytes()
    assert content[4:8] == b"M001"
    for one, two in zip(before.buffers, after.buffers, strict=True):
        assert (one.data is None and two.data is None) or one.data.tobytes() == two.data.tobytes()
    shapes = [[t.shape.tolist() for t in m.subgraphs[0].tensors] for m in (before, after)]
    assert shapes[0] == shapes[1]


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> Path:
    """A Python with tflite-support, installed apart: it and TensorFlow need different protobufs."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("tflite-support has wheels only for x86-64 Linux")
    if sys.version_info >= (3, 12):
        pytest.skip("tflite-support has no wheels beyond Python 3.11")
    if not ctypes.util.find_library("usb-1.0"):
        pytest.skip("tflite-support needs libusb: apt install libusb-1.0-0")
    folder = tmp_path_factory.mktemp("reader") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin/pip", "install", "--quiet", "tflite-support==0.4.4", "numpy<2"]
    subprocess.run(install, check=True, capture_output=True)
    return folder / "bin/python"


def test_tflite_support_finds_labels_and_normalisation(reader, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(model())
    result = subprocess.run(
        [reader, "-c", READER, path], capture_output=True, text=True, check=True
    )
    metadata, files, labels = json.loads(result.stdout.splitlines()[-1])
    assert labels == "bleu\nvert, très\nrouge\n"
    assert sorted(files) == ["contract.json", "labels.txt"]
    assert {
        key: metadata[key] for key in ("name", "description", "version", "author", "license")
    } == {**vars(INFO)}
    (input_metadata,) = metadata["subgraph_metadata"][0]["input_tensor_metadata"]
    outputs = metadata["subgraph_metadata"][0]["output_tensor_metadata"]
    assert [output["name"] for output in outputs] == [LOGITS, EMBEDDING]
    output_metadata, embedding = outputs
    assert input_metadata["content"]["content_properties"]["color_space"] == "RGB"
    (unit,) = input_metadata["process_units"]
    assert unit["options_type"] == "NormalizationOptions"
    assert unit["options"] == {"mean": [127.5], "std": [127.5]}
    assert input_metadata["stats"] == {"max": [1.0], "min": [-1.0]}
    (file,) = output_metadata["associated_files"]
    assert (file["name"], file["type"]) == ("labels.txt", "TENSOR_AXIS_LABELS")
    assert "softmax(logits) / prior^0.2 to the power of 1/1.25" in output_metadata["description"]
    assert embedding["description"].startswith("the 64 features ")
    assert "associated_files" not in embedding
