"""A package of `bench.peers` in its own environment and process, and its measurements."""

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

from bench._util import MB, call, last_line, memory, versions
from emotion_edge.errors import RunError

BUILD = Path("build/peers").resolve()
WORKER = Path(__file__).with_name("worker.py").resolve()
OURS, ZOO = "emotion-edge", "opencv-zoo"
THREADS = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "TF_NUM_INTRAOP", "TF_NUM_INTEROP")
# Not part of a package. On x86-64 PyPI's torch and TensorFlow bring CUDA, which a Pi does not get.
NOT_COUNTED = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "nvidia", "triton")
ENGINES = r"(ai-edge-litert|keras|numpy|onnxruntime|opencv-.*|tensorflow|torch)$"
ANSWER_TIMEOUT_S = 120


class Packages(NamedTuple):
    """The name of an environment's folder, and the arguments of each `pip install` into it."""

    environment: str
    pip: tuple[tuple[str, ...], ...]


FER = Packages("fer", (("fer", "setuptools<81"),))  # fer imports pkg_resources
PACKAGES = {
    OURS: Packages(OURS, (("{wheel}",),)),
    "fer": FER,
    "fer-mtcnn": FER,
    "facex": Packages("facex", (("facex",),)),
    "deepface": Packages("deepface", (("deepface", "werkzeug"),)),  # it imports werkzeug
    "emotiefflib": Packages("emotiefflib", (("emotiefflib",),)),
    "hsemotion-onnx": Packages("hsemotion-onnx", (("hsemotion-onnx",),)),
    "paz": Packages("paz", (("pypaz", "opencv-python<5"),)),
    ZOO: Packages(ZOO, (("opencv-python-headless",),)),
}


class Picture(NamedTuple):
    """A picture's path, its label, and the face in it as worker.py expects it, or None."""

    path: str
    label: str
    face: dict[str, Any] | None


class Trial:
    """A package and its measurements; `ms` and `correct` by whether the face was given."""

    def __init__(self, name: str, *files: Path) -> None:
        """name: a key of PACKAGES. files: what its adapter needs besides the package."""
        self.name, self.pip, self.files = name, PACKAGES[name].pip, files
        self.folder = BUILD / PACKAGES[name].environment
        self.log = BUILD / f"{name}.log"
        self.process: subprocess.Popen[str] | None = None
        self.starts: list[float] = []
        self.memory: list[float] = []
        self.ms: dict[bool, list[float]] = {True: [], False: []}
        self.correct: dict[bool, list[bool]] = {True: [], False: []}
        self.faces_correct: list[bool] = []  # of cropped faces

    def install(self, wheel: Path) -> None:
        """Create the environment, unless it exists and was created in the same way."""
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest() if self.name == OURS else ""
        stamp, recipe = self.folder / "installed", f"{self.pip} {digest}"
        if stamp.exists() and stamp.read_text() == recipe:
            return
        print(f"installing {self.name} into {self.folder}", file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)
        call(sys.executable, "-m", "venv", self.folder)
        for arguments in self.pip:
            named = [argument.format(wheel=wheel) for argument in arguments]
            call(self.folder / "bin/python", "-m", "pip", "install", "--quiet", *named)
        (self.folder / "home").mkdir()
        stamp.write_text(recipe)

    def start(self, picture: Picture) -> None:
        """Start the process again, and time it up to its first label."""
        self.end()
        home, begin = self.folder / "home", time.perf_counter()
        threads = {f"{name}_THREADS": "1" for name in THREADS}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [self.folder / "bin/python", "-I", WORKER, self.name, *self.files],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=home,
                env={**os.environ, **threads, "HOME": str(home)},
                text=True,
            )
        self.label(picture)
        self.starts.append(time.perf_counter() - begin)

    def ask(self, picture: Picture, *, given: bool) -> dict[str, Any]:
        """Return the answer for a picture. given: whether the package is told the face.

        Raises RunError with the last line of the log if the process ended, or after a timeout.
        """
        assert self.process and self.process.stdin and self.process.stdout
        request = json.dumps({"path": picture.path, "face": picture.face if given else None})
        try:
            print(request, file=self.process.stdin, flush=True)
            # One line for one line: Python's buffer, which select cannot see, is empty here.
            if not select.select([self.process.stdout], [], [], ANSWER_TIMEOUT_S)[0]:
                raise RunError(f"no answer in {ANSWER_TIMEOUT_S} s")
            answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            raise RunError(last_line(self.log.read_text())) from None
        return answer

    def label(self, picture: Picture) -> None:
        """Label a picture with a face, given the face only if the package does not find it."""
        if self.ask(picture, given=False)["label"] is None:
            self.ask(picture, given=True)

    def measure_memory(self, pictures: list[Picture]) -> None:
        """Label 100 pictures, then add the memory that the process holds."""
        for picture in islice(cycle(pictures), 100):
            self.label(picture)
        assert self.process
        self.memory.append(memory("VmRSS", self.process.pid) / MB)

    def score(self, pictures: list[Picture]) -> None:
        """Add whether each label is correct."""
        for picture in pictures:
            for given in (True, False) if picture.face else (False,):
                label = self.ask(picture, given=given)["label"]
                self.correct[given].append(label == picture.label)

    def score_faces(self, faces: list[Picture]) -> None:
        """Note whether the label of each cropped face is correct."""
        self.faces_correct = [self.ask(face, given=True)["label"] == face.label for face in faces]

    def time(self, pictures: list[Picture]) -> None:
        """Add the median time of one round."""
        for given in (True, False):
            times = [self.ask(picture, given=given)["ms"] for picture in pictures]
            self.ms[given] += [] if None in times else [statistics.median(times)]

    def disk(self) -> float:
        """Return the MB that the package and its downloads take."""
        (site,) = (self.folder / "lib").glob("python3*/site-packages")
        files = [*site.rglob("*"), *(self.folder / "home").rglob("*")]
        skipped = tuple(str(site / name) for name in NOT_COUNTED)
        kept = (p for p in files if "cuda" not in p.name and not str(p).startswith(skipped))
        return sum(path.lstat().st_size for path in kept if path.is_file()) / MB

    def versions(self) -> str:
        """Return the versions of the packages given to pip, and of their engines."""
        named = " ".join(word for arguments in self.pip for word in arguments)
        site = self.folder.glob("lib/python3*/site-packages")
        return versions(lambda name: name in named or bool(re.match(ENGINES, name)), *site)

    def end(self) -> None:
        """End the process, if there is one."""
        if self.process:
            self.process.kill()
            self.process.communicate()
