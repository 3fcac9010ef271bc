"""What is wrong with a repository, in words: where, what it means, and what to do."""

from datetime import UTC, datetime
from pathlib import Path

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import Metadata
from tuf.api.serialization import DeserializationError

from emotion_edge.errors import RunError, escape
from emotion_edge.updates.fetcher import Fetcher

ROLES = ("root", "timestamp", "snapshot", "targets")  # in which order they are checked
KEPT = "nothing was changed here"
ASK = "ask its publisher if that lasts"
# The first that fits. {} is what tuf says.
_MEANINGS: dict[type[Exception], tuple[str, str]] = {
    BadVersionNumberError: (
        "it is not the version that has to come next ({})",
        f"old files are served again, or those of two releases were mixed; {ASK}",
    ),
    LengthOrHashMismatchError: (
        "it is not the file that the signed metadata names ({})",
        f"it was damaged or exchanged, or the files of two releases were mixed; {ASK}",
    ),
    DeserializationError: (
        "it is not TUF metadata",
        "it is damaged, or the server sends a page instead; check the address",
    ),
    DownloadError: ("{}", ""),
    RepositoryError: ("it contradicts itself ({})", ASK),
}
_UNKNOWN = ("it has values that cannot be ({})", ASK)
_TIME = "%Y-%m-%d %H:%M"


class UntrustedError(RunError):
    """The repository's signatures are not by the keys that this device trusts."""


def explain(error: Exception, fetcher: Fetcher, folder: Path) -> RunError:
    """Return what an exception of tuf means. folder: of the trusted metadata."""
    if isinstance(error, ExpiredMetadataError):
        return _expired(fetcher, folder)
    if isinstance(error, UnsignedMetadataError):
        return UntrustedError(
            f"{fetcher.url}: it is not signed by the keys trusted here ({error}); {KEPT}",
            "it is forged or damaged, or this device was enrolled for another repository",
        )
    found, remedy = next(
        (words for kind, words in _MEANINGS.items() if isinstance(error, kind)), _UNKNOWN
    )
    detail = escape(str(error) or type(error).__name__)
    return RunError(f"{fetcher.url}: {found.format(detail)}; {KEPT}", remedy)


def _expired(fetcher: Fetcher, folder: Path) -> RunError:
    now = datetime.now(UTC)
    for role in ROLES:
        expires = _expiry(role, fetcher, folder)
        if expires <= now:
            return RunError(
                f"{fetcher.base}: the repository's {role} expired on {expires:{_TIME}} UTC; {KEPT}",
                "its publisher must sign it anew, or somebody keeps new files from this device, or "
                f"this device's clock is wrong (it says {now:{_TIME}} UTC)",
            )
    return RunError(f"{fetcher.base}: the repository has expired; {KEPT}", ASK)


def _expiry(role: str, fetcher: Fetcher, folder: Path) -> datetime:
    """Return when a role expires: as received in this run, or else as trusted so far."""
    content = fetcher.received.get(role)
    try:
        content = content or Path(folder, f"{role}.json").read_bytes()
        return Metadata.from_bytes(content).signed.expires
    except (OSError, RepositoryError):
        return datetime.max.replace(tzinfo=UTC)
