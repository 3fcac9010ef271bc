"""The wheel, installed as on a Pi, without access to the checkout."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from emotion_edge.model.model_file import SHIPPED
from tests.edge.brokers.mosquitto import free_port
from tests.edge.models import INT8
from tests.edge.pictures import save
from tests.workbench.conftest import REPOSITORY, WORKSTATION, call

ABSENT = ("tensorflow", "keras", "train", "convert", "evaluation")


def run_program(
    *command: object, cwd: Path, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, without PYTHONPATH; check: assert that it succeeds."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = call(list(map(str, command)), cwd=cwd, env=environment, timeout=600)
    assert not check or result.returncode == 0, result.stdout + result.stderr
    return result


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel that `make wheel` builds."""
    folder = tmp_path_factory.mktemp("dist")
    run_program(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ".", cwd=REPOSITORY)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_contains_edge_with_its_model_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert archive.read("emotion_edge/emotion-compact.tflite") == SHIPPED.read_bytes()
    top = {Path(name).parts[0] for name in names}
    assert "emotion_edge/emotion-edge.service" in names
    assert "emotion_edge/py.typed" in names
    for folder in ("texts", "output/web/page"):
        files = {path.name for path in (REPOSITORY / "edge/emotion_edge" / folder).iterdir()}
        assert {Path(name).name for name in names if f"/{folder}/" in name} == files
    assert any(name.endswith(".dist-info/licenses/models/LICENSE") for name in names)
    assert top == {"emotion_edge", wheel.name.rsplit("-py3", 1)[0] + ".dist-info"}


@pytest.mark.parametrize("runtime", ["litert", "tflite-runtime"])
def test_wheel_numpy_and_one_runtime_give_a_working_command(wheel, runtime, tmp_path):
    if runtime == "tflite-runtime" and sys.version_info >= (3, 12):
        pytest.skip("tflite-runtime has no wheels beyond Python 3.11")
    run_program(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    binaries = tmp_path / "venv" / "bin"
    run_program(binaries / "pip", "install", "--quiet", f"{wheel}[{runtime}]", cwd=tmp_path)
    save(tmp_path / "red.png", "red")
    command = binaries / "emotion-edge"
    result = run_program(command, "run", "--model", INT8, "--source", "red.png", cwd=tmp_path)
    assert json.loads(result.stdout)["label"] == "red"
    assert f"runtime: {runtime}" in run_program(command, "info", INT8, cwd=tmp_path).stdout
    shipped = run_program(command, "run", "--source", "red.png", cwd=tmp_path)
    assert len(json.loads(shipped.stdout)["scores"]) == 7
    for module in ABSENT:
        failed = run_program(
            binaries / "python", "-c", f"import {module}", cwd=tmp_path, check=False
        )
        assert f"No module named '{module}'" in failed.stderr


@pytest.fixture(scope="module")
def bare(wheel, tmp_path_factory) -> Path:
    """The folder of the programs of an environment with the wheel, without any extra."""
    folder = tmp_path_factory.mktemp("bare")
    run_program(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    run_program(folder / "venv/bin/pip", "install", "--quiet", wheel, cwd=folder)
    save(folder / "red.png", "red")
    (folder / "clip.mp4").write_bytes(bytes(1000))
    return folder / "venv" / "bin"


RUN = ("run", "--model", INT8, "--source")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("info", INT8), 0),
        ((*RUN, "red.png", "--faces", "on"), 0),
        ((*RUN, "clip.mp4"), 2),
        ((*RUN, "v4l2:./clip.mp4", "--faces", "off"), 2),
        ((*RUN, "red.png", "--metrics", free_port()), 0),
        ((*RUN, "v4l2:/dev/null", "--indicator", "GPIO17"), 2),
        (("forget", "--to", "mqtt://127.0.0.1:9/hall"), 1),
    ],
    ids=("litert", "face detector", "video", "webcam", "metrics", "indicator", "mqtt"),
)
def test_the_command_in_the_error_installs_what_is_missing(bare, arguments, code):
    words, installed = (bare / "emotion-edge", *arguments), []
    result = run_program(*words, cwd=bare.parents[1], check=False)
    while install := re.search(rf"{bare}/python[0-9.]* -m pip install .*", result.stderr):
        assert result.returncode == 2 and install[0] not in installed, result.stderr
        installed.append(install[0])
        run_program("sh", "-c", f"exec {install[0]}", cwd="/")
        result = run_program(*words, cwd=bare.parents[1], check=False)
    assert installed and result.returncode == code, result.stderr


def test_every_extra_for_the_pi_has_packages(bare):
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].keys() - WORKSTATION
    program = "import sys; from emotion_edge.util.installation import install_hint"
    program += "; print(*map(install_hint, sys.argv[1:]), sep='\\n')"
    lines = run_program(bare / "python", "-c", program, *extras, cwd="/").stdout.splitlines()
    for extra, line in zip(extras, lines, strict=True):
        assert re.search("-m pip install .*[<>=]=|has no packages for Python", line), (extra, line)
