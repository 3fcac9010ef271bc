"""One file to copy to a Pi: a .tflite with its contract in the zip appended to it.

The place is the standard's own (TFLite Metadata's associated files): the runtimes ignore what
follows the flatbuffer, and every zip tool can read it. labels.txt is there for other readers;
ours takes everything from contract.json.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.model.contract import Contract, ContractError, dumps, loads

SHIPPED = Path(__file__).parents[1] / "emotion-compact.tflite"
"""The model that is part of the program; models/MODEL_CARD.md describes it."""
CONTRACT_FILE = "contract.json"
LABELS_FILE = "labels.txt"
GOLDEN_FILE, GOLDEN_PICTURE = (
    "golden.json",
    "golden.png",
)  # see edge/emotion_edge/model/self_test.py
# Positions in the schema of TensorFlow Lite's Model and Buffer tables (lite/schema/schema.fbs).
_MODEL_BUFFERS = 4
_BUFFER_DATA = 0
# What zipfile raises on damaged bytes: an odd method, an encryption flag, an offset out of bounds.
UNREADABLE_ZIP = (
    *(zipfile.BadZipFile, zlib.error, KeyError, ValueError),
    *(NotImplementedError, RuntimeError, EOFError, OSError),
)


def pack(flatbuffer: bytes, contract: Contract, more: Mapping[str, bytes] | None = None) -> bytes:
    """Return the model with its contract and labels appended, the same bytes for the same input.

    more: other files to append, by their names.
    """
    labels = "".join(f"{label}\n" for label in contract.labels)
    files: dict[str, str | bytes] = {
        CONTRACT_FILE: dumps(contract),
        LABELS_FILE: labels,
        **(more or {}),
    }
    stream = io.BytesIO(flatbuffer)
    with zipfile.ZipFile(stream, "a") as archive:
        for name, content in files.items():
            # ZipInfo's own date is 1980-01-01: no clock in the file.
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def read_model(path: Path) -> tuple[bytes, Contract]:
    """Read a .tflite and the contract inside.

    Raises UserError for a file that is missing, of another type or cut short, ContractError for
    one without a contract or with one that this program cannot obey.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot read the model: {error.strerror}") from None
    if content[4:8] != b"TFL3":
        raise UserError(f"{path}: not a .tflite model")
    # A runtime given a truncated file may crash the process: find out before it is asked.
    if not _is_whole(content):
        raise UserError(f"{path}: the model is cut short; copy it again")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return content, loads(archive.read(CONTRACT_FILE))
    except UNREADABLE_ZIP:
        raise ContractError(
            f"{path}: no contract inside; make the model with `python -m convert`"
        ) from None
    except ContractError as error:
        raise ContractError(f"{path}: {error}") from None


def _is_whole(content: bytes) -> bool:
    """Say whether every buffer (the weights) that the flatbuffer names lies within the file."""
    try:
        model = _follow(content, 0)
        buffers = _follow(content, _field(content, model, _MODEL_BUFFERS))
        for i in range(_uint32(content, buffers)):
            buffer = _follow(content, buffers + 4 + 4 * i)
            position = _field(content, buffer, _BUFFER_DATA)
            if position:
                data = _follow(content, position)
                if data + 4 + _uint32(content, data) > len(content):
                    return False
    except struct.error:
        return False
    return True


def _uint32(content: bytes, position: int) -> int:
    return int(struct.unpack_from("<I", content, position)[0])


def _follow(content: bytes, position: int) -> int:
    return position + _uint32(content, position)


def _field(content: bytes, table: int, index: int) -> int:
    """Return where a flatbuffer table keeps a field, 0 where it has none."""
    vtable = table - struct.unpack_from("<i", content, table)[0]
    entry = 4 + 2 * index
    if entry >= struct.unpack_from("<H", content, vtable)[0]:
        return 0
    offset = struct.unpack_from("<H", content, vtable + entry)[0]
    return table + offset if offset else 0
