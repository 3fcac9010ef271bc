"""The daemon's state and counters, for MQTT, Prometheus and systemd."""

import time
from collections import deque
from dataclasses import dataclass, field

from emotion_edge.capture.frame import Frame

RATE_WINDOW_S = 10.0


@dataclass(frozen=True)
class Throughput:
    """How much was done since the start: frames analysed, frames that came too late.

    frame_rate: analysed frames per second; None if it is not known yet.
    """

    frames: int = 0
    dropped: int = 0
    frame_rate: float | None = None


@dataclass
class PipelineStats:
    """Counters since the start, and the present state. The main loop writes, any thread reads.

    frames: analysed. dropped: frames that arrived too late to be analysed.
    dropped_lines: those that stdout's reader was too slow for.
    camera_reconnects, mqtt_reconnects: how often the connection came back.
    faces: in view; None if no detector is used. streaming: whether the source gives frames; if not,
    `reason` says why. watched: whether anybody sees the page; None: there is none. periodic: frames
    that take longer show that somebody is there, so `shown` changes only when a period ends.
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
    watched: bool | None = None
    periodic: bool = False
    _has_streamed: bool = False
    _period: Throughput = Throughput()
    _period_start: float = field(default_factory=time.monotonic)
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
        self.camera_reconnects += self._has_streamed and not self.streaming
        self._has_streamed = True
        self.streaming, self.reason, self.faces = True, "", faces

    def stream_lost(self, reason: str) -> None:
        """Note that the source gives no frames."""
        self.streaming, self.reason, self.faces = False, reason, None

    def end_period(self) -> None:
        """Show what was done until now; the frame rate is that of the whole period."""
        now, frames = time.monotonic(), self.frames - self._period.frames
        rate = frames / max(now - self._period_start, 1e-3)
        self._period, self._period_start = Throughput(self.frames, self.dropped, rate), now

    @property
    def shown(self) -> Throughput:
        """What may leave the process: the present figures, or those of the last period's end."""
        if self.periodic:
            return self._period
        return Throughput(self.frames, self.dropped, self.frame_rate)

    @property
    def counted(self) -> int:
        """Frames for a counter that must run on: analysed; with `periodic`, the late ones, too."""
        return self.frames + self.dropped if self.periodic else self.frames

    @property
    def summary(self) -> str:
        """One line for `systemctl status`."""
        if not self.streaming:
            return self.reason
        if self.paused:
            return "paused"
        rate = self.shown.frame_rate
        return "running" if rate is None else f"{rate:.1f} frames per second"

    @property
    def frame_rate(self) -> float:
        """Analysed frames per second over the last `RATE_WINDOW_S` seconds."""
        now = time.monotonic()
        recent = [each for each in tuple(self._times) if now - each <= RATE_WINDOW_S]
        return (len(recent) - 1) / (now - recent[0]) if len(recent) > 1 else 0.0
