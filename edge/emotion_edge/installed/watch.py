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
REPORT_S = 15.0
_MEASURE_S, _MOST_S = 3.0, 60.0


@dataclass(frozen=True)
class Pace:
    """How the daemon did before. interval: seconds between two analysed frames, on average."""

    status: DaemonStatus
    interval: float


def measure_pace(daemon: Daemon) -> Pace:
    """Return how quick the daemon is; raises RunError if it analyses no frames."""
    start = time.monotonic()
    first = daemon.status()
    most = _MOST_S if first and first.streaming and not first.paused else 2 * _MEASURE_S

    def moved(now: DaemonStatus) -> bool:
        # Rare frames reach the file late.
        return (
            first is not None
            and now.pid == first.pid
            and now.frames > first.frames
            and now.time - first.time >= _MEASURE_S
        )

    last = daemon.wait(most - (time.monotonic() - start), moved)
    if first is None or last is None:
        reason = "is paused" if first and first.paused else "analyses no frames"
        raise RunError(
            f"the daemon {reason}, so nobody could tell whether the model works there",
            "resume it or mend the camera (emotion-edge doctor); --watch 0 does not look",
        )
    return Pace(last, (last.time - first.time) / (last.frames - first.frames))


def watch(daemon: Daemon, model: str, pace: Pace, seconds: float) -> Iterator[str]:
    """Yield how it goes until the daemon has worked with a model for so many seconds.

    model: the SHA-256 of its file. Raises WentBackError as soon as it does not work.
    """
    loaded = _wait_until_loaded(daemon, model, pace)
    yield f"in use; watching it for {seconds:g} seconds"
    last, report = loaded, time.monotonic() + REPORT_S
    while last.time < loaded.time + seconds:  # until a frame after that: it does not hang now
        time.sleep(POLL_S)
        last = _check(daemon, loaded, last, max(PATIENCE_S, 5 * pace.interval))
        if time.monotonic() >= report:
            report += REPORT_S
            yield f"{last.time - loaded.time:.0f} of {seconds:g} seconds: {_rate(loaded, last)}"
    frames = last.frames - loaded.frames
    if frames * pace.interval * SLOWEST < last.time - loaded.time:
        raise WentBackError(
            f"with it the daemon is more than {SLOWEST:g} times as slow: {_rate(loaded, last)}, "
            f"before {1 / pace.interval:.3g}"
        )
    yield f"{frames} frames, {_rate(loaded, last)}, no restart"


def _rate(loaded: DaemonStatus, last: DaemonStatus) -> str:
    rate = (last.frames - loaded.frames) / max(last.time - loaded.time, 1e-3)
    return f"{rate:.3g} frames per second"


def _wait_until_loaded(daemon: Daemon, model: str, pace: Pace) -> DaemonStatus:
    before = pace.status

    def answered(now: DaemonStatus) -> bool:
        return now.started != before.started or now.loads > before.loads

    status = daemon.wait(LOAD_S + 5 * pace.interval, answered)
    if status and status.model == model:
        return status
    if status and status.refused:
        raise WentBackError(f"the daemon does not load it: {status.refused}")
    if status is None and daemon.status():
        raise WentBackError(f"the daemon did not load it within {LOAD_S:g} seconds")
    raise _restarted(daemon)


def _check(
    daemon: Daemon, loaded: DaemonStatus, last: DaemonStatus, patience: float
) -> DaemonStatus:
    """Return the newest status in which the daemon had got on."""
    status = daemon.status()
    if status is None or status.started != loaded.started:
        raise _restarted(daemon)
    if status.paused or not status.streaming:
        found = "was paused" if status.paused else "lost its camera"
        raise WentBackError(f"the daemon {found} meanwhile", "try again", blames_model=False)
    if status.model != loaded.model:
        raise WentBackError("somebody loaded another model", "try again", blames_model=False)
    if status.frames > last.frames:
        return status
    if time.monotonic() - last.time > patience:
        raise WentBackError(f"with it the daemon has analysed no frame for {patience:.0f} seconds")
    return last


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
