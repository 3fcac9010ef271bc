"""Enrol a device, look for what it should run, and install that."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from emotion_edge import __version__
from emotion_edge.errors import RunError, UserError, escape
from emotion_edge.system.device import device_digest
from emotion_edge.updates.address import parse_repository
from emotion_edge.updates.clock import check_clock, utc_now
from emotion_edge.updates.enrolment import (
    Enrolment,
    read_enrolment,
    read_root_file,
    write_enrolment,
)
from emotion_edge.updates.fetcher import Pace
from emotion_edge.updates.folder import METADATA, disk_errors, working_in
from emotion_edge.updates.installing import Installer, InUse, UnfitError
from emotion_edge.updates.problems import UntrustedError
from emotion_edge.updates.releases import Release, choose
from emotion_edge.updates.repository import Repository, check_root
from emotion_edge.updates.state import Report

STEP = 5  # percent of a download between two writes of update.json
INSTALL = "sudo emotion-edge update"


@dataclass(frozen=True, kw_only=True)
class Device:
    """What is updated.

    models: the folder of installed models. installer: of them. id: decides whether a release that
    only some devices get is for this one; nobody else hears it. version: of this program. pace: how
    slow a server may be.
    """

    models: Path
    installer: Installer
    id: str = field(default_factory=lambda: device_digest("model updates"))
    version: str = __version__
    pace: Pace = field(default_factory=Pace)


def enrol(device: Device, url: str, root_file: Path) -> Iterator[str]:
    """Let a device take models from a repository from now on; yield lines on it.

    root_file: the repository's root metadata, which says whose signatures count. Raises UserError
    if it is none, or another repository's, and RunError if the repository is not in order.
    """
    enrolment = Enrolment(url, read_root_file(root_file))
    parse_repository(url)
    try:
        check_root(enrolment.root)
    except ValueError as error:
        raise UserError(f"--root {root_file}: {error}") from None
    with working_in(device.models) as stage:
        check_clock(None)
        folder = device.models / METADATA
        known = _known(device.models)
        again = known is not None and known.root == enrolment.root
        repository = Repository(enrolment, folder if again else stage / METADATA, device.pace)
        try:
            releases = repository.refresh()
        except UntrustedError as error:
            raise UserError(
                f"--root {root_file}: not the one of this repository: {error}"
            ) from None
        if not again:  # what another root has signed says nothing about this repository
            if folder.exists():
                folder.rename(stage / "former")
            (stage / METADATA).rename(folder)
        write_enrolment(device.models, enrolment)
        wanted = _compare(device, releases, Report(device.models))[1]
    yield f"enrolled: this device takes models from {repository.address.url}"
    if known and not again:
        yield "it trusts another root than before"
    yield f"{len(releases)} release(s) there, for this device: {wanted.name if wanted else 'none'}"
    if wanted:
        yield f"to install it: {INSTALL}"


def update(device: Device, *, only_check: bool = False) -> Iterator[str]:
    """Install what this device should run, unless it does; yield lines on it.

    Raises UserError if it is not enrolled, and RunError if the repository is not in order, or a
    release does not work here.
    """
    enrolment = read_enrolment(device.models)
    with working_in(device.models) as stage:
        report = Report(device.models)
        with _recorded(report), disk_errors(device.models):
            check_clock(report.state.checked)
            repository = Repository(enrolment, device.models / METADATA, device.pace)
            yield f"asking {repository.address.url}"
            releases = repository.refresh()
            if only_check:
                yield _described(*_compare(device, releases, report))
            else:
                yield from _follow(device, repository, releases, report, stage)


def _known(models: Path) -> Enrolment | None:
    with suppress(UserError):
        return read_enrolment(models)
    return None


@contextmanager
def _recorded(report: Report) -> Iterator[None]:
    """Write into update.json why the block failed."""
    try:
        yield
    except BaseException as error:
        known = isinstance(error, UserError | RunError)
        with suppress(OSError):
            report.tell(progress=None, **({"problem": escape(str(error))} if known else {}))
        raise


def _compare(
    device: Device, releases: Sequence[Release], report: Report, problem: str = ""
) -> tuple[InUse, Release | None]:
    """Return the model in use, and the release that this device should run; report both."""
    in_use = device.installer.in_use()
    wanted = choose(releases, device.id, device.version, report.state.rejected)
    report.tell(
        checked=utc_now(),
        installed=in_use.name,
        latest=wanted.name if wanted else in_use.name,
        problem=problem,
        progress=None,
    )
    return in_use, wanted


def _described(in_use: InUse, wanted: Release | None) -> str:
    if wanted is None:
        return f"no release is for this device; it keeps {in_use.name}"
    if wanted.sha256 == in_use.sha256:
        return f"{in_use.name} is in use, as it should be"
    return f"this device should run {wanted.name}, and runs {in_use.name}; to install it: {INSTALL}"


def _follow(
    device: Device,
    repository: Repository,
    releases: Sequence[Release],
    report: Report,
    stage: Path,
) -> Iterator[str]:
    """Install what this device should run. Of those that do not work here, try the next best."""
    failures: list[str] = []
    while True:
        in_use, wanted = _compare(device, releases, report, "; ".join(failures))
        if wanted is None or wanted.sha256 == in_use.sha256:
            yield _described(in_use, wanted)
            break
        if any(each.sha256 == in_use.sha256 and each.number > wanted.number for each in releases):
            yield f"{in_use.name} is not for this device any more"
        try:
            yield from _install(device, repository, wanted, report, stage)
        except UnfitError as error:
            failures.append(f"{wanted.name} does not work here: {error}")
            report.reject(wanted.sha256, failures[-1])
            yield f"{failures[-1]}; it will not be taken again"
        else:
            report.tell(installed=wanted.name, progress=None)
            break
    if failures:
        raise RunError("; ".join(failures))


def _install(
    device: Device, repository: Repository, release: Release, report: Report, stage: Path
) -> Iterator[str]:
    file = stage / "model.tflite"
    yield f"fetching {release.name}: {release.length:,} bytes"
    report.tell(progress=0)
    repository.download(release, file, _in_steps(report))
    report.tell(progress=100)
    yield f"installing {release.name}"
    yield from device.installer.install(file, release.name)


def _in_steps(report: Report) -> Callable[[int], None]:
    """Return a function that reports the percent of a download, and spares the SD card."""

    def tell(percent: int) -> None:
        if (report.state.progress or 0) + STEP <= percent < 100:
            report.tell(progress=percent)

    return tell
