"""A device follows its repository to new keys, one root after the other."""

import pytest

from tests.edge.updates.publisher import ROLES, Publisher


@pytest.mark.parametrize("role", ROLES)
def test_a_device_follows_to_a_new_key(tester, role):
    tester.publisher.rotate(role)
    tester.recovers("2027-01", b"new", 4)
    assert tester.trusted()["root"] == tester.publisher.files["/metadata/2.root.json"]


def test_a_device_that_slept_follows_a_chain(tester):
    for roles in (("root",), ("timestamp", "snapshot"), ("root", "targets"), ROLES, ("root",)):
        tester.publisher.rotate(*roles)
        tester.publisher.publish()
    tester.recovers("2027-01", b"new", 4)
    tester.web.requests.clear()
    tester.update()
    roots = [path for path, _ in tester.web.requests if path.endswith("root.json")]
    assert roots == ["/metadata/7.root.json"]


def test_a_new_device_starts_anywhere_in_the_chain(new):
    for _ in range(3):
        new.publisher.rotate(*ROLES)
        new.publisher.publish()
    new.enrol(root=new.publisher.files["/metadata/3.root.json"])
    new.update()
    assert new.models.content == b"eleven"


def test_a_chain_with_a_missing_root_is_not_followed(tester):
    for _ in range(2):
        tester.publisher.rotate("root", "timestamp")
    tester.publisher.publish()
    missing = tester.publisher.files.pop("/metadata/2.root.json")
    tester.is_refused("timestamp.json", "not signed by the keys trusted here")
    tester.publisher.files["/metadata/2.root.json"] = missing
    tester.recovers("2027-01", b"new", 4)


def test_a_root_that_skips_a_version_is_refused(tester):
    tester.publisher.rotate("timestamp")
    tester.publisher.rotate("timestamp")
    files = tester.publisher.files
    honest = files["/metadata/2.root.json"]
    files["/metadata/2.root.json"] = files["/metadata/3.root.json"]
    tester.is_refused("2.root.json", "Expected root version 2")
    files["/metadata/2.root.json"] = honest
    tester.recovers("2027-01", b"new", 4)


def test_a_root_that_only_its_own_keys_have_signed_is_refused(tester):
    stranger = Publisher()
    stranger.add("2026-12", b"evil", 9)
    stranger.rotate(*ROLES)
    stranger.publish()
    tester.web.files = stranger.files
    tester.is_refused("2.root.json", "not signed by the keys trusted here")
    tester.recovers("2027-01", b"new", 4)


def test_a_stranger_with_the_same_versions_is_refused(tester):
    stranger = Publisher()
    stranger.add("2026-12", b"evil", 9)
    for _ in range(9):
        stranger.publish()
    tester.web.files = stranger.files
    tester.is_refused("timestamp.json", "not signed by the keys trusted here")
    tester.recovers("2027-01", b"new", 4)
