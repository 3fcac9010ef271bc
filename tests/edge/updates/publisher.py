"""A repository of models as its publisher makes it, and as somebody who has stolen keys would.

It is held in memory: `files` has what a web server shows, by path. A copy of it is an old state.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

ONLINE = ("timestamp", "snapshot", "targets")
ROLES = ("root", *ONLINE)
SALT = "0" * 32


def custom_fields(name: str, number: int, **changes: object) -> dict[str, object]:
    """Return the fields of a release that every device gets, some of them changed."""
    fields = {"name": name, "number": number, "least_version": "1.0.0", "percent": 100}
    return {**fields, "salt": SALT, **changes}


class Publisher:
    """Signs a repository. metadata: of each role. keys: those that sign it, by role."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.keys = {role: [CryptoSigner.generate_ed25519()] for role in ROLES}
        until = datetime.now(UTC) + timedelta(days=7)
        self.metadata: dict[str, Metadata[Any]] = {
            "root": Metadata(Root(expires=until)),
            "timestamp": Metadata(Timestamp(expires=until)),
            "snapshot": Metadata(Snapshot(expires=until)),
            "targets": Metadata(Targets(expires=until)),
        }
        for role in ROLES:
            self.metadata["root"].signed.add_key(self.keys[role][0].public_key, role)
        self.sign_root(self.keys["root"])
        self.publish_anew()

    @property
    def root(self) -> bytes:
        """The first root metadata, which devices are given."""
        return self.files["/metadata/1.root.json"]

    def signed(self, role: str) -> Any:
        """Return what a role says."""
        return self.metadata[role].signed

    def add(self, name: str, content: bytes, number: int, **changes: object) -> None:
        """Add a release; it is there once it is published."""
        self.add_target(f"{name}.tflite", content, custom_fields(name, number, **changes))

    def add_target(self, path: str, content: bytes, custom: object) -> None:
        """Add a file, with any fields."""
        target = TargetFile.from_data(path, content, ["sha256"])
        target.unrecognized_fields["custom"] = custom
        self.signed("targets").targets[path] = target
        self.files[f"/targets/{target.hashes['sha256']}.{path}"] = content

    def change(self, name: str, **changes: object) -> None:
        """Change fields of a release."""
        self.signed("targets").targets[f"{name}.tflite"].unrecognized_fields["custom"] |= changes

    def publish(self, **expires: datetime) -> None:
        """Publish the next version of everything but root. expires: of a role."""
        for role in ONLINE:
            self.signed(role).version += 1
        self.publish_anew(**expires)

    def publish_anew(self, **expires: datetime) -> None:
        """Publish with the versions as they are."""
        for role, moment in expires.items():
            self.signed(role).expires = moment
        versions = {role: self.signed(role).version for role in ONLINE}
        self.signed("snapshot").meta["targets.json"] = MetaFile(versions["targets"])
        self.write("targets")
        self.write("snapshot")
        self.signed("timestamp").snapshot_meta = MetaFile(versions["snapshot"])
        self.write("timestamp")

    def write(self, role: str, keys: list[CryptoSigner] | None = None) -> None:
        """Sign a role and publish its file. keys: by others than its own."""
        metadata = self.metadata[role]
        metadata.signatures.clear()
        for key in self.keys[role] if keys is None else keys:
            metadata.sign(key, append=True)
        self.files[self.path(role)] = metadata.to_bytes()

    def path(self, role: str) -> str:
        """Return where a role's file is."""
        version = "" if role == "timestamp" else f"{self.signed(role).version}."
        return f"/metadata/{version}{role}.json"

    def sign_root(self, former: list[CryptoSigner]) -> None:
        """Publish root, signed by its keys and by the former ones."""
        self.write("root", [*former, *(key for key in self.keys["root"] if key not in former)])

    def rotate(self, *roles: str, threshold: int = 1) -> None:
        """Replace the keys of roles by `threshold` new ones each, in the next root."""
        former, root = self.keys["root"], self.signed("root")
        for role in roles:
            for key in self.keys[role]:
                root.revoke_key(key.public_key.keyid, role)
            self.keys[role] = [CryptoSigner.generate_ed25519() for _ in range(threshold)]
            for key in self.keys[role]:
                root.add_key(key.public_key, role)
            root.roles[role].threshold = threshold
        root.version += 1
        self.sign_root(former)

    def thief(self, *roles: str) -> "Publisher":
        """Return a publisher who has the keys of these roles only, and makes up the others."""
        other = deepcopy_publisher(self)
        made_up = {role: [CryptoSigner.generate_ed25519()] for role in ROLES if role not in roles}
        other.keys = {**self.keys, **made_up}
        return other


def deepcopy_publisher(publisher: Publisher) -> Publisher:
    """Return a publisher with the same keys and a state of its own."""
    other = Publisher.__new__(Publisher)
    other.files, other.keys = dict(publisher.files), dict(publisher.keys)
    other.metadata = deepcopy(publisher.metadata)
    return other


def without(files: Mapping[str, bytes], *paths: str) -> dict[str, bytes]:
    """Return the files but for some."""
    return {path: content for path, content in files.items() if path not in paths}
