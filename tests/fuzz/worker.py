"""The child process that tries inputs: paths on stdin, one JSON object for each on stdout."""

import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from emotion_edge.errors import RunError, UserError


def peak_mb() -> float:
    """Return the largest resident memory since `reset_peak`, in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def reset_peak() -> None:
    """Let the kernel measure the largest resident memory anew (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def try_one(try_input: Callable[[Path], object], path: Path) -> dict[str, object]:
    """Return what happened: "outcome" (accepted, refused or fault), "detail", seconds and MB."""
    reset_peak()
    start, outcome, detail = time.perf_counter(), "accepted", ""
    try:
        try_input(path)
    except (UserError, RunError) as error:
        outcome, detail = "refused", str(error)
    except Exception:
        outcome, detail = "fault", traceback.format_exc()
    seconds = time.perf_counter() - start
    return {"outcome": outcome, "detail": detail, "seconds": seconds, "mb": peak_mb()}


def main(kind: str) -> None:
    """Try each input that stdin names."""
    from tests.fuzz.targets import TARGETS

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries write to stdout, too
    try_input = TARGETS[kind].try_input
    for line in sys.stdin:
        print(json.dumps(try_one(try_input, Path(json.loads(line)))), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
