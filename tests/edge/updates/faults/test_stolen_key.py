"""Somebody who has stolen the key of the timestamp, which lies on a server, can only delay."""

import json

import pytest


@pytest.fixture
def thief(tester):
    """Has the key of the timestamp, and a server in the middle."""
    thief = tester.publisher.thief("timestamp")
    tester.web.files = thief.files
    return thief


def test_it_can_freeze_the_repository(tester, thief):
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    thief.signed("timestamp").version += 5
    thief.write("timestamp")
    tester.update()
    assert tester.models.content == b"eleven"
    # Until it is noticed, and the key is replaced: then all that it signed is worthless.
    tester.publisher.rotate("timestamp")
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize("made_up", [("snapshot",), ("snapshot", "targets")])
def test_it_cannot_bring_other_content(tester, thief, made_up):
    thief.add("2026-12", b"evil", 3)
    thief.publish()
    for role in {"snapshot", "targets"} - set(made_up):
        thief.files[thief.path(role)] = tester.publisher.files[tester.publisher.path(role)]
    tester.is_refused("snapshot.json", "not signed by the keys", keeps=("snapshot", "targets"))
    tester.publisher.rotate("timestamp")
    tester.publisher.publish()
    tester.recovers("2027-01", b"new", 4)


def test_it_cannot_change_a_release(tester, thief):
    path = tester.publisher.path("targets")
    values = json.loads(thief.files[path])
    values["signed"]["targets"]["2026-11.tflite"]["custom"]["percent"] = 0
    thief.files[path] = json.dumps(values).encode()
    (tester.device.models / "metadata" / "targets.json").unlink()
    tester.is_refused("targets.json", "not signed", keeps=("root", "snapshot"))
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize("version", [2**31, 2**63, 10**400])
def test_a_fast_forward_is_undone_by_a_new_key(tester, thief, version):
    thief.signed("timestamp").version = version
    thief.write("timestamp")
    tester.update()
    tester.web.files = tester.publisher.files
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    tester.is_refused("timestamp.json", f"must be >= {version}")
    tester.publisher.rotate("timestamp")
    tester.recovers("2027-01", b"new", 4)


def test_a_fast_forward_of_the_snapshot_is_undone_as_well(tester, thief):
    thief.signed("timestamp").version += 1
    thief.signed("timestamp").snapshot_meta.version = 2**31
    thief.write("timestamp")
    tester.is_refused("2147483648.snapshot.json", "404", keeps=("root", "snapshot", "targets"))
    tester.web.files = tester.publisher.files
    for _ in range(2):
        tester.publisher.publish()
    tester.is_refused("timestamp.json", "New snapshot version must be >= 2147483648")
    tester.publisher.rotate("timestamp")
    tester.recovers("2027-01", b"new", 4)


def test_a_fast_forward_with_both_online_keys_is_undone_by_two_new_ones(tester):
    thief = tester.publisher.thief("timestamp", "snapshot")
    tester.web.files = thief.files
    for role in ("timestamp", "snapshot"):
        thief.signed(role).version = 2**31
    thief.signed("snapshot").meta["targets.json"].version = 2**31
    thief.signed("timestamp").snapshot_meta.version = 2**31
    thief.write("snapshot")
    thief.write("timestamp")
    tester.is_refused("2147483648.targets.json", "404", keeps=("root", "targets"))
    tester.publisher.rotate("timestamp", "snapshot")
    tester.recovers("2027-01", b"new", 4)


def test_it_cannot_make_a_device_fetch_more_than_metadata_ever_has(tester, thief):
    """The timestamp says how long the snapshot is, and tuf takes its word."""

    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b" " * 65536)

    thief.signed("timestamp").version += 1
    thief.signed("timestamp").snapshot_meta.version += 1
    thief.signed("timestamp").snapshot_meta.length = 10**15
    thief.write("timestamp")
    tester.web.answers["/metadata/4.snapshot.json"] = endless
    words = "more than the 1,048,576 bytes that are allowed"
    tester.is_refused("snapshot.json", words, keeps=("root", "snapshot", "targets"))
    for _ in range(2):
        tester.publisher.publish()
    tester.recovers("2027-01", b"new", 4)


def test_after_a_new_key_the_old_one_signs_nothing(tester, thief):
    tester.publisher.rotate("timestamp")
    tester.publisher.publish()
    tester.web.files = tester.publisher.files
    tester.update()
    thief.signed("timestamp").version += 50
    thief.write("timestamp")
    path = "/metadata/timestamp.json"
    tester.web.files = {**tester.publisher.files, path: thief.files[path]}
    tester.is_refused("timestamp.json", "not signed by the keys trusted here")
    tester.recovers("2027-01", b"new", 4)
