"""Measure the daemon's start, memory and disk space.

  python -m bench.footprint [--rounds 10] [--frames 1000]

start   seconds from the start of a process to its first line on stdout, with all files in the page
        cache. Each row does what the rows above it do, and one step more, in a process of its own.
        Rows and columns are timed in turn.
memory  MB after --frames frames of 640 x 480 on stdin: "resident" is VmRSS; "anonymous" is the
        part that belongs to the process alone; "of files" is the part that is read from files,
        mostly code, which Linux can drop when it needs the memory.
disk    MB of what pip installs (docs/packages.md, with pip), by folder of
        site-packages. A Pi gets numpy and Pillow from apt instead.

The column "installed" uses that installation, whose packages are newer than the workbench's. It is
in build/footprint/pi and is installed again when edge/ has changed. The goals are for it, with
faces. MB are 10^6 bytes.
"""

import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from bench import _util
from bench._scenes import face_frame
from bench._util import ENVIRONMENT, MB, memory, print_goal
from emotion_edge.cli.argument_types import count
from emotion_edge.errors import RunError
from emotion_edge.model.runtime import RUNTIMES, installed_runtimes

FOLDER = Path("build/footprint")
PICTURE = FOLDER / "face.jpg"
INSTALLED = "litert, installed"  # the goals are for this column
MOST_SECONDS, MOST_MB = 0.15, 60.0
# The privacy notice is shown once: leave that to the user's own first start.
CHILDREN = ENVIRONMENT | {"XDG_STATE_HOME": str(FOLDER.resolve())}
STEPS = {
    "python": "pass",
    "+ numpy": "import numpy",
    "+ Pillow": "import PIL.Image",
    "+ runtime": "import {0}.interpreter",
    "+ our modules": "import emotion_edge.cli.command_line, emotion_edge.commands.run",
    "+ all networks": "from emotion_edge.faces.detector import FaceDetector; "
    "from emotion_edge.model.classifier import Classifier; "
    "from emotion_edge.model.model_file import SHIPPED; "
    "kept = Classifier(SHIPPED, runtime='{1}'), FaceDetector(runtime='{1}')",
}


class Setup(NamedTuple):
    """A Python interpreter, and the runtime to use in it."""

    python: str
    runtime: str

    def start_command(self, steps: int) -> list[str]:
        """Return a command that does the first `steps` of STEPS, then prints a line."""
        code = [step.format(RUNTIMES[self.runtime], self.runtime) for step in STEPS.values()]
        return [self.python, "-c", "; ".join([*code[:steps], "print(flush=True)"])]

    def run_command(self, *arguments: str) -> list[str]:
        """Return a command line of `emotion-edge run`."""
        return [self.python, "-m", "emotion_edge", "run", "--runtime", self.runtime, *arguments]


MakeCommand = Callable[[Setup], list[str]]
Resident = tuple[float, float, float]
"""Resident memory in MB: all, anonymous, of files."""


def main() -> None:
    """Run the command line."""
    parser = _util.make_parser("footprint", __doc__)
    parser.add_argument("--rounds", type=count, default=10, help="times that each start is timed")
    parser.add_argument("--frames", type=count, default=1000, help="frames before memory is read")
    args = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    Image.fromarray(face_frame()).save(PICTURE, quality=92)
    python = _util.install_for_pi(FOLDER / "pi")
    setups = {name: Setup(sys.executable, name) for name in installed_runtimes()}
    setups[INSTALLED] = Setup(str(python), "litert")
    print_starts(setups, args.rounds)
    print_memory(setups, args.frames)
    _util.print_disk(next(python.parents[1].glob("lib/*/site-packages")))


def print_starts(setups: dict[str, Setup], rounds: int) -> None:
    """Time the starts and print their table."""
    seconds = time_starts(setups, rounds)
    print(f"start, s: median (lowest-highest) of {rounds}")
    print(f"{'':17}", *(f"{name:>22}" for name in setups))
    for row in start_commands():
        print(f"{row:17}", *(f"{median_range(seconds[name, row]):>22}" for name in setups))
    first_label = statistics.median(seconds[INSTALLED, "run --faces on"])
    print_goal(f"{INSTALLED}, run --faces on", first_label, MOST_SECONDS, "s")
    print()


def start_commands() -> dict[str, MakeCommand]:
    """Return what each row of the table runs."""
    commands: dict[str, MakeCommand] = {
        step: partial(Setup.start_command, steps=i) for i, step in enumerate(STEPS, start=1)
    }
    for faces in ("off", "on"):
        commands[f"run --faces {faces}"] = partial(run_on_picture, faces=faces)
    return commands


def run_on_picture(setup: Setup, faces: str) -> list[str]:
    """Return a command that labels one picture. faces: the value of --faces."""
    return setup.run_command("--source", str(PICTURE), "--faces", faces)


def time_starts(setups: dict[str, Setup], rounds: int) -> dict[tuple[str, str], list[float]]:
    """Return the seconds of each setup's starts, by setup and row; a first round warms up."""
    seconds: dict[tuple[str, str], list[float]] = {}
    turns = itertools.product(range(rounds + 1), start_commands().items(), setups.items())
    for turn, (row, command), (name, setup) in turns:
        taken = time_to_first_line(command(setup))
        if turn:
            seconds.setdefault((name, row), []).append(taken)
    return seconds


def time_to_first_line(command: list[str]) -> float:
    """Return the seconds from the start of a process to its first line on stdout."""
    pipe, start = subprocess.PIPE, time.perf_counter()
    with subprocess.Popen(command, env=CHILDREN, stdout=pipe, stderr=pipe) as process:
        assert process.stdout and process.stderr
        line = process.stdout.readline()
        taken = time.perf_counter() - start
        if not line:
            raise RunError(f"{command} failed: {_util.last_line(process.stderr.read().decode())}")
    return taken


def median_range(values: list[float], digits: int = 3) -> str:
    """Return the median, the lowest and the highest value as text."""
    shown = (statistics.median(values), min(values), max(values))
    median, low, high = (f"{value:.{digits}f}" for value in shown)
    return f"{median} ({low}-{high})"


def print_memory(setups: dict[str, Setup], frames: int) -> None:
    """Measure memory three times in turn and print its table."""
    held: dict[tuple[str, str], list[Resident]] = {}
    for _, (name, setup), faces in itertools.product(range(3), setups.items(), ("off", "on")):
        held.setdefault((name, faces), []).append(memory_after(frames, setup, faces))
    print(f"memory, MB after {frames:,} frames: median (lowest-highest) of 3")
    print(f"{'':29}{'resident':>20}{'anonymous':>20}{'of files':>20}")
    for (name, faces), turns in held.items():
        cells = (f"{median_range(list(column), 1):>20}" for column in zip(*turns, strict=True))
        print(f"{name:17} --faces {faces:3}", *cells, sep="")
    resident_mb = statistics.median(turn[0] for turn in held[INSTALLED, "on"])
    print_goal(f"{INSTALLED}, --faces on, resident", resident_mb, MOST_MB, "MB")
    print()


def memory_after(frames: int, setup: Setup, faces: str) -> Resident:
    """Return the memory of `emotion-edge run` after some frames. faces: the value of --faces."""
    frame = face_frame().tobytes()
    source = ("--source", "-", "--size", "640x480", "--all", "--faces", faces)
    with subprocess.Popen(
        setup.run_command(*source),
        env=CHILDREN,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin and process.stdout
        for number in range(frames):
            process.stdin.write(frame)
            process.stdin.flush()
            line = json.loads(process.stdout.readline())  # one face, so one line per frame
            if line["frame"] != number or line["label"] == "no_face":
                raise RunError(f"expected the label of frame {number}, got {line}")
        time.sleep(0.2)  # until the frame is released
        return resident(process.pid)


def resident(pid: int) -> Resident:
    """Return the resident memory of a process."""
    total, anonymous = (memory(key, pid, "smaps_rollup") / MB for key in ("Rss", "Anonymous"))
    return memory("VmRSS", pid) / MB, anonymous, total - anonymous


if __name__ == "__main__":
    _util.run_program("footprint", main)
