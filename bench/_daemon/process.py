"""The daemon as a process, for benchmarks: start it, and see what it takes."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from bench._finder.streams import RATE
from bench._scenes import face_frame
from bench._util import MB, memory

WARM_S = 3.0
Figures = tuple[float, float]
"""CPU seconds per second, and MB."""


def write_recording(folder: Path, seconds: float) -> None:
    """Write a recording of one picture with a face, `RATE` times a second for a minute more."""
    folder.mkdir(parents=True, exist_ok=True)
    # A JPEG, because a camera's frames need no decoding, and that of a PNG takes much longer.
    Image.fromarray(face_frame()).save(folder / "face.jpg", quality=95)
    rows = (f"face.jpg,{i / RATE:.1f}\n" for i in range(round(seconds * RATE) + 600))
    (folder / "times.csv").write_text("file,seconds\n" + "".join(rows))


@contextmanager
def daemon(*options: str, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[bytes]]:
    """Run the daemon on the faces that it finds, and end it."""
    words = [sys.executable, "-m", "emotion_edge", "run", "--faces", "on", *options]
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    process = subprocess.Popen(words, stdin=stdin, stdout=pipe, stderr=null)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def cost(processes: Sequence[subprocess.Popen[bytes]], seconds: float) -> Figures:
    """Return what processes take together for so many seconds, once they have warmed up."""
    time.sleep(WARM_S)
    before, start = busy_seconds(processes), time.monotonic()
    time.sleep(seconds)
    used, taken = busy_seconds(processes) - before, time.monotonic() - start
    return used / taken, sum(memory("VmRSS", each.pid) for each in processes) / MB


def busy_seconds(processes: Sequence[subprocess.Popen[bytes]]) -> float:
    """Return the processor time of all their threads together."""
    return sum(cpu_seconds(each.pid) for each in processes)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process, all threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spread(values: tuple[float, ...], digits: int) -> str:
    """Return the median, the lowest and the highest value as text."""
    low, high = (f"{value:.{digits}f}" for value in (min(values), max(values)))
    return f"{statistics.median(values):.{digits}f} ({low}-{high})"


def print_costs(costs: dict[str, list[Figures]], rounds: int) -> None:
    """Print a table of the costs of several rounds, by the row's name."""
    print(f"cost, median (lowest-highest) of {rounds}")
    print(f"{'':16}{'CPU s per s':>24}{'MB':>24}")
    for name, figures in costs.items():
        busy, held = zip(*figures, strict=True)
        print(f"{name:16}{spread(busy, 3):>24}{spread(held, 1):>24}", flush=True)
