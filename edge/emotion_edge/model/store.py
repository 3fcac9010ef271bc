"""The folder of installed models: which is in use, which was before, and which is on trial.

`state.json` there says it all, and is replaced by one rename, so that a power cut leaves the old or
the new state. A model on trial counts only while the process that installs it holds the lock, which
the kernel releases however that process ends. So nobody has to clean up before a daemon that starts
after a power cut uses the former model.

Root writes the folder, and everybody reads it.
"""

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from emotion_edge.errors import RunError, UserError
from emotion_edge.model import limits
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.util.atomic_write import write_durably
from emotion_edge.util.regular_file import read_regular_file
from emotion_edge.util.strict_json import parse_json

log = logging.getLogger(__name__)
VERSION = 1
STATE, LOCK, HEADS = "state.json", "lock", "heads"
MAX_BYTES = 64 * 1024
_LOCK_S = 2.0  # a daemon that looks whether the lock is free holds it for microseconds
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


def candidates(folder: Path) -> list[Path]:
    """Return the files that a daemon may use, best first; the last is what the program brings.

    Logs a warning if the state cannot be read.
    """
    try:
        state, first = read_store(folder), chosen(folder)
    except UserError as error:
        log.warning("%s", error)
        return [SHIPPED]
    before = state.before if state.in_use else None  # None in use: the shipped one was chosen
    paths = [file_of(folder, each) for each in (first, state.in_use, before, None)]
    return list(dict.fromkeys(paths))


def name_of(entry: Entry | None) -> str:
    """Return what people call a model; None is the shipped one."""
    return entry.name if entry else SHIPPED.stem


def file_of(folder: Path, entry: Entry | None) -> Path:
    """Return a model's file; None is the shipped one."""
    return folder / entry.file if entry else SHIPPED


def chosen(folder: Path) -> Entry | None:
    """Return the model on trial or else that in use; None is the shipped one. Raises UserError."""
    state = read_store(folder)
    return state.trial if state.trial and is_locked(folder) else state.in_use


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let no other process change the folder; raises RunError if one does, or UserError."""
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise _not_writable(folder, error) from None
    try:
        if not _take(descriptor, time.monotonic() + _LOCK_S):
            raise RunError(f"{folder}: another process installs a model", "try again later")
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def _not_writable(folder: Path, error: OSError) -> Exception:
    if isinstance(error, PermissionError):
        return UserError(f"{folder}: only its owner may write there", "call it by sudo")
    return RunError(f"{folder}: cannot write there: {error.strerror}")


def is_locked(folder: Path) -> bool:
    """Return whether a process that installs a model is alive."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
