"""A command that is killed leaves what devices can read, and can be repeated."""

import re
import shutil

import pytest

from tests.edge.models import INT8
from tests.workbench.conftest import run
from tests.workbench.publish.publisher import Device, Publisher


@pytest.fixture
def published(tmp_path):
    """A publisher with one release."""
    publisher = Publisher(tmp_path / "all")
    publisher.does("init")
    publisher.release("one")
    return publisher


def killed(publisher: Publisher, *words: object) -> list[Publisher]:
    """Return what each kill has left, and what the command leaves if it is not killed."""
    result = run("tests.workbench.publish.kills", publisher.folder, *words)
    assert result.returncode == 0, result.stderr
    folders = publisher.folder.parent.glob(f"{publisher.folder.name}-*")
    return [
        Publisher(folder)
        for folder in sorted(folders, key=lambda each: int(each.name.rpartition("-")[2]))
    ]


def enrolled(folder, url, publisher: Publisher) -> list[Device]:
    """Return two devices, enrolled with the first root; the second has made a check."""
    root = publisher.root_file().read_bytes()
    devices = [Device(folder / f"device-{each}", f"{url}/all/models", root) for each in (1, 2)]
    devices[1].check()
    return devices


def check_all(devices: list[Device], url: str, left: Publisher) -> set[str]:
    """Return what devices find in what was left; each of them must find the same."""
    names = None
    for device in devices:
        copy = device.metadata.with_name(f"{device.metadata.name}-{left.folder.name}")
        shutil.rmtree(copy, ignore_errors=True)
        moved = Device(copy, f"{url}/{left.folder.name}/models", device.root)
        shutil.copytree(device.metadata, copy, dirs_exist_ok=True, symlinks=True)
        found = set(moved.check())
        assert names in (None, found)
        names = found
    return names


def leftovers(publisher: Publisher) -> list[str]:
    return [str(path) for path in publisher.repository.rglob(".unfinished-*")]


def test_release(published, url, tmp_path):
    devices = enrolled(tmp_path, url, published)
    words = ("release", INT8, "--name", "two", "--percent", 5)
    everything = killed(published, *words)
    found = [check_all(devices, url, left) for left in everything]
    assert found == sorted(found, key=len)
    assert found[0] == {"one"}
    assert found[-1] == {"one", "two"}
    assert len(found) > 15
    assert any(map(leftovers, everything))
    for left in everything[::4]:
        result = left.quick(*words)
        done = "two" in check_all(devices, url, left)
        assert done
        assert result.returncode == 0 or "there is a release of this name" in result.stderr
        assert not leftovers(left)
        assert left.does("show").splitlines()[1].split()[:2] == ["2", "two"]


def test_rotate(published, url, tmp_path):
    devices = enrolled(tmp_path, url, published)
    roles = ("targets", "snapshot", "timestamp", "root")
    everything = killed(published, "rotate", *roles)
    assert len(everything) > 5 * len(roles)
    for left in everything:
        assert check_all(devices, url, left) == {"one"}
    for left in everything[::8]:
        left.does("rotate", *roles)
        left.release("two")
        assert check_all(devices, url, left) == {"one", "two"}


def test_rotate_of_lost_keys(published, url, tmp_path):
    devices, roles = enrolled(tmp_path, url, published), ("targets", "timestamp")
    for role in roles:
        published.key_file(role).unlink()
    everything = killed(published, "rotate", *roles)
    assert len(everything) > 20
    for left in everything:
        left.does("rotate", *roles)
        left.does("refresh")
        assert check_all(devices, url, left) == {"one"}
        assert not leftovers(left)


def test_rotate_of_a_lost_key_killed_again_and_again(published, url, tmp_path):
    devices = enrolled(tmp_path, url, published)
    published.key_file("timestamp").unlink()
    left = published
    for _ in range(2):  # each time when all is signed by the new key, but no root names it yet
        everything = killed(left, "rotate", "timestamp")
        *_, left = (each for each in everything if not each.root_file(2).exists())
    assert "repeat `rotate` if it was stopped" in left.quick("refresh").stderr
    output = left.does("rotate", "timestamp")
    assert {str(path) for path in left.keys.glob("timestamp-*")} == {
        str(left.key_file("timestamp")),
        *re.findall("^remove (.*),", output, re.M),
    }
    assert output.count("remove ") == 2
    assert check_all(devices, url, left) == {"one"}


def test_init(tmp_path, url):
    first = Publisher(tmp_path / "all")
    first.folder.mkdir()
    *everything, finished = killed(first, "init")
    for left in everything:
        if left.root_file().exists():
            left.release("one")
            left.does("rotate", "root")
        else:
            assert "there is no repository" in left.refuses("show")
            keys = [*left.keys.glob("*.pem"), *left.root_keys.glob("*.pem")]
            assert not keys or "there is a key in it" in left.refuses("init")
    assert finished.root_file().exists()
