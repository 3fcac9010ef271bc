"""Enrolling a device: once, with the right root, and never by itself."""

import json

import pytest

from emotion_edge.errors import RunError, UserError
from emotion_edge.updates.update import enrol
from tests.edge.updates.publisher import Publisher
from tests.edge.updates.server import Web


@pytest.fixture
def stranger():
    """Another repository."""
    stranger = Publisher()
    stranger.add("other", b"other", 1)
    stranger.publish()
    return stranger


def test_the_root_of_another_repository_is_refused(new, stranger):
    with pytest.raises(UserError, match=r"--root .*root.json: not the one of this repository"):
        new.enrol(root=stranger.root)
    with pytest.raises(UserError, match="this device takes models from no repository yet"):
        new.update()
    new.enrol()
    new.update()
    assert new.models.content == b"eleven"


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_another_role_is_no_root(new, role):
    with pytest.raises(UserError, match="it is not the root metadata of a TUF repository"):
        new.enrol(root=new.publisher.files[new.publisher.path(role)])


@pytest.mark.parametrize("content", [b" ", b"{}", b"\xff", b"[" * 9000, b"-----BEGIN PUBLIC KEY"])
def test_a_file_that_is_no_root_is_refused(new, content):
    with pytest.raises(UserError, match=r"root.json: it is not the root metadata of"):
        new.enrol(root=content)
    assert not new.device.models.exists()


def test_a_root_that_was_changed_is_refused(new):
    values = json.loads(new.publisher.root)
    values["signed"]["expires"] = "2099-01-01T00:00:00Z"
    with pytest.raises(UserError, match="it is not signed by its own keys"):
        new.enrol(root=json.dumps(values).encode())


def test_a_file_that_is_not_there_or_too_large_is_told(new):
    with pytest.raises(UserError, match=r"--root .*: cannot read it: it has more than 65,536"):
        new.enrol(root=b" " * 100_000)
    with pytest.raises(UserError, match=r"--root .*: cannot read it: Is a directory"):
        list(enrol(new.device, new.web.url, new.folder))


def test_no_repository_at_the_address_is_told(new):
    new.web.files = {}
    with pytest.raises(
        RunError, match=r"timestamp.json: there is no such file \(404\); check the add"
    ):
        new.enrol()
    assert not (new.device.models / "enrolment.json").exists()


def test_another_root_takes_the_place_of_the_first_only_by_enrolling(tester, stranger):
    other = Web(stranger.files)
    tester.web.files = stranger.files
    tester.is_refused("not signed by the keys trusted here")
    lines = tester.enrol(other.url, stranger.root)
    assert "it trusts another root than before" in lines
    tester.update()
    assert tester.models.content == b"other"
    other.close()


def test_a_failed_second_enrolment_leaves_the_first(tester, stranger):
    before = tester.trusted()
    with pytest.raises(UserError):
        tester.enrol(root=stranger.root)
    assert tester.trusted() == before
    tester.recovers("2027-01", b"new", 4)


def test_the_same_root_at_another_address_keeps_what_was_seen(tester):
    old = dict(tester.publisher.files)
    tester.publisher.publish()
    tester.update()
    mirror = Web(old)
    with pytest.raises(RunError, match="old files are served again"):
        tester.enrol(mirror.url)
    mirror.files = tester.publisher.files
    assert "it trusts another root than before" not in tester.enrol(mirror.url)
    assert tester.update()[0] == f"asking {mirror.url}"
    mirror.close()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"version": 2}', b'{"version": 1, "url": 5}', b"\xff"]
)
def test_a_damaged_enrolment_is_told(tester, content):
    (tester.device.models / "enrolment.json").write_bytes(content)
    with pytest.raises(UserError, match=r"enrolment.json: it is damaged; enrol this device again"):
        tester.update()
    tester.enrol()
    tester.recovers("2027-01", b"new", 4)


def test_an_address_may_have_a_path_and_lack_the_slash(new, publisher):
    new.web.files = {f"/my models/v1{path}": each for path, each in publisher.files.items()}
    new.web.answers = {}
    new.web.files |= {path.replace(" ", "%20"): content for path, content in new.web.files.items()}
    new.enrol(f"{new.web.url}my%20models/v1")
    new.update()
    assert new.models.content == b"eleven"
