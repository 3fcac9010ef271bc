"""The forms for issues: they parse as GitHub reads them, and name what exists."""

import json
import re
import shlex

import pytest
import yaml

from emotion_edge import __version__
from tests.edge.command_line import edge
from tests.workbench.conftest import REPOSITORY
from tests.workbench.project.programs import commands, known_options, options_in

FOLDER = REPOSITORY / ".github" / "ISSUE_TEMPLATE"
FORMS = {path.stem: path for path in sorted(FOLDER.glob("*.yml")) if path.stem != "config"}
# https://docs.github.com/communities: what a form may hold, and what its parts may.
KEYS = {"name", "description", "title", "labels", "assignees", "projects", "type", "body"}
ATTRIBUTES = {
    "markdown": {"value"},
    "textarea": {"label", "description", "placeholder", "value", "render"},
    "input": {"label", "description", "placeholder", "value"},
    "checkboxes": {"label", "description", "options"},
}


def load(name: str) -> dict:
    return yaml.safe_load(FORMS[name].read_text(encoding="utf-8"))


def words_of(value: object) -> str:
    """Return all texts of a form."""
    if isinstance(value, dict):
        return "\n".join(map(words_of, value.values()))
    return "\n".join(map(words_of, value)) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_has_only_what_github_knows(name):
    form = load(name)
    assert form.keys() <= KEYS
    assert all(form[key] for key in ("name", "description", "body"))
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    assert any(part.get("validations", {}).get("required") for part in asked)
    ids = [part["id"] for part in asked]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w-]+", each) for each in ids)
    for part in form["body"]:
        assert part.keys() <= {"type", "id", "attributes", "validations"}
        assert part["attributes"].keys() <= ATTRIBUTES[part["type"]]
        assert "value" in part["attributes"] or part["attributes"]["label"]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_names_commands_options_and_files_that_exist(name, monkeypatch):
    text = words_of(load(name))
    codes = re.findall(r"`([^`]+)`", text)
    for code in codes:
        assert set(options_in(code)) <= known_options(monkeypatch), code
        if code.startswith("emotion-edge ") and not code.endswith("--version"):
            assert shlex.split(code)[1] in commands(), code
    for path in re.findall(r"\b[\w/]+\.md\b", text):
        assert (REPOSITORY / path).exists(), path


@pytest.mark.parametrize("name", sorted(set(FORMS) - {"board"}))
def test_a_form_asks_for_no_photographs_of_people(name):
    assert re.search(r"no photograph", words_of(load(name)))


def test_the_form_for_bugs_asks_for_what_doctor_prints(tmp_path):
    form = load("bug")
    asked = {part.get("id"): part for part in form["body"]}
    (code,) = re.findall(r"`emotion-edge (doctor[^`]*)`", words_of(asked["doctor"]))
    printed = edge(*code.split(), cwd=tmp_path)
    assert printed.returncode in (0, 1), printed.stderr
    assert {"model", "runtime", "python"} <= {each["check"] for each in json.loads(printed.stdout)}
    assert asked["doctor"]["attributes"]["render"] == "json"
    for name in ("doctor", "version", "board", "system"):
        assert asked[name]["validations"]["required"]
    assert edge("--version").stdout == f"emotion-edge {__version__}\n"


def test_the_form_for_a_board_asks_for_what_bench_writes(tmp_path):
    code = re.findall(r"`emotion-edge (bench[^`]*)`", words_of(load("board")))
    for page in ("CONTRIBUTING.md", "docs/benchmarks.md"):
        shown = re.findall(r"^emotion-edge (bench[^#\n]*)", (REPOSITORY / page).read_text(), re.M)
        assert {*map(str.strip, shown)} == {*code}, page
    for words in {*code}:
        done = edge(*words.split(), "--frames", 2, "--faces", "off", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"my-pi.json", "my-pi-4.json"}
    for path in tmp_path.iterdir():
        assert {"board", "machine", "milliseconds"} <= json.loads(path.read_text()).keys()


def test_issues_go_through_a_form():
    config = yaml.safe_load((FOLDER / "config.yml").read_text(encoding="utf-8"))
    assert config == {"blank_issues_enabled": False}
    assert set(FORMS) == {"bug", "board", "wrong_label", "idea"}
