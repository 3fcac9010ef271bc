"""README and docs/: links resolve, and the names and settings in the text exist."""

import re
import tomllib
from importlib.util import find_spec

import pytest

from tests.edge.command_line import edge
from tests.workbench.conftest import REPOSITORY, WORKSTATION
from tests.workbench.project.documentation import (
    PAGES,
    README,
    anchors,
    blocks,
    inline_code,
    links,
)
from tests.workbench.project.programs import commands, known_options, make_targets, options_in

BLOCKS = blocks()
FOLDERS = "edge|train|convert|evaluation|bench|tests|models|docs"
OTHERS = ("CHANGELOG.md", "models/MODEL_CARD.md", "tests/fixtures/README.md")


def test_the_settings_file_is_read(tmp_path):
    (block,) = (block for block in BLOCKS if block.language == "toml")
    (tmp_path / "edge.toml").write_text(block.text)
    shown = edge("config", "--config", tmp_path / "edge.toml")
    assert shown.returncode == 0, shown.stderr
    for key, value in tomllib.loads(block.text).items():
        assert tomllib.loads(shown.stdout)[key] == value


def test_the_page_of_packages_lists_every_extra():
    page = (REPOSITORY / "docs/packages.md").read_text()
    section = page.partition("## With pip")[2].partition("\n## ")[0]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].keys() - WORKSTATION
    rows = "\n".join(re.findall(r"^\|(.*?)\|", section, re.M))
    assert set(re.findall(r"`([\w-]+)`", rows)) == extras


def test_the_page_on_the_pi_lists_the_extras_that_make_does_not_install_by_itself():
    page = (REPOSITORY / "docs/raspberry-pi.md").read_text()
    section = page.partition("## Add an extra")[2].partition("\n## ")[0]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].keys() - WORKSTATION
    assert set(re.findall(r"^\| `([\w-]+)` \|", section, re.M)) == extras - {
        "all",
        "mqtt",
        "metrics",
        "web",
    }


def test_the_page_on_the_pi_matches_the_installed_service():
    unit = edge("install-service", "--print").stdout
    assert "LoadCredential=emotion-edge.password" in unit
    assert "StateDirectory=emotion-edge\n" in unit
    page = (REPOSITORY / "docs/raspberry-pi.md").read_text()
    assert "/etc/credstore/emotion-edge.password" in page
    assert "`/var/lib/emotion-edge`" in page


@pytest.mark.parametrize(
    "page", [*PAGES, *(REPOSITORY / name for name in OTHERS)], ids=lambda page: page.name
)
def test_links_and_their_anchors_resolve(page):
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert target.is_relative_to(REPOSITORY.resolve()), link
        if anchor:
            assert anchor in anchors(target), link


def test_the_pages_have_links():
    assert sum(len(list(links(page))) for page in PAGES) > 60


def test_readme_is_short_and_links_to_every_page():
    assert len(README.read_text().splitlines()) <= 150
    linked = {(README.parent / link.partition("#")[0]).resolve() for link in links(README)}
    assert set(PAGES) - {README} <= linked


def test_options_programs_targets_and_files_in_backticks_exist(monkeypatch):
    options, targets = known_options(monkeypatch), make_targets()
    inline = [(each.name, code) for each in PAGES for code in inline_code(each)]
    assert len(inline) > 300
    for page, code in inline:
        assert set(options_in(code)) <= options, (page, code)
        if match := re.match(r"emotion-edge ([a-z][\w-]*)", code):
            assert match[1] in commands(), (page, code)
        if match := re.search(r"python -m ([\w.]*\w)", code):
            assert find_spec(match[1]), (page, code)
        if match := re.match(r"(?:sudo )?make ([a-z-]+)", code):
            assert match[1] in targets, (page, code)
        if re.fullmatch(f"({FOLDERS})/[\\w./-]*", code):
            assert (REPOSITORY / code).exists(), (page, code)
