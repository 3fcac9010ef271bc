"""What the daemon costs a machine: time to start, memory, room on the disk.

  python -m bench.footprint [--rounds 10] [--frames 1000]

start   seconds from the start of a process to its first line on stdout, files in the page cache.
        Each step does what the ones above it do, and more, in a process of its own; all in turn.
memory  resident after so many frames of 640 x 480 on stdin: VmRSS, and of it what is the process's
        own (anonymous) and what is read from files and can be dropped (code, above all).
disk    what pip installs on a machine like this one (README, "Without a checkout"), by the
        folders of site-packages. A Pi has numpy and Pillow by apt instead.

"installed" is the environment of the last table, which has newer packages than the workbench. It is
build/footprint/pi, made when edge/ is newer than it. MB are 10^6 bytes.
"""

import argparse
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

from bench._installed import ENVIRONMENT, MB, installed, print_disk
from bench._limit import print_limit
from bench._memory import memory
from bench.frame_path import make_frame
from emotion_edge.cli.argument_types import count
from emotion_edge.errors import exit_code
from emotion_edge.model.runtime import RUNTIMES

FOLDER = Path("build/footprint")
PICTURE = FOLDER / "face.jpg"
START_LIMIT, MEMORY_LIMIT = 0.6, 60.0  # seconds, MB; of litert
# The notice, which is said once, is left for the user.
CHILDREN = ENVIRONMENT | {"XDG_STATE_HOME": str(FOLDER.resolve())}


class Setup(NamedTuple):
    """An interpreter, and the runtime that it is to use."""

    python: str
    runtime: str

    def import_up_to(self, steps: int) -> list[str]:
        """Return a command that does the first steps of a start, see STEPS, and says so."""
        code = [step.format(RUNTIMES[self.runtime], self.runtime) for step in STEPS.values()]
        return [self.python, "-c", "; ".join([*code[:steps], "print(flush=True)"])]

    def run(self, *arguments: str) -> list[str]:
        """Return the command line of `emotion-edge run`."""
        return [self.python, "-m", "emotion_edge", "run", "--runtime", self.runtime, *arguments]


STEPS = {
    "python": "pass",
    "+ numpy": "import numpy",
    "+ Pillow": "import PIL.Image",
    "+ runtime": "import {0}.interpreter",
    "+ our modules": "import emotion_edge.__main__, emotion_edge.commands.run",
    "+ both networks": "from emotion_edge.commands.run import Classifier, FaceFinder; "
    "from emotion_edge.model.model_file import SHIPPED; "
    "kept = Classifier(SHIPPED, runtime='{1}'), FaceFinder(runtime='{1}')",
}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=count, default=10, help="times that each start is timed")
    parser.add_argument("--frames", type=count, default=1000, help="after which memory is read")
    args = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    Image.fromarray(make_frame()).save(PICTURE, quality=92)
    python = installed(FOLDER / "pi")
    setups = {name: Setup(sys.executable, name) for name in RUNTIMES}
    setups["litert, installed"] = Setup(str(python), "litert")
    print_starts(setups, args.rounds)
    print_memory(setups, args.frames)
    print_disk(next(python.parents[1].glob("lib/*/site-packages")))


def print_starts(setups: dict[str, Setup], rounds: int) -> None:
    """Print the table of starts."""
    seconds = time_starts(setups, rounds)
    print(f"start, s: median (lowest-highest) of {rounds}")
    print(f"{'':17}", *(f"{name:>22}" for name in setups))
    for way in ways():
        print(f"{way:17}", *(f"{span(seconds[name, way]):>22}" for name in setups))
    slowest = max(
        statistics.median(values)
        for (name, _), values in seconds.items()
        if setups[name].runtime == "litert"
    )
    print_limit(slowest, START_LIMIT, "s")


def ways() -> dict[str, Callable[[Setup], list[str]]]:
    """Return the ways to start, in the order of the table."""
    return {
        **{step: partial(Setup.import_up_to, steps=i + 1) for i, step in enumerate(STEPS)},
        **{
            f"run --faces {faces}": lambda setup, faces=faces: setup.run(
                "--source", str(PICTURE), "--faces", faces
            )
            for faces in ("off", "on")
        },
    }


def time_starts(setups: dict[str, Setup], rounds: int) -> dict[tuple[str, str], list[float]]:
    """Return the seconds of each setup's ways to start; the first round warms up."""
    seconds: dict[tuple[str, str], list[float]] = {}
    turns = itertools.product(range(rounds + 1), ways().items(), setups.items())
    for turn, (way, command), (name, setup) in turns:
        taken = time_to_line(command(setup))
        if turn:
            seconds.setdefault((name, way), []).append(taken)
    return seconds


def time_to_line(command: list[str]) -> float:
    """Return the seconds from the start of a process to its first line."""
    start = time.perf_counter()
    with subprocess.Popen(
        command, env=CHILDREN, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        line = process.stdout.readline()
        taken = time.perf_counter() - start
        if not line:
            sys.exit(f"{command} failed: {process.stderr.read().decode()}")
    return taken


def span(values: list[float], digits: int = 3) -> str:
    """Return the median, the lowest and the highest."""
    median, low, high = (
        f"{value:.{digits}f}" for value in (statistics.median(values), min(values), max(values))
    )
    return f"{median} ({low}-{high})"


def print_memory(setups: dict[str, Setup], frames: int) -> None:
    """Print the table of memory."""
    held: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for _, (name, setup), faces in itertools.product(range(3), setups.items(), ("off", "on")):
        held.setdefault((name, faces), []).append(memory_after(frames, setup, faces))
    print(f"memory, MB after {frames:,} frames: median (lowest-highest) of 3")
    print(f"{'':29}{'resident':>20}{'anonymous':>20}{'of files':>20}")
    for (name, faces), turns in held.items():
        cells = (f"{span(list(column), 1):>20}" for column in zip(*turns, strict=True))
        print(f"{name:17} --faces {faces:3}", *cells, sep="")
    medians = (
        statistics.median(turn[0] for turn in turns)
        for (name, _), turns in held.items()
        if setups[name].runtime == "litert"
    )
    print_limit(max(medians), MEMORY_LIMIT, "MB")


def memory_after(frames: int, setup: Setup, faces: str) -> tuple[float, float, float]:
    """Return what is resident after so many frames: all, anonymous, of files; MB."""
    frame = make_frame().tobytes()
    command = setup.run("--source", "-", "--size", "640x480", "--all", "--faces", faces)
    with subprocess.Popen(
        command,
        env=CHILDREN,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        for number in range(frames):
            process.stdin.write(frame)
            process.stdin.flush()
            line = json.loads(process.stdout.readline())  # there is one face, so one line
            if line["frame"] != number or line["label"] == "no_face":
                sys.exit(f"not the label of frame {number}: {line}")
        time.sleep(0.2)  # it lets go of the frame, and waits for the next
        return resident(process.pid)


def resident(pid: int) -> tuple[float, float, float]:
    """Return a process's resident memory: all, anonymous, of files; MB."""
    whole, anonymous = (memory(key, pid, "smaps_rollup") / MB for key in ("Rss", "Anonymous"))
    return memory("VmRSS", pid) / MB, anonymous, whole - anonymous


if __name__ == "__main__":
    sys.exit(exit_code("bench.footprint", main))
