"""Keys that a password protects."""

import pytest


@pytest.fixture
def empty(empty, monkeypatch):
    """A publisher whose program has processes of its own, because it hides their memory."""
    monkeypatch.setattr(empty, "quick", empty)
    return empty


@pytest.fixture
def protected(empty):
    """A publisher all of whose keys are encrypted."""
    (empty.folder / "password.txt").write_text("correct horse\n")
    (empty.folder / "wrong.txt").write_text("battery staple\n")
    empty.does("init", *online(empty), *root(empty))
    return empty


def online(publisher, name="password.txt"):
    return "--password-file", publisher.folder / name


def root(publisher, name="password.txt"):
    return "--root-password-file", publisher.folder / name


def test_keys_are_encrypted_and_the_password_opens_them(protected):
    for folder in (protected.keys, protected.root_keys):
        for path in folder.iterdir():
            assert path.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    protected.does("refresh", *online(protected))
    protected.does("rotate", "root", "timestamp", *online(protected), *root(protected))
    assert b"ENCRYPTED" in protected.key_file("root").read_bytes()
    protected.does("refresh", *online(protected))


def test_without_the_password_nothing_is_signed(protected):
    assert "the key is encrypted; add --password-file FILE" in protected.refuses("refresh")
    error = protected.refuses("rotate", "root", *online(protected))
    assert "the key is encrypted; add --root-password-file FILE" in error


def test_another_password_opens_nothing(protected):
    error = protected.refuses("refresh", *online(protected, "wrong.txt"))
    assert "the password of --password-file is wrong, or the key is damaged" in error


def test_the_root_key_alone_may_be_encrypted(empty):
    (empty.folder / "password.txt").write_text("correct horse\n")
    empty.does("init", *root(empty))
    empty.does("refresh")
    empty.does("refresh", *online(empty))  # a password that no key needs is no mistake
    empty.does("rotate", "snapshot", *root(empty))


@pytest.mark.parametrize("words", [online, root])
def test_a_password_is_not_read_where_it_would_be_published(words, empty):
    checkout = empty.folder / "checkout"
    (checkout / ".git").mkdir(parents=True)
    empty.does("init")
    for folder, problem in (
        (empty.repository / "metadata", "it is inside the repository, whose files everybody"),
        (checkout, f"it is inside the git checkout {checkout}"),
    ):
        (folder / "password.txt").write_text("correct horse\n")
        (empty.folder / "link").unlink(missing_ok=True)
        (empty.folder / "link").symlink_to(folder / "password.txt")
        option, _ = words(empty)
        for path in (folder / "password.txt", empty.folder / "link"):
            error = empty.refuses("rotate", "root", option, path)
            assert f"{option} {path}: {problem}" in error


def test_a_missing_or_empty_password_file_is_named(empty):
    error = empty.refuses("init", *root(empty))
    assert f"--root-password-file {empty.folder}/password.txt: cannot read it" in error
    (empty.folder / "password.txt").touch()
    assert "it is empty" in empty.refuses("init", *root(empty))
