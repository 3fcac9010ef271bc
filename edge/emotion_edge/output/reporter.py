"""Who is told what: stdout and the brokers, of what is seen and how the daemon is doing."""

import json
import time
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from types import TracebackType

from emotion_edge.capture.frame import Frame
from emotion_edge.output import json_lines as lines
from emotion_edge.output.aggregate import Aggregate
from emotion_edge.output.mqtt.address import brokers, destinations
from emotion_edge.output.mqtt.home_assistant import discovery, discovery_topic
from emotion_edge.output.mqtt.publisher import MqttPublisher
from emotion_edge.pipeline.analyzer import FaceAnalyzer, FaceResult
from emotion_edge.pipeline.main_face import MainFace
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.system.hardware import cpu_temperature

# Home Assistant takes what was not said again for so many heartbeats (or frames, where those are
# rarer), and at least so many seconds, for unknown: a camera that is away is tried again every 30 s
# at least, and each time that is said.
EXPIRE, LEAST_EXPIRE = 3, 90


class Report:
    """As a context manager it is connected to the brokers.

    Its methods yield what stdout is to say, a line each, and nothing where that is not in --to.
    """

    def __init__(self, args: Namespace, status: PipelineStats, labels: Iterable[str]) -> None:
        """args: as `emotion_edge.cli.options` gave them. labels: the model's. Raises UserError."""
        self._args, self._status = args, status
        self._stdout = "-" in destinations(args)
        self._lines = lines.Lines(heartbeat=args.heartbeat, everything=args.all)
        self._aggregate = Aggregate(args.aggregate) if args.aggregate else None
        self._scene, self._said, self._due = MainFace(), "", 0.0
        self._publishers = [
            MqttPublisher(broker, args, on_pause=self._pause, on_reconnect=self._reconnected)
            for broker in brokers(args)
        ]
        self.begin(labels)
        self._pause(False)
        self._tell_state()
        self._stack = ExitStack()

    def __enter__(self) -> "Report":
        for publisher in self._publishers:
            self._stack.enter_context(publisher)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def begin(self, labels: Iterable[str]) -> None:
        """Begin with a model: forget the faces, whose numbers begin anew, and introduce its labels.

        What was said of the last main face is so until something is said of another.
        """
        self._scene.reset()
        self._lines.reset()
        if not self._args.discovery:
            return
        beat = self._args.heartbeat and max(self._args.heartbeat, self._args.every)
        expire = beat and max(LEAST_EXPIRE, EXPIRE * beat)
        for publisher in self._publishers:
            message = discovery(
                publisher.broker, labels, expire=expire, aggregate=bool(self._aggregate)
            )
            publisher.publish_state(
                f"/{discovery_topic(publisher.broker, self._args.discovery)}", message
            )

    def frame(
        self, frame: Frame, sightings: list[FaceResult], watcher: FaceAnalyzer
    ) -> Iterator[str]:
        """Tell what is on a frame."""
        if self._aggregate:
            self._aggregate.count(sightings)
            yield from self._period(self._aggregate)
        else:
            self._scene.see(sightings, stream=frame.seconds is not None)
            for line in self._lines.of(frame, sightings, watcher):
                yield from self._event(line)
        self._tell_state()

    def no_signal(self, source: str, reason: str) -> Iterator[str]:
        """Tell, once, that there is nothing to be seen: "paused" or "no_camera"."""
        if self._aggregate:
            yield from self._period(self._aggregate)
        elif self._scene.main.said.reason != reason:
            self._scene.see_nothing(reason)
            self._lines.reset()
            yield from self._event(lines.no_signal(source, reason))
        self._tell_state()

    def _period(self, aggregate: Aggregate) -> Iterator[str]:
        if line := aggregate.finished():
            for publisher in self._publishers:
                publisher.publish_state("counts", json.dumps(line, ensure_ascii=False))
            if self._stdout:
                yield json.dumps(line, ensure_ascii=False)

    def _event(self, line: dict[str, object]) -> Iterator[str]:
        text = json.dumps(line, ensure_ascii=False)
        for publisher in self._publishers:
            publisher.publish_event("events", text)
        if self._stdout:
            yield text

    def _tell_state(self) -> None:
        """Publish states that have changed, and all attributes with each heartbeat."""
        said = f"{self._scene.main.said} {self._status.faces} {self._status.streaming}"
        now = time.monotonic()
        beat = self._args.heartbeat and now >= self._due
        if not self._publishers or (said == self._said and not beat):
            return
        self._said, self._due = said, now + self._args.heartbeat
        attributes = json.dumps(self._attributes(), ensure_ascii=False)
        for publisher in self._publishers:
            publisher.publish_state("attributes", attributes)
            # Nothing, which removes what was kept there before --aggregate was given.
            publisher.publish_state("state", "" if self._aggregate else self._scene.main.said.label)

    def _attributes(self) -> dict[str, object]:
        status = self._status
        seen = {} if self._aggregate else lines.of_sighting(self._scene.main)
        return {
            "time": lines.utc_now(),
            **seen,
            **({} if self._aggregate else {"faces": status.faces}),
            "streaming": status.streaming,
            "trouble": status.reason,
            "paused": status.paused,
            "frame_rate": round(status.frame_rate, 1),
            "frames": status.frames,
            "dropped": status.dropped,
            "temperature": cpu_temperature(),
        }

    def _pause(self, paused: bool) -> None:
        self._status.paused = paused
        for publisher in self._publishers:
            publisher.publish_state("paused", "paused" if paused else "running")

    def _reconnected(self) -> None:
        self._status.mqtt_reconnects += 1
