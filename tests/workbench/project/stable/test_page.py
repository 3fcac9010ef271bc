"""docs/stability.md, or the page to which it links, names what the snapshots hold."""

import re
from collections.abc import Iterable

import pytest

from tests.workbench.conftest import REPOSITORY
from tests.workbench.project.documentation import inline_code
from tests.workbench.project.stable.command_line import TUNED
from tests.workbench.project.stable.kinds import KINDS
from tests.workbench.project.stable.python_api import FIELDS, INSIDE
from tests.workbench.project.stable.snapshots import read

DOCS = REPOSITORY / "docs"
STABILITY = DOCS / "stability.md"


def text(name: str) -> str:
    return (DOCS / f"{name}.md").read_text()


def code(*names: str) -> set[str]:
    """Return the words that stand in backticks on pages."""
    parts = (part for name in names for part in inline_code(DOCS / f"{name}.md"))
    return {word for part in parts for word in re.findall(r"[\w.…-]+", part)}


def keys(shape: dict[str, str]) -> set[str]:
    """Return the keys of a snapshot's JSON, without those that stand for any label."""
    words = (re.findall(r"\w+", name) for name in shape)
    return {word for each in words for word in each} - {"LABEL"}


def test_each_kind_has_a_row_and_each_row_is_a_kind():
    rows = re.findall(r"\| `([\w-]+)` \|$", text("stability"), re.M)
    assert sorted(rows) == sorted(KINDS)


def test_the_page_names_the_commands_and_the_settings_are_their_options():
    names = {name.removeprefix("emotion-edge ") for name in read("command-line")}
    assert names - {"emotion-edge"} <= code("stability")
    options = " ".join(read("command-line")["emotion-edge run"])
    for key in read("settings"):
        assert re.search(rf"(^| )--{key}(,| |$)", options), key


def test_the_page_names_the_defaults_that_may_change():
    section = text("stability").partition("### Defaults that may change")[2].partition("\n#")[0]
    assert set(re.findall(r"`(--[\w-]+)`", section)) == TUNED


def test_the_keys_of_json_are_named():
    promised = read("json-output")
    shapes = [*promised["lines of run"].values(), promised["history --json"]]
    wanted = {key for each in [*shapes, promised["doctor --json"]] for key in keys(each)}
    wanted |= {*promised["event"], *promised["reason"], *promised["history --csv"].split(",")}
    wanted |= set(promised["doctor --json, status"])
    assert wanted <= code("output", "history", "stability")


def test_the_exit_codes_are_named():
    page = text("output").partition("## Stop it")[2]
    for number in set(read("exit-codes").values()):
        assert re.search(rf"(^\| {number} \||with {number}\b)", page, re.M), number


def test_the_topics_and_the_keys_of_their_messages_are_named():
    promised = read("mqtt")
    messages = promised["topics"].values()
    wanted = {*promised["topics"], *promised["commands on `set`, and what `paused` says then"]}
    wanted |= {key for each in messages for key in keys(each.get("JSON", {}))}
    assert wanted <= code("mqtt-home-assistant", "output", "stability")
    shown = text("mqtt-home-assistant")
    assert "emotion" in promised["discovery"]["entities"]
    for key, entity in promised["discovery"]["entities"].items():
        assert str(entity["name"]).partition(" of ")[0].partition(" labelled")[0] in shown, key


def test_the_http_api_is_named():
    promised = read("http")
    assert set(promised["paths"]) - {"/"} <= set(re.findall(r"/[\w./]*\w", text("web-page")))
    assert set(promised["answers"]["GET /api/history, by"]) <= code("stability")
    shapes = (each for each in promised["answers"].values() if isinstance(each, dict))
    words = set(re.findall(r"\w+", text("web-page") + text("output") + text("stability")))
    assert {key for each in shapes for key in keys(each)} <= words


@pytest.mark.parametrize("name", read("metrics"))
def test_each_metric_is_named(name):
    (sample, *_) = read("metrics")[name]["samples"]
    short = name.removeprefix("emotion_edge")
    page = text("monitoring")
    assert re.search(rf"`(emotion_edge|…){short}(_total)?[`{{]", page), sample


def test_the_python_api_is_named():
    promised = read("python-api")
    named = code("python-api", "stability")
    assert set(promised["names"]) <= named
    assert {field for fields in promised["results"].values() for field in fields} <= named
    assert set(promised["results"]) == {kind.__name__ for kind in FIELDS}
    assert code("stability") >= INSIDE
    page = text("python-api")
    for method in (name.partition(".")[2] for name in promised["calls"] if "." in name):
        assert re.search(rf"\.{method}\(|`{method}", page), method


def test_the_service_is_named():
    promised = read("service")
    credentials: Iterable[str] = promised["in the unit"]["LoadCredential"]
    unit = promised["unit"].rpartition("/")[2]
    assert set(promised["credentials that are read"].values()) <= set(credentials)
    assert {*credentials, *promised["environment"], unit} <= code("stability")
    assert f"`{promised['settings']}`" in text("stability")


def test_the_versions_of_files_are_named():
    promised, page = read("files"), text("stability")
    assert f"contract of version {promised['model']['version']}," in page
    for name in ("taught file", "history"):
        (row,) = (line for line in page.splitlines() if line.startswith(f"| a {name}"))
        assert f"version {promised[name]['version']}" in row
