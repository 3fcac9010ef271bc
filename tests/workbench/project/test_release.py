"""`make release`, up to its builds: tests/pi/test_release.py runs it whole."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from emotion_edge import __version__
from tests.workbench.conftest import REPOSITORY, call

SBOM = REPOSITORY / "edge/packaging/sbom.py"


def git(folder: Path, *arguments: object) -> None:
    """Run git, as somebody."""
    words = ["git", "-C", folder, "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
    assert call(list(map(str, words))).returncode == 0


@pytest.fixture
def clone(tmp_path) -> Path:
    """A clone with the release's script of this folder, committed."""
    if call(["git", "-C", str(REPOSITORY), "rev-parse"]).returncode:
        pytest.skip("not a clone")
    git(tmp_path, "clone", "-q", REPOSITORY, tmp_path / "clone")
    for name in ("edge/packaging/release", "CHANGELOG.md", "edge/emotion_edge/__init__.py"):
        (tmp_path / "clone" / name).write_bytes((REPOSITORY / name).read_bytes())
    (tmp_path / "clone/.venv").symlink_to(sys.prefix)
    exclude = tmp_path / "clone/.git/info/exclude"
    exclude.write_text(exclude.read_text() + ".venv\n")
    git(tmp_path / "clone", "commit", "-qam", "Release", "--allow-empty")
    return tmp_path / "clone"


def release(clone: Path) -> subprocess.CompletedProcess[str]:
    """Run the script, which must refuse."""
    result = call(["edge/packaging/release"], cwd=clone, env={**os.environ, "PYTHONPATH": "edge"})
    assert result.returncode == 2
    assert not (clone / "dist").exists()
    return result


def test_changes_that_are_not_committed_are_refused(clone):
    (clone / "new.txt").touch()
    assert "commit them first" in release(clone).stderr


def test_a_version_without_its_section_in_the_changelog_is_refused(clone):
    changelog = clone / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace(f"## {__version__}", "## 0.0.9"))
    git(clone, "commit", "-qam", "Forget the section")
    assert f'has no section "## {__version__}"' in release(clone).stderr


def test_the_sbom_of_something_else_than_a_wheel_is_refused(tmp_path):
    (tmp_path / "a.whl").write_text("no wheel")
    result = call([sys.executable, SBOM, tmp_path / "a.whl"])
    assert result.returncode == 2
    assert "a.whl: not a wheel" in result.stderr


def test_the_sbom_lists_what_is_installed_and_the_networks(tmp_path):
    words = [sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, REPOSITORY]
    assert call(list(map(str, words))).returncode == 0
    (wheel,) = tmp_path.glob("*.whl")
    result = call([sys.executable, SBOM, wheel], env={**os.environ, "PYTHONPATH": ""})
    assert result.returncode == 0, result.stderr
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(result.stdout) is None
    bom = json.loads(result.stdout)
    assert bom["metadata"]["component"]["version"] == __version__
    found = {each["name"] for each in bom["components"]}
    with zipfile.ZipFile(wheel) as archive:
        networks = {Path(name).name for name in archive.namelist() if name.endswith(".tflite")}
    assert found > {"numpy", "pillow", "ai-edge-litert"} | networks
    assert not {"pip", "emotion-edge", "tensorflow"} & found
    assert str(tmp_path) not in result.stdout
