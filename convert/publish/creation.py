"""Make the keys and the first version of a repository."""

from collections.abc import Iterator
from pathlib import Path

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from convert.publish.files import sole_writer
from convert.publish.keys import KeyFolder
from convert.publish.lifetimes import expiry
from convert.publish.repository import (
    ONLINE,
    ROLES,
    Repository,
    metadata_file,
    metadata_folder,
    targets_folder,
)
from emotion_edge.errors import UserError


def create(folder: Path, keys: KeyFolder, root_keys: KeyFolder) -> Iterator[str]:
    """Make a repository and its keys; yield what to do next."""
    parts = (metadata_folder(folder), targets_folder(folder))
    for part in parts:
        if part.exists():
            raise UserError(
                f"--repository {folder}: there is a {part.name}/ in it already",
                "choose another folder, or remove that one if an `init` was interrupted in it",
            )
    for place in (keys, root_keys):
        place.check_unused()
    signers = {role: keys.create(role) for role in ONLINE}
    signers[Root.type] = root_keys.create(Root.type)
    for part in parts:
        part.mkdir(parents=True)
    repository = _first_version(folder, signers)
    with sole_writer(metadata_folder(folder)):
        repository.write(Root.type, [signers[Root.type]])
        repository.publish({role: [signers[role]] for role in ONLINE})
    yield from _next_steps(repository, keys, root_keys)


def _first_version(folder: Path, signers: dict[str, CryptoSigner]) -> Repository:
    """Return metadata of which `publish` makes version 1."""
    root = Root(expires=expiry(Root.type), consistent_snapshot=True)
    for role in ROLES:
        root.add_key(signers[role].public_key, role)
    targets, snapshot, timestamp = Targets(), Snapshot(), Timestamp()
    targets.version = snapshot.version = timestamp.version = 0
    rest = (Metadata(targets), Metadata(snapshot), Metadata(timestamp))
    return Repository(folder, Metadata(root), *rest)


def _next_steps(repository: Repository, keys: KeyFolder, root_keys: KeyFolder) -> list[str]:
    folder, root = repository.folder, repository.root.signed
    return f"""made {folder}, without a model, and its keys in {keys.path} and {root_keys.path}
Next:
1. Copy {root_keys.path} to a second place, and take both off this computer. Who has the root
   key decides what all devices run; without it you cannot help them if another key is stolen.
   You need it again before {root.expires:%Y-%m-%d}.
2. Let any web server serve {folder}, by https.
3. Bring {metadata_file(folder, root)} to each device, once.
   It tells a device which models are yours.
4. Publish a model:
   python -m convert.publish release MODEL.tflite --name NAME --percent 5 \\
     --repository {folder} --keys {keys.path}
5. Let this run every day, because devices trust a timestamp for seven days only:
   python -m convert.publish refresh --repository {folder} --keys {keys.path}""".splitlines()
