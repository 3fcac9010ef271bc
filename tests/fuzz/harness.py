"""Try many damaged inputs in a child process, and report those that harm it.

An input may be accepted or refused with one of our errors. It may not raise anything else, end the
process, take longer than `TIMEOUT_S` or more memory than `MAX_MB`.
"""

import json
import select
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TIMEOUT_S, MAX_MB = 10.0, 512.0
KILL_MB = 2 * MAX_MB  # before the machine swaps
ROOT = Path(__file__).parents[2]


@dataclass
class Report:
    """outcomes: how many inputs were accepted, refused and at fault. faults: what each did."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    largest_mb: float = 0.0

    def add(self, path: Path, answer: dict[str, Any]) -> None:
        """Count an input's answer, as `worker.try_one` gives it."""
        self.slowest_s = max(self.slowest_s, answer["seconds"])
        self.largest_mb = max(self.largest_mb, answer["mb"])
        if answer["outcome"] != "fault" and answer["mb"] > MAX_MB:
            answer = {**answer, "outcome": "fault", "detail": f"{answer['mb']:.0f} MB"}
        if answer["outcome"] != "fault" and answer["seconds"] > TIMEOUT_S:
            answer = {**answer, "outcome": "fault", "detail": f"{answer['seconds']:.1f} s"}
        self.outcomes[answer["outcome"]] += 1
        if answer["outcome"] == "fault":
            self.faults.append(f"{path.name}: {answer['detail']}")

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        return f"{counts}; slowest {self.slowest_s:.2f} s, largest {self.largest_mb:.0f} MB"


def fuzz(kind: str, inputs: Iterable[Path], *, keep: Path | None = None) -> Report:
    """Try each input on the target `kind`, and remove it; copy those at fault to `keep`."""
    report, pending = Report(), iter(inputs)
    for path in pending:
        with _worker(kind) as process:
            while True:
                answer = _ask(process, path)
                report.add(path, answer)
                if answer["outcome"] == "fault" and keep:
                    shutil.copy(path, keep / path.name)
                path.unlink()
                if process.poll() is not None or (path := next(pending, None)) is None:
                    break
    return report


@contextmanager
def _worker(kind: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.fuzz.worker", kind]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _ask(process: "subprocess.Popen[str]", path: Path) -> dict[str, Any]:
    """Return the worker's answer; kill the worker if the input takes too much."""
    assert process.stdin and process.stdout
    process.stdin.write(json.dumps(str(path)) + "\n")
    process.stdin.flush()
    start = time.monotonic()
    while not select.select([process.stdout], [], [], 0.1)[0]:
        # The first input also waits for the worker's imports.
        if time.monotonic() - start > 3 * TIMEOUT_S or _resident_mb(process.pid) > KILL_MB:
            process.kill()
            break
    if line := process.stdout.readline():
        return dict(json.loads(line))
    code = process.wait()
    return {
        "outcome": "fault",
        "detail": f"the process ended: {signal.Signals(-code).name if code < 0 else code}",
        "seconds": time.monotonic() - start,
        "mb": 0.0,
    }


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 1e6
