"""Enrol a device, look for what it should run, and install that."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from emotion_edge.errors import RunError, UserError, escape
from emotion_edge.updates.address import parse_repository
from emotion_edge.updates.clock import check_clock
from emotion_edge.updates.comparison import INSTALL, compare
from emotion_edge.updates.enrolment import (
    Enrolment,
    read_enrolment,
    read_root_file,
    write_enrolment,
)
from emotion_edge.updates.folder import METADATA, disk_errors, working_in
from emotion_edge.updates.following import Following
from emotion_edge.updates.installing import Device
from emotion_edge.updates.problems import UntrustedError
from emotion_edge.updates.repository import Repository, check_root
from emotion_edge.updates.state import Report


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
        report = Report(device.models)
        report.begin(device.version)
        wanted = compare(device, releases, report).wanted
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
            report.begin(device.version)
            check_clock(report.state.checked)
            repository = Repository(enrolment, device.models / METADATA, device.pace)
            yield f"asking {repository.address.url}"
            releases = repository.refresh()
            if only_check:
                yield from compare(device, releases, report).lines()
            else:
                yield from Following(device, repository, releases, report).run(stage)


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
