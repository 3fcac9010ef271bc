"""The files of a repository: their names, and reading what is signed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from tuf.api.exceptions import RepositoryError, UnsignedMetadataError
from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, Targets, Timestamp
from tuf.api.serialization import DeserializationError

from emotion_edge.errors import UserError

_Signed = TypeVar("_Signed", Root, Targets, Snapshot, Timestamp)
_RESTORE = "bring back your copy of the repository"
_REPEAT = f"repeat `rotate` if it was stopped, else {_RESTORE}"


def metadata_folder(folder: Path) -> Path:
    """Return the place of the metadata."""
    return folder / "metadata"


def targets_folder(folder: Path) -> Path:
    """Return the place of the models."""
    return folder / "targets"


def metadata_file(folder: Path, signed: Signed) -> Path:
    """Return the place of a role's metadata."""
    version = "" if signed.type == Timestamp.type else f"{signed.version}."
    return metadata_folder(folder) / f"{version}{signed.type}.json"


def all_roots(folder: Path, newest: Metadata[Root]) -> Iterator[Root]:
    """Yield every root; raises UserError unless each has signed the next one."""
    root = None
    for version in range(1, newest.signed.version + 1):
        root = _read_root(folder, version, root)
        yield root.signed


def newest_root(folder: Path) -> Metadata[Root]:
    """Return the root with the highest version; raises UserError if there is none."""
    names = (path.name for path in metadata_folder(folder).glob("*.root.json"))
    versions = [int(match[1]) for name in names if (match := re.match(r"(\d+)\.root", name))]
    if not versions:
        raise UserError(
            f"--repository {folder}: there is no repository", "make one there with `init`"
        )
    return _read_root(folder, max(versions))


def _read_root(folder: Path, version: int, former: Metadata[Root] | None = None) -> Metadata[Root]:
    path = metadata_folder(folder) / f"{version}.root.json"
    root = read_metadata(path, Root, former)
    if root.signed.version != version:
        raise UserError(f"{path}: it is version {root.signed.version}", _RESTORE)
    return root


def read_metadata(
    path: Path,
    kind: type[_Signed],
    root: Metadata[Root] | None = None,
    named: MetaFile | None = None,
) -> Metadata[_Signed]:
    """Read a file of metadata; `root` vouches for it, or itself, and what names it has its hash."""
    try:
        content = path.read_bytes()
        if named:
            named.verify_length_and_hashes(content)
        metadata = Metadata[_Signed].from_bytes(content)
        if not isinstance(metadata.signed, kind):
            raise ValueError(f"it is {metadata.signed.type}")
        vouches = root.signed if root else metadata.signed
        assert isinstance(vouches, Root)
        vouches.verify_delegate(kind.type, metadata.signed_bytes, metadata.signatures)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file", _RESTORE) from None
    except UnsignedMetadataError as error:
        raise UserError(f"{path}: not what was published: {error}", _REPEAT) from None
    except (DeserializationError, RepositoryError, ValueError) as error:
        raise UserError(f"{path}: not what was published: {error}", _RESTORE) from None
    return metadata
