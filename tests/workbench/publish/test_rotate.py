"""`rotate`: devices go on after a key was replaced, and the former key is worth nothing."""

from datetime import timedelta

import pytest
from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import BadVersionNumberError, DownloadHTTPError, UnsignedMetadataError
from tuf.api.metadata import MetaFile

from convert.publish.keys import KeyFolder
from tests.workbench.conftest import digests

ROLES = ("targets", "snapshot", "timestamp", "root")
FAR = 1_000_000_000


def stolen(publisher, role) -> CryptoSigner:
    """Return the private key that devices trust for a role now."""
    folder = publisher.root_keys if role == "root" else publisher.keys
    return KeyFolder("--keys", folder).signer(role, publisher.read().root.signed)


@pytest.mark.parametrize("roles", [*((role,) for role in ROLES), ROLES])
def test_devices_enrolled_before_and_after_go_on(roles, publisher, enrol):
    publisher.release("one")
    old, offline = enrol(), enrol()
    old.check()
    former = {role: publisher.key_file(role) for role in ROLES}
    output = publisher.does("rotate", *roles)
    for role in ROLES:
        assert (publisher.key_file(role) != former[role]) == (role in roles)
        assert (f"remove {former[role]}," in output) == (role in roles)
        if role in roles:
            former[role].unlink()
    publisher.release("two")
    publisher.does("refresh")
    for device in (old, offline, enrol(1), enrol(2)):
        assert set(device.check()) == {"one", "two"}


def test_the_root_may_be_rotated_year_after_year(publisher, enrol):
    device, years = enrol(), 4
    for _ in range(years):
        former = publisher.key_file("root")
        publisher.does("rotate", "root")
        former.unlink()
    assert device.check() == enrol(years + 1).check() == {}


def test_a_rotation_renews_the_root(publisher, monkeypatch):
    publisher.sign(monkeypatch, {"root": timedelta(days=3)})
    before = publisher.read().root.signed.expires
    publisher.does("rotate", "timestamp")
    assert publisher.read().root.signed.expires - before > timedelta(days=360)


def test_what_a_former_key_signs_is_refused(publisher, enrol):
    device, thief = enrol(), stolen(publisher, "timestamp")
    publisher.does("rotate", "timestamp")
    forged = publisher.read()
    forged.timestamp.signed.version += 1
    forged.write("timestamp", [thief])
    with pytest.raises(UnsignedMetadataError):
        device.check()
    assert "timestamp.json: not what was published" in publisher.refuses("refresh")


def test_a_former_key_that_was_not_removed_vouches_for_nothing(publisher):
    thief = stolen(publisher, "timestamp")
    publisher.does("rotate", "timestamp")
    forged, lost = publisher.read(), publisher.key_file("timestamp")
    forged.timestamp.signed.version += 1
    forged.write("timestamp", [thief])
    assert "timestamp.json: not what was published" in publisher.refuses("rotate", "timestamp")
    lost.unlink()
    assert "timestamp.json: not what was published" in publisher.refuses("rotate", "timestamp")
    # Nor can the first root be exchanged for one that does not name the former key.
    publisher.root_file().write_bytes(publisher.root_file(2).read_bytes())
    error = publisher.refuses("rotate", "timestamp")
    assert f"{publisher.root_file()}: it is version 2; bring back your copy" in error


def test_a_root_served_again_as_a_newer_one_is_refused(publisher):
    publisher.does("rotate", "timestamp")
    publisher.root_file(3).write_bytes(publisher.root_file().read_bytes())
    assert f"{publisher.root_file(3)}: it is version 1" in publisher.refuses("rotate", "timestamp")


def test_a_device_recovers_from_a_stolen_timestamp_key(publisher, enrol):
    device, thief = enrol(), stolen(publisher, "timestamp")
    ours = publisher.repository / "metadata" / "timestamp.json"
    content, forged = ours.read_bytes(), publisher.read()
    forged.timestamp.signed.version = FAR
    forged.write("timestamp", [thief])
    device.check()
    ours.write_bytes(content)
    publisher.does("refresh")
    with pytest.raises(BadVersionNumberError):
        device.check()
    publisher.does("rotate", "timestamp")
    assert device.check() == {}


def test_a_device_recovers_from_stolen_keys_of_snapshot_and_timestamp(publisher, enrol):
    device, thieves = enrol(), [stolen(publisher, role) for role in ("snapshot", "timestamp")]
    ours = publisher.repository / "metadata" / "timestamp.json"
    content, forged = ours.read_bytes(), publisher.read()
    forged.snapshot.signed.version = forged.timestamp.signed.version = FAR
    forged.snapshot.signed.meta["targets.json"].version = FAR
    file = MetaFile.from_data(FAR, forged.write("snapshot", thieves[:1]), ["sha256"])
    forged.timestamp.signed.snapshot_meta = file
    forged.write("timestamp", thieves[1:])
    with pytest.raises(DownloadHTTPError):
        device.check()
    ours.write_bytes(content)
    publisher.does("rotate", "timestamp")
    with pytest.raises(BadVersionNumberError):
        device.check()
    publisher.does("rotate", "snapshot", "timestamp")
    assert device.check() == {}


@pytest.mark.parametrize("role", ["targets", "snapshot", "timestamp"])
def test_a_lost_key_is_replaced(role, publisher, enrol):
    device = enrol()
    device.check()
    publisher.key_file(role).unlink()
    assert "remove" not in publisher.does("rotate", role)
    publisher.release("one")
    assert set(device.check()) == {"one"}


def test_without_the_root_key_nothing_is_rotated(publisher):
    file = publisher.key_file("root")
    file.rename(publisher.folder / "lost.pem")
    for roles in (("root",), ("targets", "snapshot", "timestamp")):
        error = publisher.refuses("rotate", *roles)
        assert f"--root-keys {publisher.root_keys}: there is no {file.name}" in error


def test_the_keys_that_must_sign_again_are_needed(publisher):
    publisher.key_file("timestamp").unlink()
    assert "the timestamp key of this repository" in publisher.refuses("rotate", "targets")


def test_a_role_that_is_none_is_refused(publisher):
    assert "argument ROLE: invalid choice: 'mirrors'" in publisher.refuses("rotate", "mirrors")


def test_a_role_may_be_named_twice(publisher, enrol):
    publisher.does("rotate", "root", "root")
    assert len(list(publisher.root_keys.iterdir())) == 2
    assert enrol().check() == {}


def test_a_rotation_leaves_what_was_published(publisher):
    publisher.release("one")
    targets = publisher.repository / "targets"
    before = digests(targets), publisher.read().targets.signed.targets
    publisher.does("rotate", *ROLES)
    assert (digests(targets), publisher.read().targets.signed.targets) == before
