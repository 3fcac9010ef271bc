"""Descriptors on which writing blocks."""

import os
import pty
import socket

import pytest


def fill(descriptor: int) -> None:
    """Write until there is no room."""
    os.set_blocking(descriptor, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(descriptor, b"x" * 4096)
    os.set_blocking(descriptor, True)


def full_pipe() -> tuple[int, int]:
    """Return the ends of a pipe in which there is no room."""
    ends = os.pipe()
    fill(ends[1])
    return ends


def stopped_terminal() -> tuple[int, int]:
    """Return our and the program's end of a terminal on which Ctrl-S was typed."""
    ours, theirs = pty.openpty()
    os.write(ours, b"\x13")
    return ours, theirs


def full_socket() -> tuple[int, int]:
    """Return a pair of sockets of which the first does not read."""
    ours, theirs = (end.detach() for end in socket.socketpair())
    fill(theirs)
    return ours, theirs
