"""A repository by The Update Framework: python-tuf does everything that security depends on."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tuf.api.exceptions import DownloadError, RepositoryError, UnsignedMetadataError
from tuf.api.metadata import Metadata, Root, Targets
from tuf.ngclient import Updater, UpdaterConfig

from emotion_edge.errors import RunError, shorten
from emotion_edge.updates.address import parse_repository
from emotion_edge.updates.enrolment import MAX_ROOT, Enrolment
from emotion_edge.updates.fetcher import MAX_METADATA, Fetcher, Pace
from emotion_edge.updates.problems import explain
from emotion_edge.updates.releases import SUFFIX, Release, parse_release

log = logging.getLogger(__name__)
FORGETS = "this device then forgets which versions it has seen"
LIMITS = UpdaterConfig(
    root_max_length=MAX_ROOT,
    timestamp_max_length=16 * 1024,
    snapshot_max_length=256 * 1024,
    targets_max_length=MAX_METADATA,
    max_delegations=0,  # all releases are in the top-level targets
)
# What tuf's parts raise for metadata that is signed and has values which nobody expects.
MALFORMED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


class Repository:
    """A repository, as far as this device trusts it."""

    def __init__(self, enrolment: Enrolment, folder: Path, pace: Pace) -> None:
        """folder: of what is trusted so far. Raises UserError if the enrolment's address is bad."""
        self.address = parse_repository(enrolment.url)
        self._root, self._folder = enrolment.root.encode(), folder
        self._fetcher = Fetcher(self.address, pace)

    def refresh(self) -> list[Release]:
        """Fetch what is new, and return the releases; raises RunError, or OSError for the disk."""
        with self._explained():
            self._updater = self._open()
            self._updater.refresh()
            # As tuf has just checked it, and written it if it was new.
            targets = Metadata[Targets].from_file(str(self._folder / "targets.json")).signed
            return list(_releases(targets))

    def download(self, release: Release, file: Path, on_percent: Callable[[int], None]) -> None:
        """Write a release's file, whole and as it was signed; raises what `refresh` raises."""
        self._fetcher.largest = release.length
        self._fetcher.on_progress = lambda done: on_percent(100 * done // release.length)
        with self._explained():
            target = self._updater.get_targetinfo(release.path)
            if target is None:  # since `refresh` it has not changed
                raise RepositoryError(f"{release.path} is missing")
            self._updater.download_target(target, str(file))

    def _open(self) -> Updater:
        _prepare(self._folder)
        return Updater(
            str(self._folder),
            self.address.metadata,
            target_base_url=self.address.targets,
            fetcher=self._fetcher,
            config=LIMITS,
            bootstrap=self._root,
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (RepositoryError, DownloadError, *MALFORMED) as error:
            raise explain(error, self._fetcher, self._folder) from error
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise RunError(
                f"{error.filename2 or error.filename}: it is not what TUF writes there",
                f"remove the folder {self._folder}, and run this again; {FORGETS}",
            ) from error


def check_root(text: str) -> None:
    """Raise ValueError unless a text is root metadata, signed by its own keys."""
    try:
        root = Metadata[Root].from_bytes(text.encode())
        root.signed.verify_delegate(Root.type, root.signed_bytes, root.signatures)
    except UnsignedMetadataError:
        raise ValueError("it is not signed by its own keys") from None
    except (RepositoryError, *MALFORMED):
        raise ValueError("it is not the root metadata of a TUF repository") from None


def _prepare(folder: Path) -> None:
    """Make the folder, and remove what tuf was writing when the power went."""
    if not folder.is_dir():
        folder.mkdir()
        folder.chmod(0o755)
    for path in folder.glob("tmp*"):
        path.unlink()


def _releases(targets: Targets) -> Iterator[Release]:
    """Yield the releases, and say which models are none."""
    for path, target in targets.targets.items():
        try:
            custom = target.unrecognized_fields.get("custom")
            yield parse_release(path, custom, target.length, target.hashes)
        except ValueError as error:
            if path.endswith(SUFFIX):  # others may sign other files with the same keys
                log.warning("%s: it is no release for this program: %s", shorten(path), error)
