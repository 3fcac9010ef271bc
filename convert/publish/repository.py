"""A TUF repository in a folder: read it, sign its metadata anew, write it.

Each version of a file has its own name, except timestamp.json, which names all others and is
written last. So a device sees all of a change or nothing, and so does the next `publish` after one
that was killed: what no timestamp names is written over.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from securesystemslib.signer import Signer
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp

from convert.publish.files import remove_unfinished, sole_writer, write_durably
from convert.publish.keys import KeyFolder
from convert.publish.lifetimes import check_clock, expiry, is_expired, show_time
from convert.publish.metadata_files import (
    all_roots,
    metadata_file,
    metadata_folder,
    newest_root,
    read_metadata,
    targets_folder,
)
from emotion_edge.errors import UserError

ONLINE = (Targets.type, Snapshot.type, Timestamp.type)  # each but the first signs the one before
ROLES = (*ONLINE, Root.type)
Signers = Mapping[str, Sequence[Signer]]


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


@contextmanager
def opened_repository(
    folder: Path, *, renewed: Sequence[str] = (), keys: KeyFolder | None = None
) -> Iterator[Repository]:
    """Yield a repository that nobody else changes meanwhile.

    renewed: the roles that are about to be signed by new keys, so the times of their signatures do
    not matter. keys: the folder with their keys, which vouch for what a `rotate` has signed that
    was killed before its root was there.
    """
    newest_root(folder)
    with sole_writer(metadata_folder(folder)):
        for each in (metadata_folder(folder), targets_folder(folder)):
            remove_unfinished(each)
        repository = read_repository(folder, renewed, keys)
        check_clock(repository.of(role) for role in ROLES if role not in renewed)
        if Root.type not in renewed:
            repository.check_root()
        yield repository


def read_repository(
    folder: Path, renewed: Sequence[str] = (), keys: KeyFolder | None = None
) -> Repository:
    """Read the newest metadata of a repository; `renewed` and `keys`: see `opened_repository`.

    Raises UserError if there is none, or if it is not signed by the keys that its root names: what
    is here is signed again, so nobody else may have put anything into it.
    """
    metadata, root = metadata_folder(folder), newest_root(folder)
    vouching = _with_unfinished_keys(folder, root, renewed, keys) if keys else root
    timestamp = read_metadata(metadata / "timestamp.json", Timestamp, vouching)
    named = timestamp.signed.snapshot_meta
    snapshot = read_metadata(metadata / f"{named.version}.snapshot.json", Snapshot, vouching, named)
    named = snapshot.signed.meta["targets.json"]
    targets = read_metadata(metadata / f"{named.version}.targets.json", Targets, vouching, named)
    return Repository(folder, root, targets, snapshot, timestamp)


def _with_unfinished_keys(
    folder: Path, root: Metadata[Root], renewed: Sequence[str], keys: KeyFolder
) -> Metadata[Root]:
    """Return the root with the keys that a killed `rotate` has made for roles whose key is lost.

    They are those in `keys` that no root has ever named: a former key may be a thief's.
    """
    vouching = deepcopy(root)
    for role in renewed:
        if role != Root.type and not keys.has(role, root.signed):
            former = {key for each in all_roots(folder, root) for key in each.roles[role].keyids}
            for key in keys.public_keys(role):
                if key.keyid not in former:
                    vouching.signed.add_key(key, role)
    return vouching
