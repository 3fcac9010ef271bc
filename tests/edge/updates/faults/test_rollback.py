"""Old files of the repository, properly signed then, are refused once newer ones were seen."""

import pytest

NOT_NEXT = "it is not the version that has to come next"


@pytest.fixture
def old(tester):
    """All files as they were before the release that the device runs."""
    old = dict(tester.publisher.files)
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    tester.update()
    assert tester.models.content == b"twelve"
    return old


def test_an_old_repository_is_refused(tester, old):
    tester.web.files = old
    tester.is_refused("timestamp.json", NOT_NEXT, "old files are served again")
    tester.recovers("2027-01", b"new", 4)


def test_an_old_timestamp_is_refused(tester, old):
    path = "/metadata/timestamp.json"
    tester.web.files = {**tester.publisher.files, path: old[path]}
    tester.is_refused("timestamp.json", NOT_NEXT)
    tester.recovers("2027-01", b"new", 4)


def test_an_old_snapshot_in_a_new_timestamp_is_refused(tester, old):
    """As by somebody who has the key of the timestamp."""
    thief = tester.publisher.thief("timestamp")
    thief.signed("timestamp").version += 1
    thief.signed("timestamp").snapshot_meta.version -= 1
    thief.write("timestamp")
    tester.web.files = thief.files
    tester.is_refused("timestamp.json", "New snapshot version must be >= 4")
    tester.recovers("2027-01", b"new", 4)


def test_old_targets_in_a_new_snapshot_are_refused(tester, old):
    """As by somebody who has the keys of timestamp and snapshot."""
    thief = tester.publisher.thief("timestamp", "snapshot")
    for role in ("timestamp", "snapshot"):
        thief.signed(role).version += 1
    thief.signed("snapshot").meta["targets.json"].version -= 1
    thief.signed("timestamp").snapshot_meta.version += 1
    thief.write("snapshot")
    thief.write("timestamp")
    tester.web.files = thief.files
    tester.is_refused("snapshot.json", NOT_NEXT, keeps=("root", "snapshot", "targets"))
    for _ in range(2):
        tester.publisher.publish()
    tester.recovers("2027-01", b"new", 4)


def test_a_snapshot_that_leaves_targets_out_is_refused(tester, old):
    thief = tester.publisher.thief("timestamp", "snapshot")
    for role in ("timestamp", "snapshot"):
        thief.signed(role).version += 1
    thief.signed("snapshot").meta.clear()
    thief.signed("timestamp").snapshot_meta.version += 1
    thief.write("snapshot")
    thief.write("timestamp")
    tester.web.files = thief.files
    tester.is_refused("snapshot.json", "contradicts itself", keeps=("root", "snapshot", "targets"))
    for _ in range(2):
        tester.publisher.publish()
    tester.recovers("2027-01", b"new", 4)


def test_an_old_root_does_no_harm(tester):
    first = tester.publisher.root
    tester.publisher.rotate("root")
    tester.publisher.publish()
    tester.update()
    tester.web.files = {**tester.publisher.files, "/metadata/3.root.json": first}
    tester.is_refused("3.root.json", "not signed by the keys trusted here")
    tester.recovers("2027-01", b"new", 4)
