"""Folders of private keys: one PEM file for each, named after its role and its id."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.exceptions import KeyMismatchError
from securesystemslib.signer import CryptoSigner, Key, SSlibKey
from tuf.api.metadata import Root

from convert.publish.files import SECRET, write_durably
from emotion_edge.errors import UserError
from emotion_edge.system.password_file import read_password_file
from emotion_edge.util.regular_file import read_regular_file

MAX_PASSWORD = 1000  # bytes; cryptography takes 1023
_MAX_FILE = 10_000


@dataclass(frozen=True)
class KeyFolder:
    """A folder of keys. option: the one that names it. password: of its encrypted keys, "" if none.

    The name of a key's file has its id, so no key ever takes the place of another.
    """

    option: str
    path: Path
    password: str = field(default="", repr=False)

    @property
    def password_option(self) -> str:
        """The option that names the file with the password."""
        return self.option.replace("keys", "password-file")

    def check_unused(self) -> None:
        """Raise UserError if keys are in the folder."""
        for each in self.path.glob("*.pem"):
            raise UserError(
                f"{self.option} {self.path}: there is a key in it, {each.name}",
                "each repository has its own keys: choose another folder, or remove the key if no "
                "repository needs it",
            )

    def create(self, role: str) -> CryptoSigner:
        """Make a key for a role and write its file."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        private = Ed25519PrivateKey.generate()
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, self._encryption())
        signer = CryptoSigner(private)
        write_durably(self.file_of(role, signer.public_key), pem, SECRET)
        return signer

    def file_of(self, role: str, key: Key) -> Path:
        """Return the file in which the private half of a key belongs."""
        return self.path / f"{role}-{key.keyid[:8]}.pem"

    def has(self, role: str, root: Root) -> bool:
        """Return whether the key that devices trust for a role is here."""
        return self.file_of(role, trusted_key(role, root)).exists()

    def files(self, role: str) -> list[Path]:
        """Return the files of all keys for a role that are here, needed or not."""
        return sorted(self.path.glob(f"{role}-*.pem"))

    def public_keys(self, role: str) -> Iterator[SSlibKey]:
        """Yield the public halves of all keys for a role that are here and can be read."""
        for path in self.files(role):
            with suppress(UserError):
                yield self._load(path, self._read(path)).public_key

    def signer(self, role: str, root: Root) -> CryptoSigner:
        """Return the private half of the key that devices trust for a role.

        Raises UserError if it is not here or cannot be read.
        """
        key = trusted_key(role, root)
        path = self.file_of(role, key)
        if not path.exists():
            raise UserError(
                f"{self.option} {self.path}: there is no {path.name}, the {role} key of this "
                "repository",
                "name the folder that has it; if the key is lost, make a new one with `rotate`",
            )
        return self._load(path, self._read(path), key)

    @staticmethod
    def _read(path: Path) -> bytes:
        try:
            return read_regular_file(path, _MAX_FILE)
        except OSError as error:
            raise UserError(f"{path}: cannot read the key: {error.strerror}") from None

    def _load(self, path: Path, pem: bytes, key: SSlibKey | None = None) -> CryptoSigner:
        encrypted = b"ENCRYPTED" in pem
        if encrypted and not self.password:
            raise UserError(f"{path}: the key is encrypted", f"add {self.password_option} FILE")
        try:
            private = load_pem_private_key(pem, self.password.encode() if encrypted else None)
            return CryptoSigner(private, key)
        except (ValueError, TypeError, UnsupportedAlgorithm, KeyMismatchError):
            problem = "not the key that this repository trusts, or damaged"
            if encrypted:
                problem = f"the password of {self.password_option} is wrong, or the key is damaged"
            raise UserError(f"{path}: {problem}", "bring back your copy of the key") from None

    def _encryption(self) -> KeySerializationEncryption:
        if self.password:
            return BestAvailableEncryption(self.password.encode())
        return NoEncryption()


def open_folder(option: str, path: Path, password_file: Path | None) -> KeyFolder:
    """Return a folder of keys, with the password for it if there is a file of it."""
    folder = KeyFolder(option, path)
    if not password_file:
        return folder
    password = read_password_file(folder.password_option, password_file, MAX_PASSWORD)
    return KeyFolder(option, path, password)


def trusted_key(role: str, root: Root) -> SSlibKey:
    """Return the one key that devices trust for a role."""
    key = root.keys[root.roles[role].keyids[0]]
    assert isinstance(key, SSlibKey)
    return key
