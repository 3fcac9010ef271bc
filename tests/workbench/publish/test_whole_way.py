"""The whole way on docs/updates.md, from the first key to a rollback, with a daemon that runs."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from emotion_edge.installed.status import read_status
from emotion_edge.model.model_file import SHIPPED, read_model
from tests.edge.models import INT8
from tests.edge.recordings import write_changing_colours
from tests.edge.waiting import until
from tests.workbench.project.documentation import blocks

SHA = {path: read_model(path).sha256 for path in (SHIPPED, INT8)}


class Shell:
    """A shell in which `sudo` does nothing and `emotion-edge` uses folders of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.options = ["--models", str(folder / "models"), "--run-dir", str(folder / "run")]
        (folder / "run").mkdir()
        (folder / "bin").mkdir()
        self._program("sudo", 'exec "$@"')
        program = f"exec {sys.executable} -m emotion_edge"
        self._program(
            "emotion-edge",
            f'[ "$1" = info ] && {program} "$@" {shlex.join(self.options[:2])}\n'
            f'{program} "$@" {shlex.join(self.options)} --watch 1',
        )

    def _program(self, name: str, text: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def __call__(self, text: str, *words: str) -> subprocess.CompletedProcess[str]:
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            ["sh", "-ec", text, "sh", *words],
            env={**os.environ, "PATH": path},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def does(self, text: str, *words: str) -> str:
        """Run what must succeed, and return its output."""
        result = self(text, *words)
        assert result.returncode == 0, result.stderr
        return result.stdout


@pytest.fixture
def shell(tmp_path):
    (tmp_path / "device").mkdir()
    return Shell(tmp_path / "device")


@pytest.fixture
def daemon(shell, tmp_path):
    """The daemon; a function that waits until it uses a model."""
    source = f"replay:{write_changing_colours(tmp_path / 'recording', seconds=600)}"
    words = [sys.executable, "-m", "emotion_edge", "run", "--source", source, "--faces", "off"]
    with subprocess.Popen([*words, *shell.options], stdout=subprocess.DEVNULL) as process:

        def uses(model: Path) -> None:
            def found() -> bool:
                status = read_status(shell.folder / "run")
                return bool(status and status.frames and status.model == SHA[model])

            until(found, f"the daemon with {model}")

        yield uses
        process.kill()


def block(begin: str) -> str:
    """Return the page's block that begins so."""
    (found,) = (each.text for each in blocks() if each.text.startswith(begin))
    return str(found)


def test_from_publishing_to_a_rollback(publisher, url, shell, daemon):
    publisher.release("2026-11", 100, INT8)
    daemon(SHIPPED)
    (shell.folder / "1.root.json").write_bytes(publisher.root_file().read_bytes())
    enrol = block("sudo emotion-edge update --enrol")
    address = f"{url}/{publisher.repository.name}/"
    said = shell.does(enrol.replace("https://models.example/", address))
    assert "1 release(s) there, for this device: 2026-11" in said
    said = shell.does(block("sudo emotion-edge update --check"))
    assert "this device should run 2026-11, and runs emotion-compact" in said
    assert "2026-11 is in use; emotion-compact was before" in said
    daemon(INT8)
    publisher.does("percent", "2026-11", 0)
    publisher.release("2026-12", 100, SHIPPED)
    assert "2026-12 is in use; 2026-11 was before" in shell.does("sudo emotion-edge update")
    daemon(SHIPPED)
    said = shell.does(block("sudo emotion-edge install-model --rollback"))
    assert "2026-11 is in use; 2026-12 was before" in said
    assert "emotion-edge update will not take 2026-12 again" in said
    daemon(INT8)
    said = shell.does("emotion-edge update")
    assert "2026-12 is newer, but was rejected: somebody rolled back from it" in said
    assert "emotion-compact is in use; 2026-11 was before" in said
    daemon(SHIPPED)
    publisher.does("percent", "2026-11", 100)
    assert "2026-11 is in use; emotion-compact was before" in shell.does("emotion-edge update")
    daemon(INT8)


def test_by_hand(shell, daemon):
    daemon(SHIPPED)
    (shell.folder / "better.tflite").write_bytes(INT8.read_bytes())
    said = shell.does(block("sudo emotion-edge install-model better.tflite"))
    assert "in use: better, sha256 " in said
    assert "before: emotion-compact, which comes with this program" in said
    daemon(INT8)


@pytest.fixture
def mender(shell):
    """A function that calls the page's update module with a state, as Mender does."""
    module, tree = block("#!/bin/sh\n# $1: the state"), shell.folder / "tree"
    for name in ("files", "tmp"):
        (tree / name).mkdir(parents=True)
    return lambda state: shell(module, state, str(tree)), tree


def test_mender_installs_and_rolls_back(mender, daemon):
    call, tree = mender
    daemon(SHIPPED)
    assert call("SupportsRollback").stdout == "Yes\n"
    assert call("NeedsArtifactReboot").stdout == "No\n"
    (tree / "files" / "new.tflite").write_bytes(INT8.read_bytes())
    assert call("ArtifactInstall").returncode == 0
    daemon(INT8)
    assert call("ArtifactRollback").returncode == 0
    daemon(SHIPPED)
    assert call("Cleanup").returncode == 0


def test_what_went_back_by_itself_is_not_rolled_back_by_mender(mender, shell, daemon):
    call, tree = mender
    daemon(SHIPPED)
    shell.does(f"emotion-edge install-model {INT8}")
    (tree / "files" / "bad.tflite").write_bytes(b"garbage")
    assert call("ArtifactInstall").returncode == 2
    assert call("ArtifactRollback").returncode == 0
    daemon(INT8)
    (tree / "files" / "bad.tflite").write_bytes(INT8.read_bytes())  # what is in use already
    assert call("ArtifactInstall").returncode == 0
    assert call("ArtifactRollback").returncode == 0
    daemon(INT8)
