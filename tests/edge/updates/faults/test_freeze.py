"""Freezing and expiry: a server that shows old files works until they expire, and no longer."""

from datetime import UTC, datetime, timedelta

import pytest

from emotion_edge.errors import RunError
from emotion_edge.updates import clock
from tests.edge.updates.publisher import ROLES

PAST = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


class Later(datetime):
    """A clock that is two weeks ahead, for tuf and for us."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(days=14)


def test_frozen_files_are_refused_once_they_have_expired(tester, monkeypatch):
    tester.web.files = dict(tester.publisher.files)  # stays as it is from now on
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    tester.update()
    assert tester.models.content == b"eleven"
    monkeypatch.setattr("datetime.datetime", Later)
    monkeypatch.setattr("emotion_edge.updates.problems.datetime", Later)
    until = tester.publisher.signed("timestamp").expires
    message = tester.is_refused(
        f"the repository's root expired on {until:%Y-%m-%d %H:%M} UTC",
        "its publisher must sign it anew",
        "somebody keeps new files from this device",
        "this device's clock is wrong (it says",
    )
    assert f"it says {datetime.now(UTC) + timedelta(days=14):%Y-%m-%d}" in message


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
@pytest.mark.parametrize("fresh", [False, True])
def test_expired_metadata_is_refused(tester, new, role, fresh):
    if fresh:  # a device that has seen nothing valid of it yet
        tester.publisher.add("2026-12", b"twelve", 3)
    honest = tester.publisher.signed(role).expires
    tester.publisher.publish(**{role: PAST})
    tester.is_refused(f"the repository's {role} expired on 2026-03-04 05:06 UTC", keeps=(role,))
    tester.publisher.publish(**{role: honest})
    tester.recovers("2027-01", b"new", 4)


def test_an_expired_root_is_refused(tester):
    tester.publisher.signed("root").expires = PAST
    tester.publisher.rotate("timestamp")
    tester.publisher.publish()
    tester.is_refused("the repository's root expired on 2026-03-04", keeps=("timestamp",))
    tester.publisher.signed("root").expires = datetime.now(UTC) + timedelta(days=1)
    tester.publisher.rotate("timestamp")
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize("role", ROLES)
def test_a_device_is_not_enrolled_for_an_expired_repository(new, role):
    new.publisher.signed(role).expires = PAST
    if role == "root":
        new.publisher.rotate("timestamp")
    new.publisher.publish()
    with pytest.raises(RunError, match=f"{role} expired on 2026-03-04"):
        new.enrol()
    assert not (new.device.models / "enrolment.json").exists()
    assert not (new.device.models / "metadata").exists()


def test_an_expired_root_in_the_middle_of_a_chain_does_no_harm(tester):
    for expires in (PAST, datetime.now(UTC) + timedelta(days=1)):
        tester.publisher.signed("root").expires = expires
        tester.publisher.rotate("root", "timestamp")
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize(
    ("checked", "words"),
    [
        (None, "before this program was installed"),
        ("2031-01-02T03:04:05Z", "which is before the last check (2031-01-02)"),
    ],
)
def test_a_clock_that_is_certainly_wrong_is_told(checked, words, monkeypatch):
    clock.check_clock("2026-01-01T00:00:00Z")
    clock.check_clock("no time at all")
    if checked is None:
        monkeypatch.setattr(clock, "datetime", LongAgo)
    with pytest.raises(RunError, match="cannot tell what has expired") as caught:
        clock.check_clock(checked)
    assert words in str(caught.value)
    assert "timedatectl" in str(caught.value)


class LongAgo(datetime):
    """The clock of a board without a battery."""

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(0, tz)
