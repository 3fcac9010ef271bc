"""What somebody has put into the repository, who has no key, is not signed."""

import shutil

import pytest
from tuf.api.metadata import MetaFile


def refuse_to_sign(publisher):
    assert "bring back your copy" in publisher.refuses("percent", "one", 5)
    for command in ("refresh", "show"):
        assert "bring back your copy" in publisher.refuses(command)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1]"])
@pytest.mark.parametrize("name", ["1.root.json", "2.targets.json", "timestamp.json"])
def test_damaged_metadata_is_named(name, content, publisher):
    publisher.release("one")
    (publisher.repository / "metadata" / name).write_bytes(content)
    assert f"/metadata/{name}: not what was published: " in publisher.refuses("refresh")
    refuse_to_sign(publisher)


def test_missing_metadata_is_named(publisher):
    publisher.release("one")
    (publisher.repository / "metadata" / "2.snapshot.json").unlink()
    assert "/metadata/2.snapshot.json: no such file" in publisher.refuses("refresh")
    refuse_to_sign(publisher)


def test_a_file_of_another_kind_is_named(publisher):
    publisher.release("one")
    metadata = publisher.repository / "metadata"
    shutil.copy(metadata / "1.root.json", metadata / "timestamp.json")
    assert "timestamp.json: not what was published: it is root" in publisher.refuses("refresh")


def test_targets_that_the_snapshot_does_not_name_are_not_signed(publisher):
    publisher.release("one")
    forged = publisher.read()
    forged.targets.signed.targets["one.tflite"].length = 1
    forged.write("targets", [])
    refuse_to_sign(publisher)


def test_a_snapshot_of_another_key_is_not_signed(publisher):
    publisher.release("one")
    forged = publisher.read()
    content = forged.write("snapshot", [])
    forged.timestamp.signed.snapshot_meta = MetaFile.from_data(2, content, ["sha256"])
    forged.write("timestamp", [])
    refuse_to_sign(publisher)
