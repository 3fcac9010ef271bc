"""A peer of `bench.peers` in its environment and its process, and what is measured of it."""

import hashlib
import json
import os
import re
import select
import shutil
import statistics
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

from bench._installed import MB, versions
from bench._memory import memory
from bench._peer import PEERS
from emotion_edge.errors import RunError

BUILD = Path("build/peers").resolve()
SCRIPT = Path(__file__).with_name("_peer.py").resolve()
OURS = "emotion-edge"
THREADS = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "TF_NUM_INTRAOP", "TF_NUM_INTEROP")
# No part of a peer; a Pi does not get CUDA, with which PyPI's torch and TensorFlow come on x86-64.
NO_PART = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "nvidia", "triton")
ENGINES = r"(ai-edge-litert|keras|numpy|onnxruntime|opencv-.*|tensorflow|torch)$"
PATIENCE = 120  # seconds that an answer may take


class Shot(NamedTuple):
    """A picture, its label, and the face in it as `_peer.py` is told it; None where none is."""

    path: str
    label: str
    face: dict[str, Any] | None


class Trial:
    """A peer and what was measured of it; `ms` and `right` by whether the face was given."""

    def __init__(self, name: str) -> None:
        """Begin with nothing."""
        self.name, self.folder = name, BUILD / PEERS[name].environment
        self.log = BUILD / f"{name}.log"
        self.process: subprocess.Popen[str] | None = None
        self.starts: list[float] = []
        self.memory: list[float] = []
        self.ms: dict[bool, list[float]] = {True: [], False: []}
        self.right: dict[bool, list[bool]] = {True: [], False: []}
        self.named: list[bool] = []  # cut-out faces: whether their label is right

    def install(self, wheel: Path) -> None:
        """Make the environment, unless it is there and was made the same way."""
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest() if self.name == OURS else ""
        stamp, made = self.folder / "installed", f"{PEERS[self.name].pip} {digest}"
        if stamp.exists() and stamp.read_text() == made:
            return
        print(f"installing {self.name} into {self.folder}", file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)
        call(sys.executable, "-m", "venv", self.folder)
        for words in PEERS[self.name].pip:
            named = [word.format(wheel=wheel) for word in words]
            call(self.folder / "bin/python", "-m", "pip", "install", "--quiet", *named)
        (self.folder / "home").mkdir()
        stamp.write_text(made)

    def start(self, shot: Shot) -> None:
        """Start the process, anew if there is one, and time it to its first label."""
        self.end()
        home, begin = self.folder / "home", time.perf_counter()
        threads = {f"{name}_THREADS": "1" for name in THREADS}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [self.folder / "bin/python", "-I", SCRIPT, self.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=home,
                env={**os.environ, **threads, "HOME": str(home)},
                text=True,
            )
        self.use(shot)
        self.starts.append(time.perf_counter() - begin)

    def ask(self, shot: Shot, *, given: bool) -> dict[str, Any]:
        """Return the answer on a picture; raises RunError with the last line where none comes."""
        request = json.dumps({"path": shot.path, "face": shot.face if given else None})
        try:
            print(request, file=self.process.stdin, flush=True)
            # A line for a line: none is left in Python's buffer, where select would not see it.
            if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
                raise RunError(f"no answer in {PATIENCE} s")
            return json.loads(self.process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):  # it has ended
            raise RunError(last_line(self.log.read_text())) from None

    def use(self, shot: Shot) -> None:
        """Have a picture with a face labelled, by its own finder if that sees the face."""
        if self.ask(shot, given=False)["label"] is None:
            self.ask(shot, given=True)

    def warm(self, shots: list[Shot]) -> None:
        """Label 100 pictures and see what memory is held then."""
        for shot in islice(cycle(shots), 100):
            self.use(shot)
        self.memory.append(memory("VmRSS", self.process.pid) / MB)

    def judge(self, shots: list[Shot]) -> None:
        """Count what is right."""
        for shot in shots:
            for given in (True, False) if shot.face else (False,):
                self.right[given].append(self.ask(shot, given=given)["label"] == shot.label)

    def judge_faces(self, shots: list[Shot]) -> None:
        """Name cut-out faces."""
        self.named = [self.ask(shot, given=True)["label"] == shot.label for shot in shots]

    def time(self, shots: list[Shot]) -> None:
        """Add a round."""
        for given in (True, False):
            times = [self.ask(shot, given=given)["ms"] for shot in shots]
            self.ms[given] += [] if None in times else [statistics.median(times)]

    def disk(self) -> float:
        """Return how large the peer is where it is installed, in MB."""
        (site,) = (self.folder / "lib").glob("python3*/site-packages")
        files = [*site.rglob("*"), *(self.folder / "home").rglob("*")]
        skipped = tuple(str(site / name) for name in NO_PART)
        kept = (p for p in files if "cuda" not in p.name and not str(p).startswith(skipped))
        return sum(path.lstat().st_size for path in kept if path.is_file()) / MB

    def versions(self) -> str:
        """Return the versions of what pip was asked for, and of what that computes with."""
        words = " ".join(word for call in PEERS[self.name].pip for word in call)
        site = self.folder.glob("lib/python3*/site-packages")
        return versions(lambda name: name in words or bool(re.match(ENGINES, name)), *site)

    def end(self) -> None:
        """End the process, if there is one."""
        if self.process:
            self.process.kill()
            self.process.communicate()


def call(*words: object) -> None:
    """Run a command; raises RunError with the last line of its error."""
    result = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    if result.returncode:
        raise RunError(last_line(result.stderr))


def last_line(text: str) -> str:
    """Return the last line that says anything."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no word")
