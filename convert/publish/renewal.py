"""Sign anew what gets old, and give a role another key."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from securesystemslib.signer import Signer
from tuf.api.metadata import Root, Snapshot, Targets, Timestamp

from convert.publish.files import remove_unfinished
from convert.publish.keys import KeyFolder, trusted_key
from convert.publish.lifetimes import is_due, is_expired, show_time
from convert.publish.metadata_files import metadata_file
from convert.publish.releases import signers_of
from convert.publish.repository import ONLINE, Repository, opened_repository
from emotion_edge.errors import UserError


def refresh(folder: Path, keys: KeyFolder) -> Iterator[str]:
    """Sign the timestamp anew, and what else is due and has its keys here; yield lines about it."""
    with opened_repository(folder) as repository:
        first = _first_to_renew(repository, keys)
        repository.publish(signers_of(keys, repository.root.signed, first), first)
    renewed = ONLINE[ONLINE.index(first) :]
    until = show_time(repository.timestamp.signed.expires)
    yield f"signed {', '.join(renewed)}; devices trust it until {until}"
    yield from _warnings(repository)


def _first_to_renew(repository: Repository, keys: KeyFolder) -> str:
    """Return the first of `ONLINE` from which on everything is signed anew.

    Raises UserError if something has expired and its key is not here.
    """
    for role in (Targets.type, Snapshot.type):
        following = ONLINE[ONLINE.index(role) :]
        if is_due(repository.of(role)):
            if all(keys.has(each, repository.root.signed) for each in following):
                return role
            if is_expired(repository.of(role)):
                raise UserError(
                    f"{repository.folder}: {role} has expired, so devices take nothing new, and a "
                    f"key for it is not in {keys.path}",
                    f"run `refresh` where the keys of {', '.join(following)} are",
                )
    return Timestamp.type


def _warnings(repository: Repository) -> Iterator[str]:
    remedies = dict.fromkeys((Targets.type, Snapshot.type), "run `refresh` where its key is")
    for role, remedy in (remedies | {Root.type: "run `rotate root`"}).items():
        if is_due(repository.of(role)):
            until = show_time(repository.of(role).signed.expires)
            yield f"warning: {role} expires at {until}; {remedy} before"


def rotate(
    folder: Path, roles: Sequence[str], keys: KeyFolder, root_keys: KeyFolder
) -> Iterator[str]:
    """Give roles new keys; yield lines about them.

    Until the new root is there, which comes last, devices trust the former keys. So the former and
    the new one both sign, and no device ever finds something that it cannot trust. A device that
    sees the new root forgets what the former keys have signed, such as a version far too high.

    Where the former key is lost, only the new one signs. If this is killed then, the next `rotate`
    of the same roles knows the new key by its file.
    """
    with opened_repository(folder, renewed=(*roles, Root.type), keys=keys) as repository:
        root = repository.root.signed
        for place in (keys, root_keys):
            remove_unfinished(place.path)
        places = {role: root_keys if role == Root.type else keys for role in roles}
        signers = _former_signers(roles, keys, root)
        signers[Root.type] = [root_keys.signer(Root.type, root)]
        for role in roles:
            new = places[role].create(role)
            signers[role].append(new)
            root.revoke_key(trusted_key(role, root).keyid, role)
            root.add_key(new.public_key, role)
        if first := next((role for role in ONLINE if role in signers), None):
            repository.publish(signers, first)
        repository.publish_root(signers[Root.type])
    yield f"{', '.join(roles)}: devices trust the new keys from their next check on"
    for role, place in places.items():
        needed = place.file_of(role, trusted_key(role, root))
        for file in place.files(role):
            if file != needed:
                yield f"remove {file}, which nothing needs any more"
    path = metadata_file(folder, root)
    yield f"enrol further devices with {path}; rotate a key again before {root.expires:%Y-%m-%d}"


def _former_signers(roles: Sequence[str], keys: KeyFolder, root: Root) -> dict[str, list[Signer]]:
    """Return the former keys of all that is signed anew, which only those of `roles` may lack."""
    first = min((ONLINE.index(role) for role in roles if role != Root.type), default=len(ONLINE))
    return {
        role: [keys.signer(role, root)] if role not in roles or keys.has(role, root) else []
        for role in ONLINE[first:]
    }
