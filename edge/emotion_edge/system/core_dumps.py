"""No core dumps: they would hold passwords and frames."""

import ctypes
import resource
import sys
from contextlib import suppress

PR_SET_DUMPABLE = 4  # prctl(2)


def forbid_core_dumps() -> None:
    """Forbid core dumps of this process, and of the programs that it starts.

    The limit alone does not do: Linux ignores it if it pipes the dump to a program, which may also
    keep the environment (systemd-coredump). The flag alone does not do: other programs set it
    again. The flag also stops other processes of the same user from reading this one's memory.
    """
    with suppress(OSError, ValueError):  # a sandbox that forbids it
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
