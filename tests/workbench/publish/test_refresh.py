"""`refresh`: what expires soon is signed anew, with the keys that are there."""

from datetime import timedelta

import pytest
from tuf.api.exceptions import ExpiredMetadataError

DAY = timedelta(days=1)


def versions(publisher):
    repository = publisher.read()
    return [repository.of(role).signed.version for role in ("targets", "snapshot", "timestamp")]


def keep_only(publisher, *roles):
    """Remove all keys but those of some roles."""
    for role in {"targets", "snapshot", "timestamp", "root"} - {*roles}:
        publisher.key_file(role).unlink()


def test_the_timestamp_is_signed_with_its_key_alone(publisher, enrol, monkeypatch):
    publisher.release("2026-12")
    device = enrol()
    publisher.sign(monkeypatch, {"timestamp": -DAY})
    with pytest.raises(ExpiredMetadataError):
        device.check()
    keep_only(publisher, "timestamp")
    assert publisher.does("refresh").startswith("signed timestamp; devices trust it until ")
    assert set(device.check()) == {"2026-12"}
    assert versions(publisher) == [3, 3, 4]


@pytest.mark.parametrize(
    ("due", "signed", "keys", "expected"),
    [
        ("targets", "targets, snapshot, timestamp", ("targets", "snapshot", "timestamp"), 3 * [3]),
        ("snapshot", "snapshot, timestamp", ("snapshot", "timestamp"), [2, 3, 3]),
    ],
)
def test_what_expires_soon_is_signed_anew(
    due, signed, keys, expected, publisher, enrol, monkeypatch
):
    device = enrol()
    publisher.sign(monkeypatch, {due: 20 * DAY})
    keep_only(publisher, *keys)
    assert publisher.does("refresh").startswith(f"signed {signed}; ")
    assert versions(publisher) == expected
    assert device.check() == {}
    assert publisher.does("refresh").startswith("signed timestamp; ")


@pytest.mark.parametrize("due", ["targets", "snapshot", "root"])
def test_what_expires_soon_and_has_no_key_here_is_a_warning(due, publisher, enrol, monkeypatch):
    publisher.sign(monkeypatch, {due: 20 * DAY})
    keep_only(publisher, "timestamp")
    result = publisher("refresh")
    assert result.returncode == 0
    assert result.stderr.startswith(f"warning: {due} expires at ")
    assert ("rotate root" if due == "root" else "where its key is") in result.stderr
    assert enrol().check() == {}


def test_nothing_is_warned_of_in_good_time(publisher):
    assert publisher("refresh").stderr == ""


@pytest.mark.parametrize("due", ["targets", "snapshot"])
def test_what_has_expired_and_has_no_key_here_is_an_error(due, publisher, enrol, monkeypatch):
    publisher.sign(monkeypatch, {due: -DAY})
    hidden = publisher.key_file(due).rename(publisher.folder / "hidden")
    error = publisher.refuses("refresh")
    assert f"{due} has expired, so devices take nothing new" in error
    hidden.rename(publisher.key_file(due))
    publisher.does("refresh")
    assert enrol().check() == {}


def test_an_expired_root_is_renewed_by_rotation_only(publisher, enrol, monkeypatch):
    publisher.sign(monkeypatch, {"root": -DAY})
    device = enrol()
    with pytest.raises(ExpiredMetadataError):
        device.check()
    assert "the root expired at " in publisher.refuses("refresh")
    publisher.does("rotate", "root")
    publisher.does("refresh")
    assert device.check() == {}


def test_a_clock_that_is_behind_signs_nothing(publisher, enrol, monkeypatch):
    # What is signed today looks like this to a clock that is three days behind.
    publisher.sign(monkeypatch, {"timestamp": 10 * DAY})
    error = publisher.refuses("refresh")
    assert "this computer's clock says " in error
    assert "but timestamp was signed at " in error
    publisher.does("rotate", "timestamp")
    publisher.does("refresh")
    assert enrol().check() == {}


def test_a_missing_key_is_named(publisher):
    file = publisher.key_file("timestamp")
    file.unlink()
    error = publisher.refuses("refresh")
    assert f"--keys {publisher.keys}: there is no {file.name}, the timestamp key" in error


def test_what_cannot_be_read_is_said_in_words(publisher):
    timestamp = publisher.repository / "metadata" / "timestamp.json"
    timestamp.unlink()
    timestamp.mkdir()
    result = publisher.quick("refresh")
    assert result.returncode == 1
    assert result.stderr == f"convert.publish: error: {timestamp}: Is a directory\n"


def test_where_no_repository_is_says_so(empty):
    for command in ("refresh", "show"):
        assert "there is no repository; make one there with `init`" in empty.refuses(command)
