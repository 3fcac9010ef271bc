"""A device that takes models from a repository. Its models are only files here."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from emotion_edge.errors import RunError, UserError
from emotion_edge.updates.fetcher import Pace
from emotion_edge.updates.installing import Device, InUse, UnfitError
from emotion_edge.updates.state import UpdateState, read_state
from emotion_edge.updates.update import enrol, update
from tests.edge.updates.publisher import Publisher
from tests.edge.updates.server import Web

# So that a test of a slow server ends soon. Nothing honest is that slow here.
QUICK = Pace(silence=5, patience=8, slowest=1 << 20)


@dataclass
class Models:
    """Stands for `emotion_edge.installed`.

    unfit, stalls: what does not work, for sure or perhaps by chance. broken: raised instead.
    """

    folder: Path
    installed: list[bytes] = field(default_factory=list)
    unfit: list[bytes] = field(default_factory=list)
    stalls: list[bytes] = field(default_factory=list)
    broken: Exception | None = None
    name: str = "emotion-compact"

    @property
    def content(self) -> bytes:
        """The model in use."""
        return self.installed[-1] if self.installed else b""

    def in_use(self) -> InUse:
        sha256 = hashlib.sha256(self.content).hexdigest() if self.installed else None
        return InUse(self.name, sha256)

    def install(self, file: Path, name: str) -> Iterator[str]:
        content = file.read_bytes()
        yield f"trying {name}"
        if self.broken:
            raise self.broken
        if content in self.unfit:
            raise UnfitError("its self-test fails")
        if content in self.stalls:
            raise UnfitError("it stalls", certain=False)
        self.installed.append(content)
        self.name = name
        yield f"{name} is in use"

    def settle(self) -> str:
        return ""

    def leave(self, avoid: Collection[str]) -> Iterator[str]:
        *_, before, _ = [b"", *self.installed]
        bare = hashlib.sha256(before).hexdigest() in avoid
        self.installed = [before] if before and not bare else []
        self.name = "before" if self.installed else "emotion-compact"
        yield f"{self.name} is in use"


class TriedDevice:
    """A device, its repository, and the server between them."""

    def __init__(self, folder: Path, publisher: Publisher, web: Web) -> None:
        self.folder, self.publisher, self.web = folder, publisher, web
        self.models = Models(folder)
        self.device = Device(
            models=folder / "models", installer=self.models, id="0", version="1.0.0", pace=QUICK
        )

    def be(self, **changes: Any) -> None:
        """Change the device."""
        self.device = replace(self.device, **changes)

    def enrol(self, url: str | None = None, root: bytes | None = None) -> list[str]:
        file = self.folder / "root.json"
        file.write_bytes(root or self.publisher.root)
        return list(enrol(self.device, url or self.web.url, file))

    def update(self, **options: bool) -> list[str]:
        return list(update(self.device, **options))

    @property
    def state(self) -> UpdateState:
        return read_state(self.device.models)

    def trusted(self, *roles: str) -> dict[str, bytes]:
        """Return the trusted metadata."""
        folder = self.device.models / "metadata"
        names = roles or ("root", "timestamp", "snapshot", "targets")
        return {name: (folder / f"{name}.json").read_bytes() for name in names}

    def is_refused(self, *words: str, keeps: tuple[str, ...] = ()) -> str:
        """Check that an update fails with these words, and changes nothing.

        keeps: the roles whose metadata stays; default: all.
        """
        before, content = self.trusted(*keeps), self.models.content
        with pytest.raises((RunError, UserError)) as caught:
            self.update()
        message = str(caught.value)
        for each in words:
            assert each in message
        assert self.trusted(*keeps) == before
        assert self.models.content == content
        assert self.state.problem == message
        assert not list(self.device.models.glob(".unfinished*"))
        return message

    def recovers(self, name: str, content: bytes, number: int) -> None:
        """Check that the honest repository works again."""
        self.web.answers.clear()
        self.publisher.add(name, content, number)
        self.publisher.publish()
        self.web.files = self.publisher.files
        self.update()
        assert self.models.content == content
        assert self.state.problem == ""
