"""Add TFLite Metadata, the description of a model that other programs read.

The entry `TFLITE_METADATA` of a model holds a separate flatbuffer, ModelMetadata. It is built here
because no library that writes it runs beside TensorFlow 2.21. The numbers of fields and enum values
come from the schema "M001", tflite_support/metadata/metadata_schema.fbs (Apache-2.0).
The texts become part of the model file: changing them changes its bytes.
https://ai.google.dev/edge/litert/conversion/tensorflow/metadata
"""

from dataclasses import dataclass

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from convert.flatbuffer import pack_model
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import (
    CONTRACT_FILE,
    GOLDEN_FILE,
    GOLDEN_PICTURE,
    LABELS_FILE,
    RUNTIMES_FILE,
)
from emotion_edge.model.network import EMBEDDING, LOGITS

_FEATURE_PROPERTIES, _IMAGE_PROPERTIES = 1, 2  # union ContentProperties
_NORMALIZATION_OPTIONS = 1  # union ProcessUnitOptions
_TENSOR_AXIS_LABELS = 2  # enum AssociatedFileType
_COLOR_SPACES = {"RGB": 1, "GRAYSCALE": 2}  # enum ColorSpaceType
# Field number to value: text, a byte (int), a table, or a list of tables or floats.
_Table = dict[int, object]


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """Name, version and origin of a model, for its metadata."""

    name: str
    description: str
    version: str
    author: str
    license: str


def add_metadata(flatbuffer: bytes, contract: Contract, info: ModelInfo) -> bytes:
    """Return the model with a TFLite Metadata entry; the same input gives the same bytes.

    The entry holds `info`; colour space, normalisation and range of the input; and the name of the
    file with the output labels, labels.txt, which `emotion_edge.model.model_file.pack` appends.
    """
    builder = flatbuffers.Builder()
    root = _write(builder, _model_metadata(contract, info))
    builder.Finish(root, file_identifier=b"M001")
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    model.buffers.append(_buffer(bytes(builder.Output())))
    entry = schema.MetadataT()
    entry.name, entry.buffer = "TFLITE_METADATA", len(model.buffers) - 1
    model.metadata.append(entry)
    return pack_model(model, len(flatbuffer) + 4096)


def _buffer(content: bytes) -> schema.BufferT:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(content, np.uint8)
    return buffer


def _model_metadata(contract: Contract, info: ModelInfo) -> _Table:
    labels = {0: LABELS_FILE, 1: "label of each output", 2: _TENSOR_AXIS_LABELS}
    subgraph = {2: [_input(contract)], 3: [_output(contract, labels), _embedding(contract)]}
    return {
        0: info.name,
        1: info.description,
        2: info.version,
        3: [subgraph],
        4: info.author,
        5: info.license,
        6: [
            {0: CONTRACT_FILE, 1: "what emotion-edge must do alike in training and inference"},
            {0: GOLDEN_PICTURE, 1: "a drawn pattern to prove a machine's arithmetic by"},
            {0: GOLDEN_FILE, 1: "the logits and scores of that pattern"},
            {0: RUNTIMES_FILE, 1: "the runtimes on which it was proven to agree with Keras"},
        ],
        7: "1.0.0",  # the first version of the schema has all fields used here
    }


def _input(contract: Contract) -> _Table:
    # The schema normalises by (pixel - mean) / std, the contract by pixel * scale + offset.
    normalisation = {0: [-contract.offset / contract.scale + 0.0], 1: [1 / contract.scale]}
    ends = (contract.offset, 255 * contract.scale + contract.offset)
    return {
        0: "image",
        1: f"{contract.width} x {contract.height} {contract.color_space}, "
        f"crop: {contract.crop}, interpolation: {contract.interpolation}, "
        f"contrast: {contract.contrast}",
        3: {0: _IMAGE_PROPERTIES, 1: {0: _COLOR_SPACES[contract.color_space]}},
        4: [{0: _NORMALIZATION_OPTIONS, 1: normalisation}],
        5: {0: [max(ends)], 1: [min(ends)]},
    }


def _output(contract: Contract, labels: _Table) -> _Table:
    worth = f" / prior^{contract.tau:g}" if contract.tau else ""
    power = f"to the power of 1/{contract.temperature:g}, divided by their sum"
    return {
        0: LOGITS,
        1: f"scores are {contract.activation}(logits){worth} {power}",
        3: {0: _FEATURE_PROPERTIES, 1: {}},
        6: [labels],
    }


def _embedding(contract: Contract) -> _Table:
    text = f"the {contract.embedding} features that the last layer makes the logits of"
    return {0: EMBEDDING, 1: text, 3: {0: _FEATURE_PROPERTIES, 1: {}}}


def _write(builder: flatbuffers.Builder, table: _Table) -> int:
    """Write a table and return its offset. The format wants children written before it."""
    children = {
        field: _write_child(builder, value)
        for field, value in table.items()
        if not isinstance(value, int)
    }
    builder.StartObject(max(table, default=-1) + 1)
    for field, value in table.items():
        if isinstance(value, int):
            builder.PrependInt8Slot(field, value, 0)
        else:
            builder.PrependUOffsetTRelativeSlot(field, children[field], 0)
    return builder.EndObject()


def _write_child(builder: flatbuffers.Builder, value: object) -> int:
    match value:
        case str():
            return builder.CreateString(value)
        case dict():
            return _write(builder, value)
        case [float(), *_]:
            return builder.CreateNumpyVector(np.array(value, np.float32))
        case list():
            return _write_tables(builder, value)
    raise TypeError(type(value))


def _write_tables(builder: flatbuffers.Builder, tables: list[_Table]) -> int:
    offsets = [_write(builder, table) for table in tables]
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()
