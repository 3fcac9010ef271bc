"""`init`: keys, their modes and places, and a repository that devices accept."""

import stat
from pathlib import Path

import pytest

ONLINE = ("targets", "snapshot", "timestamp")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_device_accepts_an_empty_repository(publisher, enrol):
    assert enrol().check() == {}


def test_only_the_owner_may_read_keys_and_everybody_what_is_served(publisher):
    for folder, roles in ((publisher.keys, ONLINE), (publisher.root_keys, ("root",))):
        assert mode(folder) == 0o700
        assert {path.name.partition("-")[0] for path in folder.iterdir()} == set(roles)
        assert {mode(path) for path in folder.iterdir()} == {0o600}
    served = [path for path in publisher.repository.rglob("*") if path.is_file()]
    assert {mode(path) for path in served} == {0o644}
    assert not any(b"PRIVATE" in path.read_bytes() for path in served)


def test_the_next_steps_name_the_root_for_devices_and_commands_that_work(empty):
    steps = empty.does("init")
    assert str(empty.root_file()) in steps
    assert str(empty.root_keys) in steps
    commands = steps.replace("\\\n", " ").splitlines()
    refresh = next(line.split() for line in commands if "publish refresh" in line)
    assert refresh[3:] == empty.words("refresh")


def test_keys_may_go_into_a_folder_that_exists(empty):
    empty.root_keys.mkdir(parents=True)
    (empty.root_keys / "photo.jpg").touch()
    empty.does("init")
    assert len(list(empty.root_keys.iterdir())) == 2


def test_no_repository_is_made_over_another(publisher):
    assert "there is a metadata/ in it already" in publisher.refuses("init")


def test_keys_of_another_repository_stay(publisher):
    (publisher.repository / "metadata").rename(publisher.folder / "former")
    (publisher.repository / "targets").rmdir()
    assert f"{publisher.keys}: there is a key in it, " in publisher.refuses("init")


@pytest.mark.parametrize("option", ["--keys", "--root-keys"])
def test_keys_are_not_written_where_they_would_be_served(option, empty):
    (empty.folder / "link").symlink_to(empty.repository)
    for parent in (empty.repository, empty.folder / "link"):
        place = parent / "keys"
        error = empty.refuses("init", option, place)
        assert f"{option} {place}: it is inside the repository" in error


@pytest.mark.parametrize("option", ["--keys", "--root-keys"])
@pytest.mark.parametrize("make", ["mkdir", "touch"])  # a worktree's .git is a file
def test_keys_are_not_written_into_a_git_checkout(option, make, empty):
    checkout = empty.folder / "checkout"
    checkout.mkdir()
    getattr(checkout / ".git", make)()
    error = empty.refuses("init", option, checkout / "deep" / "keys")
    assert f"it is inside the git checkout {checkout}" in error


def test_the_root_key_lies_apart(empty):
    for place in (empty.keys, empty.keys / "root"):
        assert "one is inside the other" in empty.refuses("init", "--root-keys", place)


PLACES = ["--repository", "--keys", "--root-keys"]


@pytest.mark.parametrize("option", PLACES)
def test_a_file_is_no_folder(option, empty):
    file = empty.folder / "file"
    file.touch()
    assert f"{option} {file}: it is not a folder" in empty.refuses("init", option, file)
    below = file / "deep" / "folder"
    assert f"{option} {below}: {file} is not a folder" in empty.refuses("init", option, below)


@pytest.mark.parametrize("option", PLACES)
def test_links_in_a_circle_are_no_folder(option, empty):
    link = empty.folder / "link"
    link.symlink_to(link)
    assert f"{option} {link}: " in empty.refuses("init", option, link)


def fails(publisher, *words):
    """Run `init`, which must fail at run time and leave nothing, and return its error."""
    before = {*publisher.folder.rglob("*")}
    result = publisher.quick("init", *words)
    assert result.returncode == 1
    assert {*publisher.folder.rglob("*")} == before
    return result.stderr


@pytest.mark.parametrize("option", PLACES)
@pytest.mark.parametrize("exists", [False, True])
def test_a_place_that_cannot_be_written_to_leaves_nothing(option, exists, empty):
    place = Path("/proc" if exists else "/proc/nobody")
    error = fails(empty, option, place)
    assert error.startswith("convert.publish: error: ")
    assert str(place) in error
    assert "[Errno" not in error
    empty.does("init")


def test_a_folder_that_was_there_stays_when_something_fails(empty):
    empty.keys.mkdir()
    (empty.root_keys.parent).mkdir()
    fails(empty, "--repository", "/proc/nobody")
    assert {*empty.folder.iterdir()} == {empty.keys, empty.root_keys.parent}


def test_an_interruption_leaves_nothing(empty, monkeypatch):
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("convert.publish.repository.expiry", interrupt)
        assert empty.quick("init").returncode == 130
    assert not [*empty.folder.iterdir()]
    empty.does("init")
