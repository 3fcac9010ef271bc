"""Somebody who publishes, and devices that read what a web server serves."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, TargetFile
from tuf.ngclient import Updater

from convert.publish import lifetimes
from convert.publish.keys import KeyFolder
from convert.publish.releases import signers_of
from convert.publish.repository import Repository, opened_repository, read_repository
from tests.edge.models import INT8, with_files
from tests.workbench.conftest import call, command, digests, run_in_process


class Publisher:
    """A repository, its keys, and the program. It is called with the words of a command line."""

    def __init__(self, folder: Path) -> None:
        """Choose the places: all below `folder`."""
        self.folder, self.repository = folder, folder / "models"
        self.keys, self.root_keys = folder / "keys", folder / "stick" / "root"

    def words(self, name: str, *arguments: object) -> list[str]:
        """Return a command line with the places that the command needs."""
        words = [name, "--repository", self.repository]
        words += ["--keys", self.keys] if name != "show" else []
        words += ["--root-keys", self.root_keys] if name in ("init", "rotate") else []
        return [*map(str, [*words, *arguments])]

    def __call__(
        self, name: str, *arguments: object, **options: object
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own and return its result."""
        return call(command("convert.publish", *self.words(name, *arguments)), **options)

    def quick(self, name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a command in this process, and return its result."""
        return run_in_process("convert.publish", *self.words(name, *arguments))

    def does(self, name: str, *arguments: object) -> str:
        """Run a command, which must succeed, and return its output."""
        result = self.quick(name, *arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def model(self, name: str) -> Path:
        """Return the file of a model that works and that no other name has."""
        path = self.folder / f"{name}.tflite"
        path.write_bytes(with_files(INT8, more={"name.txt": name.encode()}))
        return path

    def release(self, name: str, percent: object = 100, file: Path | None = None) -> str:
        """Publish a model, by default one of its own."""
        return self.does("release", file or self.model(name), "--name", name, "--percent", percent)

    def refuses(self, name: str, *arguments: object) -> str:
        """Run a command, which must end with exit code 2, and return the one line of its error."""
        before = digests(self.folder)
        result = self.quick(name, *arguments)
        assert result.returncode == 2, (result.stdout, result.stderr)
        assert digests(self.folder) == before
        *usage, line = result.stderr.splitlines()
        assert not usage or usage[0].startswith("usage: ")
        return line

    def root_file(self, version: int = 1) -> Path:
        """Return the file with which devices are enrolled."""
        return self.repository / "metadata" / f"{version}.root.json"

    def read(self) -> Repository:
        """Return the repository's metadata."""
        return read_repository(self.repository)

    def key_file(self, role: str) -> Path:
        """Return the file of the key that devices trust for a role."""
        key = self.read().root.signed.roles[role].keyids[0]
        return (self.root_keys if role == "root" else self.keys) / f"{role}-{key[:8]}.pem"

    def sign(self, monkeypatch: pytest.MonkeyPatch, left: dict[str, timedelta]) -> None:
        """Sign everything anew; `left` has the time until it expires, of some roles."""
        lives = lifetimes.LIFETIMES | left
        with monkeypatch.context() as patch:
            patch.setattr(
                "convert.publish.repository.expiry", lambda role: lifetimes.now() + lives[role]
            )
            with opened_repository(self.repository) as opened:
                root = opened.root.signed
                opened.publish(signers_of(KeyFolder("--keys", self.keys), root))
                opened.publish_root([KeyFolder("--root-keys", self.root_keys).signer("root", root)])


class Device:
    """A client of TUF that was enrolled with a root."""

    def __init__(self, folder: Path, url: str, root: bytes) -> None:
        """Enrol: `folder` keeps what the device trusts, `url` is that of the repository."""
        self.metadata, self.url, self.root = folder, url, root
        folder.mkdir()

    def updater(self) -> Updater:
        """Return a client that has checked everything; raises an error of TUF's."""
        updater = Updater(
            str(self.metadata),
            f"{self.url}/metadata/",
            target_base_url=f"{self.url}/targets/",
            bootstrap=self.root,
        )
        updater.refresh()
        return updater

    def check(self) -> dict[str, TargetFile]:
        """Check for releases and return them, by name."""
        self.updater()
        targets = Metadata.from_file(str(self.metadata / "targets.json")).signed.targets
        return {path.removesuffix(".tflite"): target for path, target in targets.items()}

    def download(self, name: str) -> bytes:
        """Return the bytes of a release's model."""
        updater, file = self.updater(), self.metadata / "model"
        updater.download_target(updater.get_targetinfo(f"{name}.tflite"), str(file))
        return file.read_bytes()
