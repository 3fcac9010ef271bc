"""Metadata that the keys of the repository have not signed is refused."""

import json

import pytest
from securesystemslib.exceptions import FormatError
from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner

from tests.edge.updates.publisher import ROLES

FORGED = "not signed by the keys trusted here"


@pytest.fixture(params=ROLES)
def role(request, tester):
    """A role, of which the repository has a new version."""
    tester.publisher.add("2026-12", b"twelve", 3)
    if request.param == "root":
        tester.publisher.rotate("timestamp")
    tester.publisher.publish()
    return request.param


def kept(role):
    """Return the roles of which nothing may change."""
    order = {"root": ROLES, "timestamp": ROLES, "snapshot": ("root", "snapshot", "targets")}
    return order.get(role, ("root", "targets"))


def test_a_wrong_key_is_refused(tester, role):
    tester.publisher.write(role, [CryptoSigner.generate_ed25519()])
    tester.is_refused(f"{role}.json", FORGED, "forged or damaged", keeps=kept(role))
    restore(tester, role)


def test_no_signature_is_refused(tester, role):
    tester.publisher.write(role, [])
    tester.is_refused(f"{role}.json", FORGED, keeps=kept(role))
    restore(tester, role)


def test_a_changed_word_is_refused(tester, role):
    path = tester.publisher.path(role)
    values = json.loads(tester.publisher.files[path])
    values["signed"]["expires"] = "2099-01-01T00:00:00Z"
    tester.publisher.files[path] = json.dumps(values).encode()
    tester.is_refused(f"{role}.json", FORGED, keeps=kept(role))
    restore(tester, role)


@pytest.mark.parametrize("place", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_changed_byte_is_refused(tester, role, place):
    path = tester.publisher.path(role)
    content = bytearray(tester.publisher.files[path])
    content[int(len(content) * place)] ^= 1
    tester.publisher.files[path] = bytes(content)
    message = tester.is_refused(f"{role}.json", "nothing was changed here", keeps=kept(role))
    assert "Traceback" not in message
    restore(tester, role)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"<html>Log in</html>", b"[" * 9000, b"9" * 5000],
)
def test_what_is_no_metadata_is_refused(tester, role, content):
    tester.publisher.files[tester.publisher.path(role)] = content
    words = "not TUF metadata"
    tester.is_refused(f"{role}.json", words, "a page instead", keeps=kept(role))
    restore(tester, role)


def test_one_signature_of_two_is_refused(tester):
    tester.publisher.rotate("targets", threshold=2)
    first, second = tester.publisher.keys["targets"]
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    for keys in ([first], [first, first], [second]):
        tester.publisher.write("targets", keys)
        tester.is_refused("targets.json", "targets was signed by 1/2 keys", keeps=("targets",))
    tester.publisher.publish()
    tester.update()
    assert tester.models.content == b"twelve"


@pytest.mark.parametrize(
    ("role", "changes"),
    [
        ("timestamp", {"version": 3.5}),
        ("timestamp", {"version": "5"}),
        ("timestamp", {"meta": {}}),
        ("timestamp", {"meta": {"snapshot.json": {"version": -1}}}),
        ("timestamp", {"expires": "tomorrow"}),
        ("timestamp", {"spec_version": "9.9"}),
        ("snapshot", {"meta": []}),
        ("snapshot", {"meta": {"targets.json": {"version": 4, "hashes": {"sha256": 5}}}}),
        ("snapshot", {"meta": {"targets.json": {"version": 4, "hashes": {"magic": "00"}}}}),
        ("snapshot", {"meta": {"targets.json": {"version": 4, "length": 1}}}),
        ("snapshot", {"meta": {"targets.json": {"version": 4, "length": 10**30}}}),
        ("targets", {"targets": {"a.tflite": {"length": -1, "hashes": {}}}}),
        ("targets", {"targets": {"a.tflite": 5}}),
        ("targets", {"delegations": {"keys": {}, "roles": 5}}),
    ],
)
def test_signed_values_that_cannot_be_are_told_in_words(tester, role, changes):
    """As by a publisher's own program that is wrong: the keys are right."""
    tester.publisher.publish()
    sign_values(tester.publisher, role, changes)
    tester.is_refused(".json", "nothing was changed here", keeps=("root", "targets"))


def sign_values(publisher, role, changes):
    """Publish a role with raw values, by its own key."""
    path = publisher.path(role)
    values = json.loads(publisher.files[path])
    values["signed"] |= changes
    key = publisher.keys[role][0]
    try:
        text = encode_canonical(values["signed"]).encode()
    except FormatError:  # a number that no signature can be for
        text = b""
    values["signatures"] = [{"keyid": key.public_key.keyid, "sig": key.sign(text).signature}]
    publisher.files[path] = json.dumps(values).encode()


def restore(tester, role):
    """Check that the repository works again once its publisher has mended it."""
    publisher = tester.publisher
    if role == "root":
        publisher.sign_root(publisher.keys["root"])
    tester.recovers("2027-01", b"new", 4)
