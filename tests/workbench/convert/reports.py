"""Run conversions and read their reports."""

import json
import os
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np

from tests.workbench.conftest import run_in_process
from tests.workbench.tiny_build import seal

INPUTS = ("model.keras", "contract.json", "calibration.npz", "temperature.npz", "holdout.npz")
Start = Callable[..., subprocess.CompletedProcess[str]]
REPORTS = {"convert_report.html", "convert_report.json"}


def read_report(build: Path) -> dict:
    """Return the conversion's report."""
    return json.loads((build / "convert_report.json").read_text())


class Page(HTMLParser):
    """The tags, texts and URLs of an HTML page."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.urls += [v for k, v in attrs if k in ("src", "href") and v[0] != "#"]

    def handle_data(self, data):
        self.text.append(data)


def read_page(build: Path) -> Page:
    """Return the conversion's HTML report."""
    page = Page()
    page.feed((build / "convert_report.html").read_text())
    return page


def assert_refused(
    build: Path, code: int, words: str, *arguments: object, start: Start = run_in_process
) -> str:
    """Assert that the conversion fails with one line of error and writes no model; return stdout.

    code: the exit code. With 1 the reports are written, with 2 nothing is.
    words: part of the error line or of stdout.
    """
    before = {path.name: path.read_bytes() for path in build.iterdir()}
    result = start("convert", "--build", build, *arguments)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    errors = [line for line in result.stderr.splitlines() if "convert: error" in line]
    assert len(errors) == 1
    assert words in errors[0] + result.stdout
    after = {path.name: path.read_bytes() for path in build.iterdir()}
    assert {n: c for n, c in after.items() if n not in REPORTS} == before
    assert (set(after) >= REPORTS) == (code == 1)
    return result.stdout


def customised(folder: Path, program: str) -> dict[str, str]:
    """Return an environment in which Python runs this code before any program."""
    (folder / "sitecustomize.py").write_text(program)
    search_path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": search_path}


def darken_calibration(build: Path) -> None:
    """Darken the calibration images, so that activations of the holdout exceed their ranges."""
    with np.load(build / "calibration.npz") as archive:
        changed = {**archive, "images": archive["images"] // 40}
    np.savez(build / "calibration.npz", **changed)
    seal(build)
