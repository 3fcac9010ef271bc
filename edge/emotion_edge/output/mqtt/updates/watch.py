"""The files that the daemon and `emotion-edge update` share: one tells, the other asks."""

import logging
import math
import threading
import time
from dataclasses import replace
from pathlib import Path

from emotion_edge.errors import RunError
from emotion_edge.output.mqtt.updates.state_file import (
    RUNNING,
    UpdateState,
    read_update_state,
)
from emotion_edge.system.lock_file import is_held
from emotion_edge.util.atomic_write import staged_write
from emotion_edge.util.backoff import is_power_of_two

CHECK, INSTALL = "check", "install"
TAKER = "emotion-edge-update-request.path"
PAUSE_S = 30.0  # between two requests of one kind, because each is a connection to a server
log = logging.getLogger(__name__)


class UpdateWatch:
    """Looks at `update.json`, and writes `update-request`; any thread may use it."""

    def __init__(self, state: Path, request: Path | None) -> None:
        """Look at nothing yet. state, request: the files. No request: nobody can ask."""
        self._path, self._request = state, request
        self._lock = threading.Lock()
        self._seen: object = None  # what the file was like when it was last read
        self._state: UpdateState | None = None
        self._complained = False
        self._asked: dict[str, float] = {}
        self._ignored = 0

    @property
    def takes_requests(self) -> bool:
        """Whether anybody can ask for an update."""
        return self._request is not None

    def look(self) -> UpdateState | None:
        """Return what the file says now; None without one, or if it is damaged.

        While it stays as it is, this costs one call of the system, and a few during an update.
        """
        with self._lock:
            try:
                status = self._path.stat()
                seen = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            except OSError:
                seen = None
            if seen != self._seen:
                self._seen = seen
                self._state = self._read() if seen else None
            return self._as_it_is(self._state)

    def _as_it_is(self, state: UpdateState | None) -> UpdateState | None:
        """Return the state without the progress of an update that was killed."""
        if state is None or state.progress is None or is_held(self._path.with_name(RUNNING)):
            return state
        return replace(state, progress=None)

    def _read(self) -> UpdateState | None:
        try:
            state = read_update_state(self._path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            if not self._complained:
                reason = getattr(error, "strerror", None) or error
                log.warning("%s: no update is shown: %s", self._path, reason)
            self._complained = True
            return None
        self._complained = False
        return state

    def ask(self, command: str) -> None:
        """Ask for a check or an installation, unless that was done a moment ago."""
        with self._lock:
            now = time.monotonic()
            if self._request is None:
                self._ignore(command, "there is no folder for it: give --run-dir")
            elif self._state is None:
                self._ignore(command, f"nothing updates models here: there is no {self._path}")
            elif now < self._asked.get(command, -math.inf) + PAUSE_S:
                self._ignore(command, f"the last one came less than {PAUSE_S:g} s before")
            else:
                self._asked[command] = now
                self._write(self._request, command)

    def _ignore(self, command: str, reason: str) -> None:
        self._ignored += 1
        if is_power_of_two(self._ignored):
            log.warning("%s: ignored, %d time(s) so far: %s", command, self._ignored, reason)

    def _write(self, request: Path, command: str) -> None:
        if waiting := request.exists():
            log.warning("%s: nobody has taken the last one yet; is %s enabled?", request, TAKER)
        if waiting and command == CHECK:
            return  # what waits there begins with a check, too
        try:
            with staged_write(request.parent) as stage:
                (stage / request.name).write_text(f"{command}\n", encoding="utf-8")
            log.info("%s: asked for by MQTT", command)
        except RunError as error:
            log.warning("%s: %s", command, error)
