"""Every command in README and docs/ is run here or by a test that the registry names."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.workbench.conftest import REPOSITORY, SET_BY_MAKE
from tests.workbench.project.documentation import (
    OTHER,
    SHELL,
    Block,
    blocks,
)
from tests.workbench.project.documented_commands import ELSEWHERE, FILTERS, RUN
from tests.workbench.project.programs import accept, main_of, make_targets

BLOCKS = blocks()
SHELL_BLOCKS = {block.key: block for block in BLOCKS if block.language in SHELL}


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
