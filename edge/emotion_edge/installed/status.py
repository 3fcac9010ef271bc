"""What the daemon says of itself in a file, `status.json`: for those who install a model for it.

The file lies in memory (/run) and holds counts only.
"""

import errno
import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.system.processes import start_ticks, user_of
from emotion_edge.util.regular_file import check_regular
from emotion_edge.util.strict_json import is_number, parse_json

STATUS = "status.json"
WRITE_S = 1.0
MAX_BYTES = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class DaemonStatus:
    """A daemon's state.

    pid, started: the process, and when it started, in the kernel's clock ticks since boot; both
    together name a process for ever. model: the SHA-256 of the model file in use. loads: how often
    a model was loaded, or refused. refused: why the last one was, or "". frames: analysed, see
    `PipelineStats.counted`. paused: all cameras are. streaming: whether a camera gives frames.
    own_model: whether its settings name a model, so that it would load no other. every: seconds
    that frames are apart at least. time: of writing, in seconds of the clock since boot.
    """

    pid: int
    started: int
    model: str
    loads: int
    refused: str
    frames: int
    paused: bool
    streaming: bool
    own_model: bool
    every: float
    time: float


class StatusFile:
    """Written by the daemon's main loop, so that one that hangs is noticed."""

    def __init__(
        self,
        folder: Path | None,
        stats: Sequence[PipelineStats],
        model: str,
        *,
        own_model: bool,
        every: float,
    ) -> None:
        """Prepare the file. folder: None writes nothing. stats: of each source."""
        self._path = folder / STATUS if folder else None
        self._stats, self._model, self._loads, self._refused = stats, model, 1, ""
        self._own_model, self._every, self._due = own_model, every, 0.0

    def loaded(self, model: str) -> None:
        """Note that another model is in use."""
        self._model = model
        self._answer("")

    def refused(self, reason: str) -> None:
        """Note that a model was not loaded, and the former one stays."""
        self._answer(reason)

    def _answer(self, refused: str) -> None:
        self._loads, self._refused, self._due = self._loads + 1, refused, 0.0
        self.write()  # at once: the next frame may already hang

    def write(self) -> None:
        """Write the file if it is due. A full disk, or a missing folder, changes nothing else."""
        now = time.monotonic()
        if self._path is None or now < self._due:
            return
        self._due = now + WRITE_S
        text = json.dumps(asdict(self._status(now)))
        staged = self._path.with_suffix(".new")
        with suppress(OSError):
            staged.touch(0o600)  # when it is written tells a little about what was seen
            staged.write_text(text, encoding="utf-8")
            staged.replace(self._path)

    def _status(self, now: float) -> DaemonStatus:
        return DaemonStatus(
            pid=os.getpid(),
            started=start_ticks(os.getpid()) or 0,
            model=self._model,
            loads=self._loads,
            refused=self._refused,
            frames=sum(each.counted for each in self._stats),
            paused=all(each.paused for each in self._stats),
            streaming=any(each.streaming for each in self._stats),
            own_model=self._own_model,
            every=self._every,
            time=now,
        )


def read_status(folder: Path) -> DaemonStatus | None:
    """Return what a daemon that still runs says of itself; None if there is none.

    The file's owner is a user with few rights. It counts only if it names a process of that user,
    because root will send that process signals.
    """
    try:
        content, owner = _read(folder / STATUS)
        status = DaemonStatus(**parse_json(content))
        checked = all(
            type(value) is type(getattr(status, name)) for name, value in _PATTERN.items()
        )
        checked = checked and all(
            is_number(getattr(status, name), 0, most) for name, most in _MOST.items()
        )
        alive = checked and start_ticks(status.pid) == status.started
        return status if alive and user_of(status.pid) == owner else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _read(path: Path) -> tuple[bytes, int]:
    """Return a file's content and its owner; raises OSError for a link, a pipe or a large file.

    All of it is asked of one open file: the owner of the folder may exchange the file meanwhile.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags), "rb") as file:
        found = os.fstat(file.fileno())
        check_regular(found)
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content, found.st_uid


_MOST = {"loads": 2**53, "frames": 2**53, "every": 1e6, "time": 1e12}
_PATTERN = {
    **dict.fromkeys(("pid", "started", "loads", "frames"), 0),
    **dict.fromkeys(("model", "refused"), ""),
    **dict.fromkeys(("paused", "streaming", "own_model"), False),
    **dict.fromkeys(("every", "time"), 0.0),
}
