"""A TUF repository in a folder: read it, sign its metadata anew, write it.

Each version of a file has its own name, except timestamp.json, which names all others and is
written last. So a device sees all of a change or nothing, and so does the next `publish` after one
that was killed: what no timestamp names is written over.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, Targets, Timestamp
from tuf.api.serialization import DeserializationError

from convert.publish.files import remove_unfinished, sole_writer, write_durably
from convert.publish.lifetimes import check_clock, expiry, is_expired, show_time
from emotion_edge.errors import UserError

ONLINE = (Targets.type, Snapshot.type, Timestamp.type)  # each but the first signs the one before
ROLES = (*ONLINE, Root.type)
Signers = Mapping[str, Sequence[Signer]]
_Signed = TypeVar("_Signed", Root, Targets, Snapshot, Timestamp)
_RESTORE = "bring back your copy of the repository"


@dataclass
class Repository:
    """A repository's folder, and the newest metadata of each role."""

    folder: Path
    root: Metadata[Root]
    targets: Metadata[Targets]
    snapshot: Metadata[Snapshot]
    timestamp: Metadata[Timestamp]

    def of(self, role: str) -> Metadata[Any]:
        """Return the metadata of a role."""
        found: Metadata[Any] = getattr(self, role)
        return found

    def check_root(self) -> None:
        """Raise UserError if the root is expired: devices then refuse all that it vouches for."""
        if is_expired(self.root):
            raise UserError(
                f"{self.folder}: the root expired at {show_time(self.root.signed.expires)}",
                "renew it with `rotate root`",
            )

    def publish(self, signers: Signers, first: str = Targets.type) -> None:
        """Sign and write the next version of `first` and of all that must name it then."""
        for role in ONLINE[ONLINE.index(first) :]:
            self._advance(role)
            content = self.write(role, signers[role])
            named = MetaFile.from_data(self.of(role).signed.version, content, ["sha256"])
            if role == Targets.type:
                self.snapshot.signed.meta["targets.json"] = named
            elif role == Snapshot.type:
                self.timestamp.signed.snapshot_meta = named

    def publish_root(self, signers: Sequence[Signer]) -> None:
        """Sign and write the next version of the root."""
        self._advance(Root.type)
        self.write(Root.type, signers)

    def _advance(self, role: str) -> None:
        self.of(role).signed.version += 1
        self.of(role).signed.expires = expiry(role)

    def write(self, role: str, signers: Sequence[Signer]) -> bytes:
        """Sign the metadata of a role with all `signers`, write it and return its bytes."""
        metadata = self.of(role)
        metadata.signatures.clear()
        for signer in signers:
            metadata.sign(signer, append=True)
        content = metadata.to_bytes()
        write_durably(metadata_file(self.folder, metadata.signed), content)
        return content


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


@contextmanager
def opened_repository(folder: Path, *, renewed: Sequence[str] = ()) -> Iterator[Repository]:
    """Yield a repository that nobody else changes meanwhile.

    renewed: the roles that are about to be signed by new keys, so the times of their signatures do
    not matter.
    """
    _newest_root(folder)
    with sole_writer(metadata_folder(folder)):
        for each in (metadata_folder(folder), targets_folder(folder)):
            remove_unfinished(each)
        repository = read_repository(folder)
        check_clock(repository.of(role) for role in ROLES if role not in renewed)
        if Root.type not in renewed:
            repository.check_root()
        yield repository


def read_repository(folder: Path) -> Repository:
    """Read the newest metadata of a repository.

    Raises UserError if there is none, or if it is not signed by the keys that its root names: what
    is here is signed again, so nobody else may have put anything into it.
    """
    metadata, root = metadata_folder(folder), _newest_root(folder)
    timestamp = _read(metadata / "timestamp.json", Timestamp, root)
    version = timestamp.signed.snapshot_meta.version
    snapshot = _read(
        metadata / f"{version}.snapshot.json", Snapshot, root, timestamp.signed.snapshot_meta
    )
    named = snapshot.signed.meta["targets.json"]
    targets = _read(metadata / f"{named.version}.targets.json", Targets, root, named)
    return Repository(folder, root, targets, snapshot, timestamp)


def _newest_root(folder: Path) -> Metadata[Root]:
    names = (path.name for path in metadata_folder(folder).glob("*.root.json"))
    versions = [int(match[1]) for name in names if (match := re.match(r"(\d+)\.root", name))]
    if not versions:
        raise UserError(
            f"--repository {folder}: there is no repository", "make one there with `init`"
        )
    return _read(metadata_folder(folder) / f"{max(versions)}.root.json", Root)


def _read(
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
    except (DeserializationError, RepositoryError, ValueError) as error:
        raise UserError(f"{path}: not what was published: {error}", _RESTORE) from None
    return metadata
