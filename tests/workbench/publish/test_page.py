"""What docs/updates.md says of copying the repository to a server, and of lifetimes."""

import fnmatch
import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from convert.publish.lifetimes import LIFETIMES
from tests.workbench.conftest import REPOSITORY
from tests.workbench.project.documentation import blocks
from tests.workbench.publish.publisher import Device


def exclusions():
    """Return the patterns that each rsync on the page leaves out."""
    (block,) = (each for each in blocks() if each.text.startswith("rsync -a"))
    for _, *words in block.commands():
        assert words[-2:] == ["~/models/", "server:/srv/models/"]
        yield [word for before, word in pairwise(words) if before == "--exclude"]


def upload(source: Path, target: Path, left_out: list[str]) -> None:
    """Copy all files but those that a pattern names."""

    def ignore(_: str, names: list[str]) -> set[str]:
        return {name for name in names if any(fnmatch.fnmatch(name, each) for each in left_out)}

    shutil.copytree(source, target, ignore=ignore, dirs_exist_ok=True)


@pytest.mark.parametrize(
    "change",
    [
        ("percent", "one", 50),
        ("refresh",),
        ("rotate", "targets", "snapshot", "timestamp", "root"),
    ],
)
def test_a_device_that_looks_meanwhile_finds_nothing_half(change, publisher, url, tmp_path):
    publisher.release("one", 5)
    server, steps = tmp_path / "server", list(exclusions())
    upload(publisher.repository, server, [])
    root = publisher.root_file().read_bytes()
    Device(tmp_path / "first", f"{url}/server", root).check()
    publisher.does(*change)
    for number, left_out in enumerate(steps):
        upload(publisher.repository, server, left_out)
        fresh = Device(tmp_path / f"fresh-{number}", f"{url}/server", root).check()
        percent = 50 if change[0] == "percent" and number else 5
        assert fresh["one"].custom["percent"] == percent
    ours, theirs = (sorted(each.rglob("*.json")) for each in (publisher.repository, server))
    assert [each.name for each in ours] == [each.name for each in theirs]
    assert [each.read_bytes() for each in ours] == [each.read_bytes() for each in theirs]


def test_the_page_has_the_lifetimes():
    page = (REPOSITORY / "docs" / "updates.md").read_text()
    rows = re.findall(r"^\| ([a-z, ]+) \| (\d+) days \|", page, re.M)
    days = {role: int(number) for roles, number in rows for role in roles.split(", ")}
    assert days == {role: lifetime.days for role, lifetime in LIFETIMES.items()}
