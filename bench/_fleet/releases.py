"""Models for a rollout, good and bad, and the repository that they are published in."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from convert.publish.__main__ import main
from convert.test_vector import make_test_vector
from emotion_edge.errors import RunError
from emotion_edge.model.model_file import GOLDEN_FILE, SHIPPED, Model, pack, read_model

# Passes its self-test, and counts for minutes when it sees a blue picture.
HANGS = Path("tests/fixtures/tiny.hangs.tflite")


def good() -> bytes:
    """Return the shipped model with another temperature: another file that works."""
    model = read_model(SHIPPED)
    contract = replace(model.contract, temperature=model.contract.temperature * 1.01)
    return pack(model.network, contract, make_test_vector(model.network, contract))


def wrong_vector() -> bytes:
    """Return the same with a golden vector that no machine computes."""
    model = read_model(SHIPPED)
    files = make_test_vector(model.network, model.contract)
    values = json.loads(files[GOLDEN_FILE])
    values["embedding"] = [each + 100 for each in values["embedding"]]
    return pack(model.network, model.contract, {**files, GOLDEN_FILE: json.dumps(values).encode()})


MODELS: dict[str, Callable[[], bytes]] = {
    "wrong-vector": wrong_vector,
    "stalls": HANGS.read_bytes,
    "good": good,
}


class Publisher:
    """Publishes by `python -m convert.publish`."""

    def __init__(self, folder: Path) -> None:
        """Make the keys and an empty repository below a folder."""
        self.repository, self._folder = folder / "repository", folder
        self._run("init", "--root-keys", folder / "root-keys")

    @property
    def root(self) -> Path:
        """The root metadata that devices are enrolled with."""
        return self.repository / "metadata" / "1.root.json"

    def release(self, name: str, percent: float) -> Model:
        """Publish one of `MODELS`, and return it."""
        path = self._folder / f"{name}.tflite"
        path.write_bytes(MODELS[name]())
        # As on a computer that works differently: here convert.publish would refuse that model.
        with patch("convert.publish.releases.read_whole_model", Path.read_bytes):
            self._run("release", path, "--name", name, "--percent", percent)
        return read_model(path)

    def percent(self, name: str, percent: float) -> None:
        """Give a release to another share of the devices."""
        self._run("percent", name, percent)

    def _run(self, command: str, *words: object) -> None:
        where = ("--repository", self.repository, "--keys", self._folder / "keys")
        with redirect_stdout(io.StringIO()):
            code = main([command, *map(str, (*words, *where))])
        if code:
            raise RunError(f"convert.publish {command} failed, see above")
