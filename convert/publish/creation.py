"""Make the keys and the first version of a repository."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from convert.publish.files import sync_folder
from convert.publish.keys import KeyFolder
from convert.publish.lifetimes import expiry
from convert.publish.metadata_files import metadata_file, metadata_folder, targets_folder
from convert.publish.repository import ONLINE, ROLES, Repository
from emotion_edge.errors import RunError, UserError
from emotion_edge.util.atomic_write import staged_write


def create(folder: Path, keys: KeyFolder, root_keys: KeyFolder) -> Iterator[str]:
    """Make a repository and its keys; yield what to do next.

    If something fails, all that this has made goes again, so that the next try is like the first.
    """
    for part in (metadata_folder(folder), targets_folder(folder)):
        if part.exists():
            raise UserError(
                f"--repository {folder}: there is a {part.name}/ in it already",
                "choose another folder",
            )
    for place in (keys, root_keys):
        place.check_unused()
    with ExitStack() as undo:
        _make_folder("--repository", folder, 0o777, undo)
        for place in (keys, root_keys):
            _make_folder(place.option, place.path, 0o700, undo)
        signers = {role: _make_key(role, keys, undo) for role in ONLINE}
        signers[Root.type] = _make_key(Root.type, root_keys, undo)
        root = _write_first_version(folder, signers)
        undo.pop_all()
    sync_folder(folder)
    yield from _next_steps(folder, root, keys, root_keys)


def _make_folder(option: str, folder: Path, mode: int, undo: ExitStack) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        for each in reversed(missing):
            each.mkdir(mode if each == folder else 0o777)
            undo.callback(_remove_if_empty, each)
    except OSError as error:
        raise RunError(f"{option} {folder}: cannot make {each}: {error.strerror}") from None


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _make_key(role: str, place: KeyFolder, undo: ExitStack) -> CryptoSigner:
    signer = place.create(role)
    undo.callback(place.file_of(role, signer.public_key).unlink, missing_ok=True)
    return signer


def _write_first_version(folder: Path, signers: dict[str, CryptoSigner]) -> Root:
    with staged_write(folder) as stage:
        for part in (metadata_folder(stage), targets_folder(stage)):
            part.mkdir()
        repository = _first_version(stage, signers)
        repository.write(Root.type, [signers[Root.type]])
        repository.publish({role: [signers[role]] for role in ONLINE})
    return repository.root.signed


def _first_version(folder: Path, signers: dict[str, CryptoSigner]) -> Repository:
    """Return metadata of which `publish` makes version 1."""
    root = Root(expires=expiry(Root.type), consistent_snapshot=True)
    for role in ROLES:
        root.add_key(signers[role].public_key, role)
    targets, snapshot, timestamp = Targets(), Snapshot(), Timestamp()
    targets.version = snapshot.version = timestamp.version = 0
    rest = (Metadata(targets), Metadata(snapshot), Metadata(timestamp))
    return Repository(folder, Metadata(root), *rest)


def _next_steps(folder: Path, root: Root, keys: KeyFolder, root_keys: KeyFolder) -> Sequence[str]:
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
