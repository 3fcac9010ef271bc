"""No core dumps: they would hold frames and the password."""

import resource
from contextlib import suppress

from emotion_edge.util.prctl import SET_DUMPABLE, prctl


def forbid_core_dumps() -> None:
    """Forbid core dumps of this process, and of the programs that it starts."""
    with suppress(OSError, ValueError):  # in a sandbox
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def hide_memory() -> None:
    """Keep other processes from reading this one's memory, and Linux from giving it to a program.

    Linux ignores the limit of `forbid_core_dumps` if it pipes the dump to a program (core(5)). For
    everybody but root, this hides most files in /proc/PID as well.
    """
    prctl(SET_DUMPABLE, 0)
