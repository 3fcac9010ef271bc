"""Hide what libraries in C++ write to stderr although nothing is wrong."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2  # the descriptor; libraries in C++ know nothing of sys.stderr
_lock = threading.Lock()


@contextmanager
def without_info_lines() -> Iterator[None]:
    """Drop the lines that begin with "INFO: " from all that the process writes to stderr meanwhile.

    TFLite announces its delegate in this way, and neither runtime offers a setting. Everything
    else, also what other threads log, is written when the block ends, in the same order.
    """
    if sys.platform != "linux":  # only there is a file in memory
        yield
        return
    with _lock:
        try:
            original = os.dup(_STDERR)
        except OSError:  # closed, so nothing can be written to it
            yield
            return
        with os.fdopen(os.memfd_create("stderr"), "w+b") as written:
            os.dup2(written.fileno(), _STDERR)
            try:
                yield
            finally:
                os.dup2(original, _STDERR)
                os.close(original)
                written.seek(0)
                _write_others(written.readlines())


def _write_others(lines: list[bytes]) -> None:
    if others := b"".join(line for line in lines if not line.startswith(b"INFO: ")):
        os.write(_STDERR, others)
