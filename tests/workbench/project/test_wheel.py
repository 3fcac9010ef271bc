"""The wheel and the sdist, installed as on a Pi, without access to the checkout."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from emotion_edge.commands.service.units import UNITS
from emotion_edge.faces.blazeface import BLAZEFACE
from emotion_edge.faces.face_proposer import FACE_PROPOSER
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
def built(tmp_path_factory) -> Path:
    """A folder with the sdist and the wheel that `python -m build` makes of it."""
    folder = tmp_path_factory.mktemp("dist")
    run_program(sys.executable, "-m", "build", "--outdir", folder, ".", cwd=REPOSITORY)
    return folder


@pytest.fixture(scope="module")
def wheel(built) -> Path:
    """The wheel."""
    (path,) = built.glob("*.whl")
    return path


@pytest.mark.parametrize("damage", ["", "missing", "damaged"])
def test_the_checkout_gives_the_same_wheel_as_the_sdist(damage, built, wheel, tmp_path):
    """Without the network, as in a new clone, the build downloads it."""
    (sdist,) = built.glob("*.tar.gz")
    shutil.unpack_archive(sdist, tmp_path, filter="data")
    (checkout,) = (path for path in tmp_path.iterdir() if path.is_dir())
    network = checkout / "edge/emotion_edge/blazeface.tflite"
    if damage == "missing":
        network.unlink()
    elif damage:
        network.write_bytes(network.read_bytes()[:-1])
    words = ("-m", "build", "--wheel", "--outdir", tmp_path / "dist", ".")
    run_program(sys.executable, *words, cwd=checkout)
    (again,) = (tmp_path / "dist").glob("*.whl")
    assert again.read_bytes() == wheel.read_bytes()


def test_twine_accepts_both(built):
    result = run_program(
        sys.executable, "-m", "twine", "check", "--strict", *built.iterdir(), cwd="/"
    )
    assert result.stdout.count("PASSED") == 2


def test_the_wheel_contains_edge_with_its_networks_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        for network in (SHIPPED, FACE_PROPOSER.path, BLAZEFACE.path):
            assert archive.read(f"emotion_edge/{network.name}") == network.read_bytes()
    top = {Path(name).parts[0] for name in names}
    assert {Path(name).name for name in names if "/emotion-edge" in name} == set(UNITS)
    assert "emotion_edge/py.typed" in names
    for folder in ("texts", "output/web/page"):
        files = {path.name for path in (REPOSITORY / "edge/emotion_edge" / folder).iterdir()}
        assert {Path(name).name for name in names if f"/{folder}/" in name} == files
    licences = {name.partition("/licenses/")[2] for name in names} - {""}
    assert licences == {"LICENSE", "models/BLAZEFACE.md", "models/LICENSE"}
    assert top == {"emotion_edge", wheel.name.rsplit("-py3", 1)[0] + ".dist-info"}


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_pip_install_gives_a_working_command(kind, built, tmp_path):
    (package,) = built.glob(kind)
    run_program(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    binaries = tmp_path / "venv" / "bin"
    run_program(binaries / "pip", "install", "--quiet", package, cwd=tmp_path)
    Image.fromarray(data.astronaut()).save(tmp_path / "photo.jpg")
    labelled = run_program(
        binaries / "emotion-edge", *["run", "--source", "photo.jpg"], cwd=tmp_path
    )
    (line,) = map(json.loads, labelled.stdout.splitlines())
    assert (line["label"], line["box"] is None) == ("happy", False)
    for module in ABSENT:
        failed = run_program(
            binaries / "python", "-c", f"import {module}", cwd=tmp_path, check=False
        )
        assert f"No module named '{module}'" in failed.stderr


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="tflite-runtime has no newer wheels")
def test_the_second_runtime_works_beside_the_first(wheel, tmp_path):
    run_program(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    binaries = tmp_path / "venv" / "bin"
    run_program(binaries / "pip", "install", "--quiet", f"{wheel}[tflite-runtime]", cwd=tmp_path)
    for runtime in ("litert", "tflite-runtime"):
        words = ("info", INT8, "--runtime", runtime)
        shown = run_program(binaries / "emotion-edge", *words, cwd=tmp_path).stdout
        assert f"runtime: {runtime}" in shown


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
        ((*RUN, "clip.mp4"), 2),
        ((*RUN, "v4l2:./clip.mp4", "--faces", "off"), 2),
        ((*RUN, "red.png", "--metrics", free_port()), 0),
        ((*RUN, "v4l2:/dev/null", "--indicator", "GPIO17"), 2),
        (("forget", "--to", "mqtt://127.0.0.1:9/hall"), 1),
    ],
    ids=("video", "webcam", "metrics", "indicator", "mqtt"),
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
    extras = project["optional-dependencies"].keys() - WORKSTATION - {"all"}
    (whole,) = project["optional-dependencies"]["all"]
    assert set(re.search(r"\[(.*)\]", whole)[1].split(",")) == extras - {"tflite-runtime"}
    program = "import sys; from emotion_edge.util.installation import install_hint"
    program += "; print(*map(install_hint, sys.argv[1:]), sep='\\n')"
    lines = run_program(bare / "python", "-c", program, *extras, cwd="/").stdout.splitlines()
    for extra, line in zip(extras, lines, strict=True):
        assert re.search("-m pip install .*[<>=]=|has no packages for Python", line), (extra, line)
