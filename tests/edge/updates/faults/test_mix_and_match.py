"""Files of two states of the repository, each properly signed, are not taken together."""

import pytest


@pytest.fixture
def old(tester):
    """All files as the device knows them; the repository then goes on."""
    old = dict(tester.publisher.files)
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    return old


def test_the_snapshot_of_another_state_is_refused(tester, old):
    files = tester.publisher.files
    tester.web.files = {**files, "/metadata/4.snapshot.json": old["/metadata/3.snapshot.json"]}
    words = ("4.snapshot.json", "version that has to come next", "of two releases were mixed")
    tester.is_refused(*words, keeps=("root", "snapshot", "targets"))
    tester.recovers("2027-01", b"new", 4)


def test_the_targets_of_another_state_are_refused(tester, old):
    files = tester.publisher.files
    tester.web.files = {**files, "/metadata/4.targets.json": old["/metadata/3.targets.json"]}
    words = ("4.targets.json", "version that has to come next", "of two releases were mixed")
    tester.is_refused(*words, keeps=("root", "targets"))
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize("other", [b"eleven", b"", b"twelvf", b"twelve+"])
def test_another_file_in_place_of_a_model_is_refused(tester, old, other):
    (path,) = (path for path in tester.publisher.files if path.endswith("2026-12.tflite"))
    tester.web.files = {**tester.publisher.files, path: other}
    message = tester.is_refused("2026-12.tflite", "nothing was changed", keeps=("root",))
    assert ("not the file that the signed" in message) == (len(other) <= 6)
    assert not tester.state.rejected
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets"])
def test_one_role_in_place_of_another_is_refused(tester, old, role):
    signed = tester.publisher.files
    path = {
        "root": "/metadata/2.root.json",
        "timestamp": "/metadata/timestamp.json",
        "snapshot": "/metadata/4.snapshot.json",
        "targets": "/metadata/4.targets.json",
    }
    other = "/metadata/4.targets.json" if role != "targets" else "/metadata/4.snapshot.json"
    tester.web.files = {**signed, path[role]: signed[other]}
    tester.is_refused(path[role], "nothing was changed", keeps=("root", "targets"))
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize("missing", ["snapshot.json", "targets.json", "2026-12.tflite"])
def test_an_incomplete_repository_is_refused(tester, old, missing):
    latest = max(path for path in tester.publisher.files if path.endswith(missing))
    tester.web.files = {p: c for p, c in tester.publisher.files.items() if p != latest}
    tester.is_refused(missing, "there is no such file (404)", keeps=("root",))
    tester.recovers("2027-01", b"new", 4)
