"""`percent` and `show`."""

import re
from datetime import timedelta

from emotion_edge.model.model_file import SHIPPED, read_model


def test_a_share_grows_and_is_taken_back_and_all_else_stays(publisher, enrol):
    publisher.release("2026-12", 5)
    device = enrol()
    first = device.check()["2026-12"]
    assert publisher.does("percent", "2026-12", 50) == "2026-12: 5 % -> 50 % of the devices\n"
    for percent, written in ((50, 50), ("2.5", "2.5"), (0, 0)):
        publisher.does("percent", "2026-12", percent)
        now = device.check()["2026-12"]
        assert now.custom == first.custom | {"percent": written}
        assert now.hashes == first.hashes


def test_a_release_that_is_not_there_is_named(publisher):
    assert "there is no such release; `show` lists" in publisher.refuses("percent", "2026-12", 5)
    publisher.release("2026-12")
    assert "did you mean 2026-12?" in publisher.refuses("percent", "2026-21", 5)


def test_a_share_out_of_range_is_refused(publisher):
    publisher.release("2026-12")
    assert "argument P: " in publisher.refuses("percent", "2026-12", 101)


def test_an_empty_repository_is_shown(publisher):
    lines = publisher.does("show").splitlines()
    assert lines[0] == "no release yet"
    rows = [line.split() for line in lines[3:]]
    assert [row[:2] for row in rows] == [
        ["targets", "1"],
        ["snapshot", "1"],
        ["timestamp", "1"],
        ["root", "1"],
    ]
    assert [row[-1] for row in rows] == [publisher.key_file(row[0]).name for row in rows]


def test_the_newest_release_is_shown_first_with_its_file(publisher):
    publisher.release("one")
    publisher.does("release", SHIPPED, "--name=two", "--percent=0.5", "--least-version=1.2.0")
    _, two, one, *_ = publisher.does("show").splitlines()
    model = read_model(SHIPPED)
    file = (f"{model.size:,}", model.sha256)
    assert tuple(two.split()) == ("2", "two", "0.5", "%", "1.2.0", *file)
    assert one.split()[:5] == ["1", "one", "100", "%", "1.0.0"]


def test_what_expires_soon_and_what_has_expired_is_marked(publisher, monkeypatch):
    left = {"targets": timedelta(days=-1), "root": timedelta(days=3)}
    publisher.sign(monkeypatch, left)
    states = dict(re.findall(r"^(\w+) .* UTC +(\w*) ", publisher.does("show"), re.M))
    assert states["targets"] == "expired"
    assert states["root"] == "soon"
    assert not re.search(r"^(snapshot|timestamp) .* UTC +(soon|expired)", publisher.does("show"))


def test_neither_keys_nor_a_lock_are_needed_to_show(publisher):
    before = publisher.does("show")
    publisher.keys.rename(publisher.folder / "elsewhere")
    assert publisher.does("show") == before
