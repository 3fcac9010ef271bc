"""The state of the folder of installed models: a file, read strictly and replaced by a rename."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from emotion_edge.errors import UserError
from emotion_edge.model import limits
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.util.atomic_write import write_durably
from emotion_edge.util.regular_file import read_regular_file
from emotion_edge.util.strict_json import parse_json

VERSION = 1
STATE, FORMER, HEADS = "state.json", "former.json", "heads"
MAX_BYTES = 64 * 1024
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Entry:
    """An installed model. name: for people. sha256: of its file. since: ISO 8601, in UTC."""

    name: str
    sha256: str
    since: str

    @property
    def file(self) -> str:
        """The name of its file in the folder."""
        return f"{self.sha256}.tflite"


@dataclass(frozen=True)
class Installed:
    """What the folder's state says.

    in_use, before: None is the model that comes with the program. trial: on trial, or None.
    exists: False where nothing was ever installed.
    """

    in_use: Entry | None = None
    before: Entry | None = None
    trial: Entry | None = None
    exists: bool = False

    @property
    def entries(self) -> list[Entry]:
        """Those that the folder has files of."""
        return [each for each in (self.in_use, self.before, self.trial) if each]


def read_store(folder: Path) -> Installed:
    """Return what is installed; raises UserError if the state cannot be read."""
    path = folder / STATE
    try:
        values = parse_json(read_regular_file(path, MAX_BYTES))
        return _parse(values)
    except FileNotFoundError:
        return Installed()
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{path}: cannot read which model is installed: {reason}",
            "remove it, and install the model again: emotion-edge install-model FILE",
        ) from None


def write_store(folder: Path, state: Installed) -> None:
    """Replace the state by one rename; raises OSError."""
    entries = {name: getattr(state, name) for name in ("in_use", "before", "trial")}
    values = {name: each and asdict(each) for name, each in entries.items()}
    text = json.dumps({"version": VERSION, **values}, indent=1) + "\n"
    write_durably(folder / STATE, text.encode())


def begin(folder: Path, state: Installed) -> None:
    """Write a state that may have to be taken back, by `take_back`; raises OSError."""
    forget_former(folder)
    with suppress(OSError):  # there is none yet, or the file system has no links
        os.link(folder / STATE, folder / FORMER)
    write_store(folder, state)


def take_back(folder: Path, former: Installed) -> None:
    """Go back to the state before `begin`, which may not have come far; raises OSError.

    former: that state. It is a rename where possible, which needs no space on a full disk.
    """
    if (folder / FORMER).exists():
        (folder / FORMER).replace(folder / STATE)
        forget_former(folder)  # a rename onto the same file does nothing
    elif not former.exists:
        (folder / STATE).unlink(missing_ok=True)
    elif read_store(folder) != former:
        write_store(folder, former)


def forget_former(folder: Path) -> None:
    """Let the state stay as it is."""
    (folder / FORMER).unlink(missing_ok=True)


def _parse(values: Any) -> Installed:
    """Return the state; raises ValueError if it is none."""
    if not isinstance(values, dict) or values.get("version") != VERSION:
        raise ValueError(f"it is not of version {VERSION}")
    names = ("in_use", "before", "trial")
    in_use, before, trial = (_entry(values.get(name)) for name in names)
    return Installed(in_use, before, trial, exists=True)


def _entry(values: Any) -> Entry | None:
    if values is None:
        return None
    if not isinstance(values, dict) or values.keys() != {"name", "sha256", "since"}:
        raise ValueError("a model in it is incomplete")
    if not all(map(limits.is_text, values.values())):
        raise ValueError("a value in it is not a text")
    if len(values["sha256"]) != 64 or not set(values["sha256"]) <= _HEX:
        raise ValueError("a SHA-256 in it is none")
    return Entry(**values)


def name_of(entry: Entry | None) -> str:
    """Return what people call a model; None is the shipped one."""
    return entry.name if entry else SHIPPED.stem


def file_of(folder: Path, entry: Entry | None) -> Path:
    """Return a model's file; None is the shipped one."""
    return folder / entry.file if entry else SHIPPED
