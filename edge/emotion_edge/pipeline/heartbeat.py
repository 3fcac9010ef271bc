"""Decide when to report a value: on a change, or again after a while without one."""

from typing import Literal

Event = Literal["picture", "change", "heartbeat", "frame"]
"""The reason for reporting a result.

"picture": it belongs to a single picture. "change": the label changed. "heartbeat": it has not
changed for the heartbeat's interval. "frame": no reason to report it, except on request.
"""


class Heartbeat:
    """Decides for one value whether a frame's result is a change, a heartbeat or neither."""

    def __init__(self, interval: float) -> None:
        """Start with nothing reported. interval: in seconds of the stream; 0 turns it off."""
        self._interval = interval
        self._reported: float | None = None

    def event(self, seconds: float, *, changed: bool) -> Event:
        """Return why to report the value at `seconds`; there is no heartbeat before a change."""
        if changed:
            self._reported = seconds
            return "change"
        reported = self._reported
        if not self._interval or reported is None or seconds - reported < self._interval:
            return "frame"
        self._reported = seconds
        return "heartbeat"


class AbsenceReporter:
    """Decides when to report that nobody is in view. A face counts once its label was reported."""

    def __init__(self, interval: float) -> None:
        """Start with nothing reported. interval: see `Heartbeat`."""
        self._heartbeat, self._reported = Heartbeat(interval), False

    def event(self, seconds: float, *, known: bool, tracked: bool, ended: bool) -> Event | None:
        """Return why to report at `seconds` that nobody is in view; None if it is not reported.

        known: a reported face is in view. tracked: any face is, reported or not. ended: a reported
        face has just left; its end says that nobody is left, so the heartbeat counts from here.
        """
        if known or ended:
            self._reported = not known
            self._heartbeat.event(seconds, changed=True)
            return None
        if tracked:
            return None
        changed, self._reported = not self._reported, True
        return self._heartbeat.event(seconds, changed=changed)
