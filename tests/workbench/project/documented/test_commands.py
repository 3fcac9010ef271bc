"""Every command in README and docs/ is run here or by a test that the registry names."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.workbench.conftest import REPOSITORY, SET_BY_MAKE, call
from tests.workbench.project.documentation import OTHER, SHELL, Block, blocks
from tests.workbench.project.documented.commands import FILTERS, RUN
from tests.workbench.project.documented.elsewhere import ELSEWHERE
from tests.workbench.project.programs import accept, main_of, make_targets

BLOCKS = blocks()
SHELL_BLOCKS = {block.key: block for block in BLOCKS if block.language in SHELL}


def test_every_block_names_its_language_and_every_command_is_in_a_shell_block():
    for block in BLOCKS:
        assert block.language in (*SHELL, *OTHER), (block.page, block.text)
        if block.language in ("text", "json"):
            assert not re.search(r"^(\$ |make |emotion-edge |\.venv/)", block.text, re.M), block


def test_every_shell_block_is_run_here_or_the_registry_names_the_test_that_does():
    assert len(SHELL_BLOCKS) == sum(block.language in SHELL for block in BLOCKS), (
        "two blocks have the same key"
    )
    assert set(RUN) <= set(SHELL_BLOCKS), "RUN has a block that no page has"
    others = [SHELL_BLOCKS[key].commands() for key in SHELL_BLOCKS.keys() - RUN.keys()]
    named = {" ".join(words) for block in others for words in block if words[0] not in FILTERS}
    assert named == set(ELSEWHERE), "add new blocks to RUN, or their commands to ELSEWHERE"


def run_block(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell block in a folder whose bin/ comes first in the search path."""
    programs = (folder / "bin", Path(sys.executable).parent, os.environ["PATH"])
    environment = {name: value for name, value in os.environ.items() if name not in SET_BY_MAKE}
    environment |= {
        "HOME": str(folder),
        "PATH": os.pathsep.join(map(str, programs)),
        "PYTHONPATH": f"{REPOSITORY / 'edge'}:{REPOSITORY}",
    }
    return call(["bash", "-euo", "pipefail", "-c", text], cwd=folder, env=environment)


@pytest.mark.parametrize("key", RUN, ids=": ".join)
def test_a_block_runs_unchanged(key, tiny_build, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    RUN[key](tmp_path, tiny_build)
    result = run_block(SHELL_BLOCKS[key].text, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    if key[0] == "output.md":
        drawn, shown = (
            np.asarray(Image.open(folder / "docs/output.jpg")).astype(int)
            for folder in (tmp_path, REPOSITORY)
        )
        assert np.abs(drawn - shown).mean() < 1


@pytest.mark.parametrize("command", ELSEWHERE)
def test_the_place_that_covers_a_command_elsewhere_exists(command):
    _, name, text = ELSEWHERE[command]
    assert text in (REPOSITORY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("key", SHELL_BLOCKS, ids=": ".join)
def test_every_command_is_accepted_by_its_program(key, monkeypatch):
    for program, *arguments in SHELL_BLOCKS[key].commands():
        if program == "emotion-edge":
            accept(main_of("emotion_edge"), [program, *arguments], monkeypatch)
        elif program == "python" and arguments[0] == "-m":
            accept(main_of(arguments[1]), [program, *arguments[2:]], monkeypatch)
        elif program == "make":
            assert {word for word in arguments if "=" not in word} <= make_targets()


def test_the_commands_of_a_block_are_parsed():
    text = "sudo make a b=1   # c d\nx 'y z' | /bin/w - > f\n$ no\n"
    assert Block("p", "sh", text).commands() == [
        ["make", "a", "b=1"],
        ["x", "y z"],
        ["w", "-"],
        ["$", "no"],
    ]
    text = "$ a & b -t '#' &\n$ c \\\n    d\nsaid\n"
    assert Block("p", "console", text).commands() == [["a"], ["b", "-t", "#"], ["c", "d"]]
