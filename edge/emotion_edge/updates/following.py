"""Bring a device to what it should run."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from emotion_edge.errors import RunError
from emotion_edge.updates.comparison import TRIES, Comparison, compare
from emotion_edge.updates.folder import disk_errors
from emotion_edge.updates.installing import Device, UnfitError
from emotion_edge.updates.releases import Release
from emotion_edge.updates.repository import Repository
from emotion_edge.updates.state import Report

STEP = 5  # percent of a download between two writes of update.json


class Following:
    """An update that installs what a device should run, if it does not run that."""

    def __init__(
        self, device: Device, repository: Repository, releases: Sequence[Release], report: Report
    ) -> None:
        """releases: of the repository."""
        self._device, self._repository = device, repository
        self._releases, self._report = releases, report
        self._failures: dict[str, str] = {}  # by the SHA-256 of the release

    def run(self, stage: Path) -> Iterator[str]:
        """Yield lines on it. Of releases that do not work here, try the next best. stage: a folder.

        Raises RunError, for a release that does not work here as well.
        """
        if settled := self._device.installer.settle():
            yield settled
        while True:
            found = self._compare()
            if found.is_done:
                yield from found.lines()
                break
            yield from found.notes
            if found.wanted is None:
                yield from self._leave()
                break
            if (yield from self._take(found.wanted, stage)):
                break
        if self._failures:
            raise RunError(self._problem)

    @property
    def _problem(self) -> str:
        return "; ".join(self._failures.values())

    def _compare(self) -> Comparison:
        return compare(self._device, self._releases, self._report, self._failures, self._problem)

    def _leave(self) -> Iterator[str]:
        """Leave a release that is not for this device any more, although no other one is."""
        avoid = {each.sha256 for each in self._releases} | set(self._report.state.rejected)
        yield from self._device.installer.leave(avoid)
        with self._told_in_use():
            self._compare()

    def _take(self, release: Release, stage: Path) -> Generator[str, None, bool]:
        """Fetch a release and install it; return whether it works here."""
        if self._tries(release) >= TRIES:  # and none of them has come to its end
            yield self._reject(release, f"none of {TRIES} tries has come to its end")
            return False
        file = stage / "model.tflite"
        yield f"fetching {release.name}: {release.length:,} bytes"
        self._report.tell(progress=0)
        self._repository.download(release, file, self._in_steps)
        self._report.tell(progress=100)
        if release.sha256 in self._report.state.rejected:  # by somebody, meanwhile
            return False
        yield f"installing {release.name}"
        try:
            yield from self._try(release, file)
        except UnfitError as error:
            yield self._fail(release, error)
            return False
        with self._told_in_use():
            self._compare()
        return True

    def _try(self, release: Release, file: Path) -> Iterator[str]:
        """Install it. It counts as failed meanwhile, because it may take the whole device down."""
        before = self._tries(release)
        self._report.count(release.sha256, before + 1)
        try:
            yield from self._device.installer.install(file, release.name)
        except UnfitError:
            raise
        except BaseException:  # which it is not to blame for
            with suppress(OSError):
                self._report.count(release.sha256, before)
            raise

    def _fail(self, release: Release, error: UnfitError) -> str:
        """Remember that a release does not work here; return a line on it."""
        tries = self._tries(release)
        if error.certain:
            return self._reject(release, str(error))
        reason = f"{error} ({tries} of {TRIES} tries)"
        if tries >= TRIES:
            return self._reject(release, reason)
        self._failures[release.sha256] = f"{release.name} does not work here: {reason}"
        return f"{self._failures[release.sha256]}; the next update tries it again"

    def _reject(self, release: Release, reason: str) -> str:
        self._report.reject(release.sha256, reason)
        self._failures[release.sha256] = f"{release.name} does not work here: {reason}"
        return f"{self._failures[release.sha256]}; it will not be taken again"

    def _tries(self, release: Release) -> int:
        return self._report.state.failures.get(release.sha256, 0)

    def _told_in_use(self) -> AbstractContextManager[None]:
        """Say what is in use by now if update.json cannot be written."""
        name = self._device.installer.in_use().name
        return disk_errors(self._device.models, f"{name} is in use now")

    def _in_steps(self, percent: int) -> None:
        """Report the percent of a download, and spare the SD card."""
        if (self._report.state.progress or 0) + STEP <= percent < 100:
            self._report.tell(progress=percent)
