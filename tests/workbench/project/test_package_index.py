"""No file names the host of a package index: pip and apt have theirs from their own settings."""

import re

import pytest

from tests.workbench.conftest import REPOSITORY, call

# Without the last part, so that this file names none. Many mirrors begin with the first.
HOSTS = (
    *("pypi", "pythonhosted", "piwheels", "anaconda", "npmjs", "crates", "rubygems"),
    *("deb.debian", "ftp.debian", "archive.ubuntu", "ports.ubuntu", "archive.raspberrypi"),
)
OPTIONS = ("index-url", "extra-index-url", "trusted-host", "index_url", "extra_index_url")
FOUND = re.compile(
    rf"\b({'|'.join(map(re.escape, HOSTS))})\.[a-z]{{2}}|(--|pip_)({'|'.join(OPTIONS)})\b".encode(),
    re.IGNORECASE,
)


def test_no_file_names_the_host_of_a_package_index():
    listed = call(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    if listed.returncode:
        pytest.skip("not a clone: only git knows which files are the repository's")
    paths = [REPOSITORY / name for name in listed.stdout.split("\0") if name]
    files = [path for path in paths if path.is_file()]
    assert len(files) > 400
    found = {path: match[0] for path in files if (match := FOUND.search(path.read_bytes()))}
    assert not found


def test_one_module_alone_makes_the_commands_that_install():
    texts = {path.name: path.read_text() for path in (REPOSITORY / "edge").rglob("*.py")}
    assert not [name for name, text in texts.items() if re.search(r"pip install|edge\[", text)]


@pytest.mark.parametrize(
    "parts",
    [
        *(("https://pypi.", "org/project/x"), ("files.pythonhosted.", "org"), ("PYPI.", "tuna.cn")),
        *(("www.piwheels.", "org/simple"), ("http://deb.debian.", "org"), ("--", "index-url=x")),
        ("PIP_EXTRA_", "INDEX_URL"),
    ],
)
def test_a_host_is_found(parts):
    assert FOUND.search("".join(parts).encode())


def test_the_name_of_an_index_is_no_host():
    assert not FOUND.search(b"from PyPI. It is PyPI's; crates.\n")
