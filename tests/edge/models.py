"""The tiny models in tests/fixtures, which name colours, and altered copies of them."""

import importlib.util
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PIL import Image

from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import pack, read_model
from emotion_edge.model.runtime import RUNTIMES

FIXTURES = Path(__file__).parents[1] / "fixtures"
INT8, FLOAT32 = FIXTURES / "tiny.int8.tflite", FIXTURES / "tiny.float32.tflite"
CONTRACT = Contract(labels=("blue", "green", "red"), width=8, height=8, activation="sigmoid")
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


def with_contract(**changes: object) -> bytes:
    """Return the int8 model with some fields of its contract replaced, and no golden vector."""
    _, contract = read_model(INT8)
    return pack(without_zip(INT8), replace(contract, **changes))


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
    return pack(without_zip(path), contract or read_model(path)[1], {**files, **(more or {})})


def with_swapped_picture(path: Path) -> bytes:
    """Return the model with red and blue swapped in its golden picture."""
    stream = io.BytesIO()
    picture = read_image(io.BytesIO(files_of(path)["golden.png"]))
    Image.fromarray(picture[..., ::-1]).save(stream, "PNG")
    return with_files(path, png=stream.getvalue())
