"""The daemon's state and counters, for MQTT, Prometheus and systemd."""

import time
from collections import deque
from dataclasses import dataclass, field

from emotion_edge.capture.frame import Frame

RATE_WINDOW_S = 10.0


@dataclass
class PipelineStats:
    """Counters since the start, and the present state. The main loop writes, any thread reads.

    frames: analysed. dropped: frames that arrived too late to be analysed.
    dropped_lines: those that stdout's reader was too slow for.
    camera_reconnects, mqtt_reconnects: how often the connection came back.
    faces: in view; None if no detector is used. streaming: whether the source gives frames; if not,
    `reason` says why.
    """

    frames: int = 0
    dropped: int = 0
    dropped_lines: int = 0
    camera_reconnects: int = 0
    mqtt_reconnects: int = 0
    faces: int | None = None
    paused: bool = False
    streaming: bool = False
    reason: str = "starting"
    _times: deque[float] = field(default_factory=lambda: deque([time.monotonic()]))

    def processed(self, frame: Frame, faces: int | None) -> None:
        """Count a frame that was analysed."""
        self.received(frame, faces)
        self.frames += 1
        self._times.append(time.monotonic())
        while self._times[-1] - self._times[0] > RATE_WINDOW_S and len(self._times) > 2:
            self._times.popleft()

    def received(self, frame: Frame, faces: int | None = None) -> None:
        """Note that the source gives frames, analysed or not."""
        self.dropped += frame.dropped
        self.camera_reconnects += not self.streaming and self.reason != "starting"
        self.streaming, self.reason, self.faces = True, "", faces

    def stream_lost(self, reason: str) -> None:
        """Note that the source gives no frames."""
        self.streaming, self.reason, self.faces = False, reason, None

    @property
    def summary(self) -> str:
        """One line for `systemctl status`."""
        activity = "paused" if self.paused else f"{self.frame_rate:.1f} frames per second"
        return activity if self.streaming else self.reason

    @property
    def frame_rate(self) -> float:
        """Analysed frames per second over the last `RATE_WINDOW_S` seconds."""
        now = time.monotonic()
        recent = [each for each in tuple(self._times) if now - each <= RATE_WINDOW_S]
        return (len(recent) - 1) / (now - recent[0]) if len(recent) > 1 else 0.0
