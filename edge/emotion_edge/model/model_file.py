"""Model files: a .tflite with its contract in a zip appended to it.

TFLite Metadata defines this place for "associated files": the runtimes ignore everything after the
flatbuffer, and every zip tool can read it. labels.txt is there for other programs; this one takes
everything from contract.json. runtimes.json lists the runtimes on which `python -m convert` proved
that the model agrees with Keras.
"""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.model.contract import Contract, ContractError, dumps, loads

SHIPPED = Path(__file__).parents[1] / "emotion-compact.tflite"
"""The model that comes with the program; models/MODEL_CARD.md describes it."""
CONTRACT_FILE = "contract.json"
LABELS_FILE = "labels.txt"
RUNTIMES_FILE = "runtimes.json"
GOLDEN_FILE, GOLDEN_PICTURE = "golden.json", "golden.png"  # see `self_test`
# Field numbers of TensorFlow Lite's Model and Buffer tables (lite/schema/schema.fbs).
_MODEL_BUFFERS = 4
_BUFFER_DATA = 0
# Exceptions that zipfile raises for damaged bytes: an unknown method, an encryption flag, an offset
# out of bounds.
UNREADABLE_ZIP = (
    *(zipfile.BadZipFile, zlib.error, KeyError, ValueError),
    *(NotImplementedError, RuntimeError, EOFError, OSError),
)


def pack(flatbuffer: bytes, contract: Contract, more: Mapping[str, bytes] | None = None) -> bytes:
    """Return the model with its contract and labels appended; the output is deterministic.

    more: other files to append, by name.
    """
    files: dict[str, str | bytes] = {
        CONTRACT_FILE: dumps(contract),
        LABELS_FILE: "".join(f"{label}\n" for label in contract.labels),
        **(more or {}),
    }
    stream = io.BytesIO(flatbuffer)
    with zipfile.ZipFile(stream, "a") as archive:
        for name, content in files.items():
            # A ZipInfo's default date is 1980-01-01, so the clock does not get into the file.
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def read_model(path: Path) -> tuple[bytes, Contract]:
    """Return the bytes of a .tflite file and the contract in it.

    Raises UserError if the file is missing, truncated or of another type, and ContractError if it
    has no contract or one that this program cannot follow.
    """
    content = _read_flatbuffer(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return content, loads(archive.read(CONTRACT_FILE))
    except UNREADABLE_ZIP:
        raise ContractError(
            f"{path}: no contract inside", "make the model with `python -m convert`"
        ) from None
    except ContractError as error:
        raise ContractError(f"{path}: {error.found}", error.remedy) from None


def proven_runtimes(path: Path, content: bytes) -> tuple[str, ...]:
    """Return the runtimes on which the model was proven, none if the file does not say it.

    content: of `path`, as `read_model` returns it. Raises UserError if the list is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if RUNTIMES_FILE not in archive.namelist():
                return ()
            names = json.loads(archive.read(RUNTIMES_FILE))
    except UNREADABLE_ZIP:
        names = None
    if not isinstance(names, list) or not names or {type(name) for name in names} != {str}:
        raise UserError(f"{path}: its list of proven runtimes is damaged", "copy the model again")
    return tuple(names)


def _read_flatbuffer(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot read the model: {error.strerror}") from None
    if content[4:8] != b"TFL3":
        raise UserError(f"{path}: not a .tflite model")
    # Check before a runtime loads it: a truncated file can crash the process there.
    if not _is_complete(content):
        raise UserError(f"{path}: the model is cut short", "copy it again")
    return content


def _is_complete(content: bytes) -> bool:
    """Return whether every buffer (the weights) of the flatbuffer lies within the file."""
    try:
        model = _follow(content, 0)
        buffers = _follow(content, _field(content, model, _MODEL_BUFFERS))
        count = _uint32(content, buffers)
        return all(_buffer_end(content, buffers + 4 + 4 * i) <= len(content) for i in range(count))
    except struct.error:
        return False


def _buffer_end(content: bytes, entry: int) -> int:
    """Return the end of the data of the buffer that `entry` points to, 0 if it has none."""
    position = _field(content, _follow(content, entry), _BUFFER_DATA)
    if not position:
        return 0
    data = _follow(content, position)
    return data + 4 + _uint32(content, data)


def _uint32(content: bytes, position: int) -> int:
    return int(struct.unpack_from("<I", content, position)[0])


def _follow(content: bytes, position: int) -> int:
    return position + _uint32(content, position)


def _field(content: bytes, table: int, index: int) -> int:
    """Return the position of a field of a flatbuffer table, 0 if the table does not have it."""
    vtable = table - struct.unpack_from("<i", content, table)[0]
    entry = 4 + 2 * index
    if entry >= struct.unpack_from("<H", content, vtable)[0]:
        return 0
    offset = struct.unpack_from("<H", content, vtable + entry)[0]
    return table + offset if offset else 0
