"""prctl(2): settings of this process that only Linux has."""

import ctypes
import sys

SET_PDEATHSIG, SET_DUMPABLE = 1, 4  # linux/prctl.h
_LIBRARY = ctypes.CDLL(None)  # before a fork: loading takes locks


def prctl(option: int, value: int) -> None:
    """Set an option; on other systems than Linux, do nothing."""
    if sys.platform == "linux":
        _LIBRARY.prctl(option, value, 0, 0, 0)
