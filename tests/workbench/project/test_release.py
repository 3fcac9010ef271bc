"""The script of `make release`, and its SBOM."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from emotion_edge import __version__
from tests.workbench.conftest import REPOSITORY, call

# keepachangelog.com/en/1.1.0
TYPES = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
AWAY = "[away](https://example.org/a)"
LINK = re.compile(r"\]\(([^)]*)\)")
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
    scripts = ("edge/packaging/release", "edge/packaging/without_links.sed")
    for name in (*scripts, "CHANGELOG.md", "edge/emotion_edge/__init__.py"):
        (tmp_path / "clone" / name).write_bytes((REPOSITORY / name).read_bytes())
    (tmp_path / "clone/.venv").symlink_to(sys.prefix)
    exclude = tmp_path / "clone/.git/info/exclude"
    exclude.write_text(exclude.read_text() + ".venv\n")
    git(tmp_path / "clone", "commit", "-qam", "Release", "--allow-empty")
    return tmp_path / "clone"


def release(clone: Path) -> subprocess.CompletedProcess[str]:
    """Run the script. The Debian packages are compressed less, which is quicker."""
    environment = {**os.environ, "PYTHONPATH": "edge", "DPKG_DEB_COMPRESSOR_LEVEL": "1"}
    return call(["edge/packaging/release"], cwd=clone, env=environment)


def refuse(clone: Path) -> str:
    """Run the script, which must refuse; return its stderr."""
    result = release(clone)
    assert result.returncode == 2
    assert not (clone / "dist").exists()
    return result.stderr


def test_a_release_has_all_its_files(clone):
    (clone / "dist").mkdir()
    (clone / "dist/older.whl").touch()
    exclude = clone / ".git/info/exclude"  # as what a user ignores in all repositories
    exclude.write_text(exclude.read_text() + "*.swp\n")
    (clone / "edge/emotion_edge/.errors.py.swp").touch()
    changelog = clone / "CHANGELOG.md"
    newer, heading, notes = changelog.read_text().partition(f"## {__version__} ")
    notes = notes.replace("### Added\n", f"### Added\n\n- {AWAY}, [a\nb](c.md).", 1)
    changelog.write_text(newer + heading + notes)
    git(clone, "commit", "-qam", "Add links")
    result = release(clone)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in (clone / "dist").iterdir()} == {
        f"emotion_edge-{__version__}-py3-none-any.whl",
        f"emotion_edge-{__version__}.tar.gz",
        f"emotion-edge_{__version__}_amd64.deb",
        f"emotion-edge_{__version__}_arm64.deb",
        f"emotion-edge-{__version__}.cdx.json",
        *("NOTES.md", "SHA256SUMS"),
    }
    sums = call(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=clone / "dist")
    assert sums.stdout.count(": OK\n") == 6 and sums.returncode == 0
    (wheel,) = (clone / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".swp")]
    notes = (clone / "dist/NOTES.md").read_text()
    assert notes.startswith(f"# emotion-edge {__version__}\n")
    assert "### Added" in notes and "\n## " not in notes
    assert [target for target in LINK.findall(notes) if "://" not in target] == []
    assert f"- {AWAY}, a\nb." in notes and "`[indicator]`" in notes


def test_the_changelog_has_a_place_for_the_next_change_and_the_usual_headings():
    lines = (REPOSITORY / "CHANGELOG.md").read_text().splitlines()
    versions = [line for line in lines if line.startswith("## ")]
    assert versions[0] == "## Unreleased"
    assert versions[1].startswith(f"## {__version__} - ")
    assert {line for line in lines if line.startswith("### ")} <= {f"### {each}" for each in TYPES}


def test_what_is_no_clone_is_refused(clone):
    shutil.rmtree(clone / ".git")
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(clone.parent), "PYTHONPATH": "edge"}
    result = call(["edge/packaging/release"], cwd=clone, env=environment)
    assert result.returncode == 2
    assert "this is no clone" in result.stderr


def test_changes_that_are_not_committed_are_refused(clone):
    (clone / "new.txt").touch()
    assert "commit them first" in refuse(clone)


def test_a_version_without_its_section_in_the_changelog_is_refused(clone):
    changelog = clone / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace(f"## {__version__}", "## 0.0.9"))
    git(clone, "commit", "-qam", "Forget the section")
    assert f'has no section "## {__version__}"' in refuse(clone)


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
    assert all(len(each["hashes"][0]["content"]) == 64 for each in bom["components"])
    (needs,) = (each for each in bom["dependencies"] if each["ref"].startswith("emotion-edge"))
    assert networks < set(needs["dependsOn"])
    assert found > {"numpy", "pillow", "ai-edge-litert"} | networks
    assert not {"pip", "emotion-edge", "tensorflow"} & found
    assert str(tmp_path) not in result.stdout
