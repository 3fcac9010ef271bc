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
