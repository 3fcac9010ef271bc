"""Starts start.py, as Home Assistant does."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.edge.brokers.supervisor import TOKEN
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.workbench.conftest import REPOSITORY

START = REPOSITORY / "edge/packaging/home_assistant/emotion_edge/start.py"
TINY = [f'model = "{INT8}"', 'faces = "off"']
NOBODY_THERE = {"SUPERVISOR_API": "http://127.0.0.1:9", "SUPERVISOR_TOKEN": TOKEN}


class App:
    """Starts start.py with options, as Home Assistant does."""

    def __init__(self, folder: Path) -> None:
        """folder: for all files."""
        self.data, self.temporary = folder / "data", folder / "tmp"
        self.photos = str(folder / "photos")
        self.process: subprocess.Popen[str] | None = None
        for path in (self.data, self.temporary):
            path.mkdir()

    def start(self, options: object, environment: dict[str, str]) -> subprocess.Popen[str]:
        """Start it. options: the file's text, or its content beside the source."""
        text = options
        if not isinstance(options, str):
            text = json.dumps({"source": [self.photos], "settings": TINY, **options})
        (self.data / "options.json").write_text(text)
        clean = {name: os.environ[name] for name in os.environ if "SUPERVISOR" not in name}
        clean |= {"TMPDIR": str(self.temporary), **environment}
        words = [sys.executable, START, self.data]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(words, env=clean, text=True, **pipes)
        return self.process

    def run(self, options: object, environment: dict[str, str], code: int = 0) -> tuple[str, str]:
        """Run it to its end; return stdout and stderr."""
        process = self.start(options, environment)
        out, err = process.communicate(timeout=90)
        assert process.returncode == code, err
        assert "Traceback" not in err
        return out, err

    def written(self) -> dict[str, str]:
        """Return the files with settings and passwords; only their owner may read them."""
        (folder,) = self.temporary.glob("emotion-edge-*")
        files = sorted(folder.iterdir())
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        return {path.name: path.read_text() for path in files}

    def settings(self) -> dict[str, object]:
        """Return the settings, which the program accepts."""
        (path,) = self.temporary.glob("emotion-edge-*/settings.toml")
        assert edge("config", "--config", path).returncode == 0
        return tomllib.loads(path.read_text())
