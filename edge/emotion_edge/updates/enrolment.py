"""Which repository a device takes models from, and whose signatures it trusts.

One file holds both, the address and the root metadata, and is replaced by one rename. Everything
else that TUF keeps on a device can be fetched again.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.util.atomic_write import write_durably
from emotion_edge.util.regular_file import read_regular_file
from emotion_edge.util.strict_json import parse_json

VERSION = 1
ENROLMENT = "enrolment.json"
MAX_ROOT = 64 * 1024  # bytes of root metadata
ENROL = "sudo emotion-edge update --enrol https://… --root root.json"


@dataclass(frozen=True)
class Enrolment:
    """url: the repository's address, which may hold a login. root: the trusted root metadata."""

    url: str
    root: str


def read_enrolment(models: Path) -> Enrolment:
    """Return a device's enrolment; raises UserError if there is none, or it cannot be read."""
    path = models / ENROLMENT
    try:
        values = parse_json(read_regular_file(path, 4 * MAX_ROOT))
        if values["version"] == VERSION:
            url, root = values["url"], values["root"]
            if isinstance(url, str) and isinstance(root, str):
                return Enrolment(url, root)
    except FileNotFoundError:
        raise UserError(
            "this device takes models from no repository yet", f"enrol it once: {ENROL}"
        ) from None
    except PermissionError:
        raise UserError(f"{path}: only root may read it", "sudo emotion-edge update") from None
    except (OSError, ValueError, TypeError, KeyError):
        pass
    raise UserError(f"{path}: it is damaged", f"enrol this device again: {ENROL}")


def write_enrolment(models: Path, enrolment: Enrolment) -> None:
    """Replace a device's enrolment; raises OSError. Only its owner may read it: see `url`."""
    values = {"version": VERSION, "url": enrolment.url, "root": enrolment.root}
    write_durably(models / ENROLMENT, json.dumps(values).encode(), 0o600)


def read_root_file(path: Path) -> str:
    """Return the text of a file given by --root; raises UserError."""
    try:
        return read_regular_file(path, MAX_ROOT).decode("utf-8")
    except UnicodeDecodeError:
        raise UserError(f"--root {path}: it is not the root metadata of a repository") from None
    except OSError as error:
        raise UserError(f"--root {path}: cannot read it: {error.strerror}") from None
