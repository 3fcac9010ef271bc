"""The gate proves a model on every runtime that is installed, and says which one is not."""

import json
import site
import sys
import venv
from pathlib import Path

import pytest

from convert.converter import VARIANTS
from tests.edge.models import INSTALLED, files_of
from tests.workbench.conftest import call
from tests.workbench.convert.reports import read_page, read_report

WHEELS = sys.version_info < (3, 12)  # tflite-runtime has them


@pytest.fixture
def environment(tmp_path) -> Path:
    """A real environment with everything that is installed here but tflite-runtime."""
    venv.create(tmp_path / "venv", symlinks=True)
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    for folder in filter(Path.is_dir, map(Path, site.getsitepackages())):
        for path in folder.iterdir():
            if not path.name.startswith("tflite_runtime"):
                (packages / path.name).symlink_to(path)
    return packages


def convert(packages: Path, build: Path):
    """Run `python -m convert --variant int8` in an environment."""
    python = packages.parents[2] / "bin" / "python"
    return call([python, "-m", "convert", "--build", str(build), "--variant", "int8"])


def test_every_model_names_the_runtimes_that_proved_it(converted):
    build, result = converted
    assert f"300 images on {' and '.join(INSTALLED)} ..." in result.stdout
    report = read_report(build)
    assert report["runtimes"] == INSTALLED
    assert report["versions"].keys() >= {"keras", "numpy", "ai-edge-litert"}
    proven = {each["variant"]: list(each["runtimes"]) for each in report["variants"]}
    assert proven == dict.fromkeys(VARIANTS, INSTALLED)
    for variant in VARIANTS:
        record = files_of(build / f"model.{variant}.tflite")["runtimes.json"]
        assert json.loads(record) == INSTALLED


def test_without_tflite_runtime_litert_alone_is_proven_and_everything_says_so(environment, tiny):
    result = convert(environment, tiny)
    assert result.returncode == 0, result.stderr
    pip = environment.parents[2] / "bin" / "python -m pip"
    cause = f"{pip} install 'numpy<2,>=1.24' tflite-runtime==2.14.0"
    if not WHEELS:
        cause = "it has no wheels for Python {}.{}".format(*sys.version_info)
    unproven = f"not installed here ({cause}), so nothing is proven about it"
    assert f"\ntflite-runtime: {unproven}\n" in result.stdout
    assert "300 images on litert ..." in result.stdout
    report = read_report(tiny)
    assert report["runtimes"] == ["litert"]
    assert report["unproven"] == {"tflite-runtime": unproven}
    assert "tflite-runtime" not in report["versions"]
    (int8,) = report["variants"]
    assert list(int8["runtimes"]) == ["litert"]
    page = " ".join("".join(read_page(tiny).text).split())
    assert "The variants ran on litert, through the code" in page
    assert f"tflite-runtime: {unproven}." in page
    assert json.loads(files_of(tiny / "model.tflite")["runtimes.json"]) == ["litert"]


def test_a_runtime_that_is_installed_but_broken_refuses_the_model(environment, tiny):
    package = environment / "tflite_runtime"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "interpreter.py").write_text("raise ImportError('libtflite.so: no such file')")
    result = convert(environment, tiny)
    assert result.returncode == 1
    assert "refused int8: tflite-runtime: does not run: " in result.stdout
    assert ("libtflite.so" in result.stdout) or ("needs numpy<2" in result.stdout)
    assert "not installed here" not in result.stdout
    assert (tiny / "model.tflite").read_bytes() == b"the former model"
