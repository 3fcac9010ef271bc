"""What a device runs, and what it should run."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from emotion_edge.updates.clock import utc_now
from emotion_edge.updates.installing import Device, InUse
from emotion_edge.updates.releases import Release, newest
from emotion_edge.updates.state import Report

INSTALL = "sudo emotion-edge update"
TRIES = 3  # of a release that fails in a way that may be chance


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The model in use, and the release that this device should run, or None.

    notes: what else there is to say. is_withdrawn: the model in use is a release that is not for
    this device, or not any more. none_admits: so are all releases.
    """

    in_use: InUse
    wanted: Release | None
    notes: Sequence[str]
    is_withdrawn: bool
    none_admits: bool

    @property
    def is_done(self) -> bool:
        """Whether the device runs what it should run."""
        if self.wanted is None:
            return not self.is_withdrawn
        return self.wanted.sha256 == self.in_use.sha256

    def lines(self) -> Iterator[str]:
        """Yield it in words."""
        yield from self.notes
        name = self.in_use.name
        if self.wanted and self.is_done:
            yield f"{name} is in use, as it should be"
        elif self.wanted:
            should = f"this device should run {self.wanted.name}, and runs {name}"
            yield f"{should}; to install it: {INSTALL}"
        elif self.is_withdrawn:
            yield f"to go back to the model before: {INSTALL}"
        else:
            other = "" if self.none_admits else "other "
            yield f"no {other}release is for this device; it keeps {name}"


def compare(
    device: Device,
    releases: Sequence[Release],
    report: Report,
    tried: Collection[str] = (),
    problem: str = "",
) -> Comparison:
    """Compare, and report it. tried: SHA-256 of releases to leave out. problem: why, if it is new.

    Raises OSError.
    """
    report.reload()
    in_use, rejected = device.installer.in_use(), report.state.rejected
    admitted = [each for each in releases if each.admits(device.id, device.version)]
    withdrawn = in_use.sha256 in _digests(releases) - _digests(admitted)
    notes = [] if problem else list(_notes(in_use, admitted, report))
    if withdrawn and not problem:
        notes.append(f"{in_use.name} is not for this device any more")
    found = Comparison(
        in_use=in_use,
        wanted=newest(admitted, {*rejected, *tried}),
        notes=notes,
        is_withdrawn=withdrawn,
        none_admits=not admitted,
    )
    other = None if found.is_done else found.wanted
    report.tell(
        checked=utc_now(),
        installed=in_use.name,
        latest=other.name if other else in_use.name,
        wanted=found.wanted.sha256 if found.wanted else "",
        failures={sha: n for sha, n in report.state.failures.items() if sha != in_use.sha256},
        problem=problem or "; ".join(notes),
        progress=None,
    )
    return found


def _notes(in_use: InUse, admitted: Sequence[Release], report: Report) -> Iterator[str]:
    """Yield what has gone wrong before."""
    if in_use.is_damaged:
        yield f"the file of {in_use.name}, the model in use, is damaged or missing"
    best = newest(admitted)
    if best is None or best.sha256 == in_use.sha256:
        return
    if reason := report.state.rejected.get(best.sha256):
        yield f"{best.name} is newer, but was rejected: {reason}"
    elif tries := report.state.failures.get(best.sha256):
        yield f"{best.name} has failed in {tries} of {TRIES} tries"


def _digests(releases: Sequence[Release]) -> set[str | None]:
    return {each.sha256 for each in releases}
