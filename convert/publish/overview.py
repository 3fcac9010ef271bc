"""Show what is in a repository."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tuf.api.metadata import TargetFile

from convert.publish.keys import trusted_key
from convert.publish.lifetimes import is_due, is_expired, show_time
from convert.publish.releases import custom
from convert.publish.repository import ROLES, Repository, read_repository

_RELEASE = ("number", "release", "percent", "least version", "bytes", "sha256")
_METADATA = ("metadata", "version", "expires", "", "key")


def show(folder: Path) -> Iterator[str]:
    """Yield a table of the releases, the newest first, and one of the metadata."""
    repository = read_repository(folder)
    targets = repository.targets.signed.targets.values()
    if targets:
        newest_first = sorted(targets, key=lambda each: -custom(each)["number"])
        yield from _table([_RELEASE, *map(_release, newest_first)])
    else:
        yield "no release yet"
    yield ""
    yield from _table([_METADATA, *(_metadata(repository, role) for role in ROLES)])


def _release(target: TargetFile) -> Sequence[str]:
    about = custom(target)
    return (
        str(about["number"]),
        about["name"],
        f"{about['percent']} %",
        about["least_version"],
        f"{target.length:,}",
        target.hashes["sha256"],
    )


def _metadata(repository: Repository, role: str) -> Sequence[str]:
    metadata = repository.of(role)
    state = "expired" if is_expired(metadata) else "soon" if is_due(metadata) else ""
    key = trusted_key(role, repository.root.signed)
    version, expires = metadata.signed.version, metadata.signed.expires
    return (role, str(version), show_time(expires), state, f"{role}-{key.keyid[:8]}.pem")


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
