"""The tiny models in tests/fixtures, which name colours, and altered copies of them."""

import hashlib
import importlib.util
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import pack, read_model
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.runtime import RUNTIMES

FIXTURES = Path(__file__).parents[1] / "fixtures"
INT8, FLOAT32 = FIXTURES / "tiny.int8.tflite", FIXTURES / "tiny.float32.tflite"
HANGS = FIXTURES / "tiny.hangs.tflite"  # on blue pictures
LABELS, PRIOR = ("blue", "green", "red"), (0.2, 0.3, 0.5)
CONTRACT = Contract(
    labels=LABELS, prior=PRIOR, width=8, height=8, activation="sigmoid", embedding=3
)
INSTALLED = [name for name, package in RUNTIMES.items() if importlib.util.find_spec(package)]


def files_of(path: Path) -> dict[str, bytes]:
    """Return the files in the zip of a model, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def without_zip(path: Path) -> bytes:
    """Return the bare flatbuffer of a model."""
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content[: min(info.header_offset for info in archive.infolist())]


def seal(network: bytes, contract: Contract, path: Path = INT8) -> bytes:
    """Pack a network with the golden vector of `path`, which its SHA-256 makes valid.

    The scores are those that the contract gives for the vector's logits. If the contract wants
    more or fewer of them, or of the features, the vector has as many.
    """
    files = files_of(path)
    golden = json.loads(files["golden.json"])
    logits = np.resize(golden["logits"], len(contract.labels))
    values = scores(logits, contract)
    golden |= {
        "sha256": hashlib.sha256(network).hexdigest(),
        "label": contract.labels[int(values.argmax())],
        "logits": logits.tolist(),
        "embedding": np.resize(golden["embedding"], contract.embedding).tolist(),
        "scores": values.tolist(),
    }
    more = {"golden.png": files["golden.png"], "golden.json": json.dumps(golden).encode()}
    return pack(network, contract, more)


def with_contract(path: Path = INT8, **changes: object) -> bytes:
    """Return the model with some fields of its contract replaced, and a golden vector for them.

    The prior of other labels is an even one.
    """
    if labels := changes.get("labels"):
        changes = {"prior": (1 / len(labels),) * len(labels), **changes}
    return seal(without_zip(path), replace(read_model(path).contract, **changes), path)


def with_network(path: Path, before: bytes, after: bytes) -> bytes:
    """Return the model with the bytes `before` of its network replaced, and a valid digest."""
    network = without_zip(path)
    assert before in network
    return seal(network.replace(before, after), read_model(path).contract, path)


def with_byte(path: Path, position: int, value: int) -> bytes:
    """Return the model with one byte of its network changed, and a valid digest."""
    network = bytearray(without_zip(path))
    assert network[position] != value
    network[position] = value
    return seal(bytes(network), read_model(path).contract, path)


def with_changed_graph(path: Path, change: Callable[[Any], None]) -> bytes:
    """Return the model after `change` of its network, a ModelT of the schema; a valid digest.

    Skips the test if LiteRT, which has the schema, is not installed.
    """
    schema = pytest.importorskip("ai_edge_litert.schema_py_generated")
    flatbuffers = pytest.importorskip("flatbuffers")
    model = schema.ModelT.InitFromPackedBuf(without_zip(path), 0)
    change(model)
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return seal(bytes(builder.Output()), read_model(path).contract, path)


def with_outputs(*places: int, path: Path = INT8) -> bytes:
    """Return the model with these of its outputs, by their places, in this order."""

    def choose(model: Any) -> None:
        (graph,) = model.subgraphs
        graph.outputs = [graph.outputs[place] for place in places]

    return with_changed_graph(path, choose)


def without_bias() -> bytes:
    """Return a model that a runtime loads and cannot run: a tensor has no data."""

    def empty(model: Any) -> None:
        (bias,) = (each for each in model.subgraphs[0].tensors if each.name.endswith(b"/BiasAdd"))
        bias.buffer = 0

    return with_changed_graph(FLOAT32, empty)


def crashing() -> bytes:
    """Return a model that crashes every runtime although its digest is valid."""
    return with_byte(FLOAT32, 16, 0)


def with_files(
    path: Path,
    contract: Contract | None = None,
    more: Mapping[str, bytes] | None = None,
    **changes: bytes,
) -> bytes:
    """Return the model with its golden.png (png=…), golden.json (json=…) or contract replaced.

    more: other files to add, by name.
    """
    files = {f"golden.{kind}": files_of(path)[f"golden.{kind}"] for kind in ("png", "json")}
    files |= {f"golden.{kind}": content for kind, content in changes.items()}
    return pack(without_zip(path), contract or read_model(path).contract, {**files, **(more or {})})


def with_swapped_picture(path: Path) -> bytes:
    """Return the model with red and blue swapped in its golden picture."""
    stream = io.BytesIO()
    picture = read_image(io.BytesIO(files_of(path)["golden.png"]))
    Image.fromarray(picture[..., ::-1]).save(stream, "PNG")
    return with_files(path, png=stream.getvalue())
