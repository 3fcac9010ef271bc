"""The entry point. It imports little, so that signals are handled early."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from emotion_edge.system.signals import hold_signals


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    hold_signals()
    _open_closed_streams()
    # numpy's matrices are small here; a second thread would only take two megabytes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from emotion_edge.cli.command_line import run_command_line

    return run_command_line(sys.argv[1:] if argv is None else argv)


def _open_closed_streams() -> None:
    """Open /dev/null for descriptors 0 to 2 if they are closed: no other file must get them."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the lowest that is free
    if sys.stderr is None:
        # Else print would take stdout instead.
        sys.stderr = open(2, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115
