"""Model files: a .tflite with its contract in a zip appended to it.

TFLite Metadata defines this place for "associated files": the runtimes ignore everything after the
flatbuffer, and every zip tool can read it. labels.txt is there for other programs; this one takes
everything from contract.json. runtimes.json lists the runtimes on which `python -m convert` proved
that the model agrees with Keras. golden.json has the SHA-256 of the network: a damaged network can
crash a runtime, so no runtime gets one that has another digest.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.model import limits
from emotion_edge.model.appended_files import UNREADABLE_ZIP, AppendedFiles
from emotion_edge.model.contract import Contract, ContractError, dumps, loads
from emotion_edge.model.golden_vector import GoldenVector, parse_golden_vector
from emotion_edge.util.regular_file import read_regular_file
from emotion_edge.util.strict_json import parse_json

SHIPPED = Path(__file__).parents[1] / "emotion-compact.tflite"
"""The model that comes with the program; models/MODEL_CARD.md describes it."""
CONTRACT_FILE = "contract.json"
LABELS_FILE = "labels.txt"
RUNTIMES_FILE = "runtimes.json"
GOLDEN_FILE, GOLDEN_PICTURE = "golden.json", "golden.png"  # see `self_test`


@dataclass(frozen=True)
class Model:
    """A model file, read once: nobody can exchange it between two reads.

    path: where it was read, for messages. size, sha256: of the whole file. network: all that a
    runtime gets, the file without its zip. proven_runtimes: those on which convert proved the
    model, none if the file does not say it. golden: None in a file that convert has not finished.
    """

    path: Path
    size: int
    sha256: str
    network: bytes = field(repr=False)
    contract: Contract
    proven_runtimes: tuple[str, ...]
    golden: GoldenVector | None = field(repr=False)


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


def read_model(path: Path) -> Model:
    """Read a .tflite file whose network is the one that was converted.

    Raises UserError if the file is missing, damaged, too large or of another type, if its network
    has another SHA-256 than the one inside or there is none, and ContractError if it has no
    contract or one that this program cannot follow.
    """
    model = read_unverified_model(path)
    verify(model)
    return model


def verify(model: Model) -> None:
    """Raise UserError unless the model's network has the SHA-256 that is in its golden vector."""
    if model.golden is None:
        raise UserError(
            f"{model.path}: no golden vector inside, so nothing says that the network is whole",
            "make the model with python -m convert",
        )
    if model.golden.sha256 != hashlib.sha256(model.network).hexdigest():
        raise UserError(
            f"{model.path}: the network is not the one that was converted", "copy it again"
        )


def read_unverified_model(path: Path) -> Model:
    """Do what `read_model` does, but also accept a network without a digest, or with another one.

    Such a network can crash a runtime: give it to one only in a process that may crash.
    """
    try:
        content = read_regular_file(path, limits.MAX_FILE)
    except OSError as error:
        raise UserError(f"{path}: cannot read the model: {error.strerror}") from None
    if content[4:8] != b"TFL3":
        raise UserError(f"{path}: not a .tflite model")
    files, contract = _read_contract(path, content)
    return Model(
        path=path,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        network=content[: files.start],
        contract=contract,
        proven_runtimes=_read_runtimes(path, files),
        golden=_read_golden_vector(path, files, contract),
    )


def _read_contract(path: Path, content: bytes) -> tuple[AppendedFiles, Contract]:
    try:
        files = AppendedFiles(content)
        text = files.read(CONTRACT_FILE, limits.MAX_JSON)
    except UNREADABLE_ZIP as error:
        raise ContractError(
            f"{path}: no contract inside ({error})",
            "copy the file again, or make the model with python -m convert",
        ) from None
    if text is None:
        raise ContractError(f"{path}: no contract inside", "make the model with python -m convert")
    try:
        return files, loads(text)
    except ContractError as error:
        raise ContractError(f"{path}: {error.found}", error.remedy) from None


def _read_runtimes(path: Path, files: AppendedFiles) -> tuple[str, ...]:
    try:
        text = files.read(RUNTIMES_FILE, limits.MAX_JSON)
        if text is None:
            return ()
        if limits.are_texts(names := parse_json(text), limits.MAX_RUNTIMES):
            return tuple(names)
    except UNREADABLE_ZIP:
        pass
    raise UserError(f"{path}: its list of proven runtimes is damaged", "copy the model again")


def _read_golden_vector(
    path: Path, files: AppendedFiles, contract: Contract
) -> GoldenVector | None:
    try:
        text = files.read(GOLDEN_FILE, limits.MAX_JSON)
        if text is None:
            return None
        picture = files.read(GOLDEN_PICTURE, limits.MAX_PICTURE)
        return parse_golden_vector(text, picture or b"", contract)
    except UNREADABLE_ZIP:
        raise UserError(f"{path}: its golden vector is damaged", "copy the model again") from None
