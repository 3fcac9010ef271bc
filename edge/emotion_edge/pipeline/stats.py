"""How the daemon is doing: what MQTT, Prometheus and systemd are told besides the labels."""

import time
from collections import deque
from dataclasses import dataclass, field

from emotion_edge.capture.frame import Frame

RATE_WINDOW_S = 10.0  # seconds over which the frame rate is taken


@dataclass
class PipelineStats:
    """Counts since the start, and how things are now; written by the loop, read by anybody.

    frames: looked at. dropped: came too late to be. camera_reconnects, mqtt_reconnects: how often
    camera and broker came back. faces: in sight, None where none are looked for. streaming: whether
    the source gives frames; if not, `reason` says why.
    """

    frames: int = 0
    dropped: int = 0
    camera_reconnects: int = 0
    mqtt_reconnects: int = 0
    faces: int | None = None
    paused: bool = False
    streaming: bool = False
    reason: str = "starting"
    _times: deque[float] = field(default_factory=lambda: deque([time.monotonic()]))

    def processed(self, frame: Frame, faces: int | None) -> None:
        """Take note of a frame that has been looked at."""
        self.received(frame)
        self.frames += 1
        self.faces = faces
        self._times.append(time.monotonic())
        while self._times[-1] - self._times[0] > RATE_WINDOW_S and len(self._times) > 2:
            self._times.popleft()

    def received(self, frame: Frame) -> None:
        """Take note that the source gives frames, whether or not they are looked at."""
        self.dropped += frame.dropped
        self.camera_reconnects += not self.streaming and self.reason != "starting"
        self.streaming, self.reason = True, ""

    def lost(self, reason: str) -> None:
        """Take note that the source gives none."""
        self.streaming, self.reason, self.faces = False, reason, None

    @property
    def words(self) -> str:
        """What it does, for `systemctl status`."""
        doing = "paused" if self.paused else f"{self.frame_rate:.1f} frames per second"
        return doing if self.streaming else self.reason

    @property
    def frame_rate(self) -> float:
        """Frames per second that were looked at, over the last `SPAN` seconds."""
        recent = [t for t in tuple(self._times) if time.monotonic() - t <= RATE_WINDOW_S]
        return (len(recent) - 1) / (time.monotonic() - recent[0]) if len(recent) > 1 else 0.0
