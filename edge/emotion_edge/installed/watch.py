"""Watch the daemon with another model: it must load it, go on, and stay about as quick."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from emotion_edge.errors import RunError
from emotion_edge.installed.daemon import POLL_S, Daemon
from emotion_edge.installed.problems import WentBackError
from emotion_edge.installed.status import DaemonStatus

LOAD_S = 60.0  # the trial in a child process takes at most 30, and a frame may be rare
PATIENCE_S = 10.0  # without a frame, or five times as long as frames were apart before
SLOWEST = 3.0  # a model may make the daemon this many times as slow
BACK_S = 20.0  # for a daemon that does not hang to load the former model
RESTART_S = 60.0  # for systemd, which waits for five seconds, and a start
START_S = 20.0  # for a daemon that has just started to get its first frame
REPORT_S = 15.0
_MEASURE_S = 3.0


@dataclass(frozen=True)
class Pace:
    """How the daemon did before. interval: mean seconds between two frames; 0 if it hangs."""

    status: DaemonStatus
    interval: float

    @property
    def hangs(self) -> bool:
        """Whether the daemon got nowhere, so that it does not hear that it is to load a model."""
        return not self.interval

    @property
    def patience(self) -> float:
        """Seconds for a frame."""
        return max(PATIENCE_S, 5 * max(self.interval, self.status.every))


def measure_pace(daemon: Daemon) -> Pace:
    """Return how quick the daemon is; raises RunError if it has no frames."""
    first = daemon.wait(START_S, lambda status: status.streaming and not status.paused)
    if first is None:
        status = daemon.status()
        reason = "is paused" if status and status.paused else "gets no frames"
        raise RunError(
            f"the daemon {reason}, so nobody could tell whether the model works there",
            "resume it or mend the camera (emotion-edge doctor); --watch 0 does not look",
        )

    def moved(now: DaemonStatus) -> bool:
        # Rare frames reach the file late.
        on = now.started == first.started and now.frames > first.frames
        return on and now.time - first.time >= _MEASURE_S

    last = daemon.wait(2 * Pace(first, 0.0).patience, moved)
    if last is None:
        return Pace(first, 0.0)
    return Pace(last, (last.time - first.time) / (last.frames - first.frames))


def watch(daemon: Daemon, model: str, pace: Pace, seconds: float) -> Iterator[str]:
    """Yield how it goes until the daemon has worked with a model for so many seconds.

    model: the SHA-256 of its file. Raises WentBackError as soon as it does not work.
    """
    loaded = _wait_until_loaded(daemon, model, pace)
    yield f"in use; watching it for {seconds:g} seconds"
    # Our own clock: the daemon's file could say any time.
    start = seen = time.monotonic()
    last, report = loaded, start + REPORT_S
    while seen < start + seconds:  # until a frame after that: it does not hang now
        time.sleep(POLL_S)
        now, newest = time.monotonic(), _look(daemon, loaded)
        if newest.frames > last.frames:
            last, seen = newest, now
        elif now - seen > pace.patience:
            found = f"with it the daemon has analysed no frame for {pace.patience:.0f} seconds"
            raise WentBackError(found)
        if now >= report:
            report += REPORT_S
            yield f"{now - start:.0f} of {seconds:g} seconds: {_rate(loaded, last, now - start)}"
    elapsed = seen - start
    if (last.frames - loaded.frames) * pace.interval * SLOWEST < elapsed and not pace.hangs:
        raise WentBackError(
            f"with it the daemon is more than {SLOWEST:g} times as slow: "
            f"{_rate(loaded, last, elapsed)}, before {1 / pace.interval:.3g}"
        )
    yield f"{last.frames - loaded.frames} frames, {_rate(loaded, last, elapsed)}, no restart"


def _rate(loaded: DaemonStatus, last: DaemonStatus, seconds: float) -> str:
    return f"{(last.frames - loaded.frames) / max(seconds, 1e-3):.3g} frames per second"


def _wait_until_loaded(daemon: Daemon, model: str, pace: Pace) -> DaemonStatus:
    before = pace.status

    def answered(now: DaemonStatus) -> bool:
        if now.started == before.started:
            return now.loads > before.loads and (now.model == model or bool(now.refused))
        return now.streaming  # it was started again, and has its first frame

    most = LOAD_S + pace.patience + (RESTART_S if pace.hangs else 0)
    status = daemon.wait(most, answered)
    if status and status.model == model:
        return status
    if status and status.refused:
        raise WentBackError(f"the daemon does not load it: {status.refused}")
    if status is None and daemon.status():
        raise WentBackError(f"the daemon did not load it within {most:.0f} seconds")
    raise _restarted(daemon)


def _look(daemon: Daemon, loaded: DaemonStatus) -> DaemonStatus:
    """Return the daemon's status; raises WentBackError unless it still works with the model."""
    status = daemon.status()
    if status is None or status.started != loaded.started:
        raise _restarted(daemon)
    if status.paused or not status.streaming:
        found = "was paused" if status.paused else "lost its camera"
        raise WentBackError(f"the daemon {found} meanwhile", "try again", blames_model=False)
    if status.model != loaded.model:
        raise WentBackError("somebody loaded another model", "try again", blames_model=False)
    return status


def _restarted(daemon: Daemon) -> WentBackError:
    if daemon.was_stopped_by_somebody():
        found = "somebody stopped or restarted the daemon meanwhile"
        return WentBackError(found, "try again", blames_model=False)
    return WentBackError("with it the daemon ended, or was restarted")


def bring_back(daemon: Daemon, model: str) -> str:
    """Wait until the daemon uses a model; return what is left to do, "" if it does use it.

    model: the SHA-256 of its file, which the daemon was told to load. One that hangs is killed, so
    that it is started again.
    """

    def uses_it(now: DaemonStatus) -> bool:
        return now.model == model

    if daemon.is_stopped():
        return "somebody has stopped the daemon; start it: sudo systemctl start emotion-edge"
    if daemon.wait(BACK_S, uses_it):
        return ""
    daemon.kill()
    if daemon.wait(RESTART_S, uses_it):
        return ""
    return "the daemon does not run; start it: sudo systemctl restart emotion-edge"
