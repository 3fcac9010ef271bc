"""Hide what libraries in C++ write to stderr although nothing is wrong."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

_STDERR = 2  # the descriptor; libraries in C++ know nothing of sys.stderr
_lock = threading.Lock()


@contextmanager
def without_info_lines() -> Iterator[None]:
    """Drop the lines that begin with "INFO: " from all that the process writes to stderr meanwhile.

    TFLite announces its delegate in this way, and neither runtime offers a setting. Everything
    else, also what other threads log, is written when the block ends, in the same order.
    """
    with _lock:
        original, written = _divert()
        try:
            yield
        finally:
            if written:
                os.dup2(original, _STDERR)
                os.close(original)
                _write_others(written)


def _divert() -> tuple[int, BinaryIO | None]:
    """Let stderr write to a file in memory; return a copy of stderr, and the file.

    Without such a file, which only Linux has, or with a closed stderr, there is nothing to do.
    """
    if sys.platform != "linux":
        return -1, None
    try:
        original = os.dup(_STDERR)
    except OSError:
        return -1, None
    try:
        written = os.fdopen(os.memfd_create("stderr"), "w+b")
    except OSError:
        os.close(original)
        return -1, None
    os.dup2(written.fileno(), _STDERR)
    return original, written


def _write_others(written: BinaryIO) -> None:
    with written:
        written.seek(0)
        others = [line for line in written if not line.startswith(b"INFO: ")]
    if others:
        os.write(_STDERR, b"".join(others))
