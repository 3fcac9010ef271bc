"""Simulated devices for `bench.fleet`: the daemon's own reports, without camera and network.

A process holds several; its parent tells it over a pipe what they are to do.
"""

import gc
import logging
import multiprocessing
import random
import resource
import time
from argparse import Namespace
from collections import Counter
from multiprocessing.connection import Connection
from threading import Event, Lock, Thread
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import numpy as np

from emotion_edge.capture.frame import Frame
from emotion_edge.cli.parser import make_parser
from emotion_edge.faces.types import Box
from emotion_edge.model.classifier import Classification
from emotion_edge.output import reporter as report
from emotion_edge.output.mqtt import publisher as mqtt
from emotion_edge.pipeline.analyzer import FaceAnalyzer, FaceResult
from emotion_edge.pipeline.smoothing import Decision
from emotion_edge.pipeline.stats import PipelineStats

CROWD = 250  # devices in a process: each has three files, and paho's select() knows 1,024
FRAME = 1.0  # seconds from one frame to the next; nothing is published between changes anyway
LABELS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
ARGS = make_parser("").parse_args(["run"])
WATCHER = cast(FaceAnalyzer, SimpleNamespace(faces=1, find_ms=9.87))


class Counted(mqtt.Publisher):
    """Counts what it is given: (kind, whether there was a connection) to messages."""

    tally: ClassVar[Counter[tuple[str, bool]]] = Counter()
    lock = Lock()

    def _publish(self, topic: str, payload: str, *, retain: bool) -> None:
        there = self._client.is_connected()
        with self.lock:
            self.tally[topic.rpartition("/")[2], there] += 1
        if there:
            super()._publish(topic, payload, retain=retain)


class Device(Thread):
    """One device, from its start to its "offline"; what the daemon's main thread does."""

    def __init__(self, prefix: str, port: int, change: float, orders: SimpleNamespace) -> None:
        """prefix: its topics. change: seconds from one label to the next, on average."""
        super().__init__(daemon=True)
        args = Namespace(**{**vars(ARGS), "to": [f"mqtt://127.0.0.1:{port}/{prefix}"]})
        self._chance, self._orders = FRAME / change, orders
        self._random = random.Random(prefix)
        self._status, self._label, self._frames = PipelineStats(), "", 0
        self._report = report.Report(args, self._status, LABELS)

    def run(self) -> None:
        """Connect when all are to, and see a face in each frame until the end."""
        self._orders.go.wait()
        with self._report:
            self._orders.end.wait(self._random.uniform(0, FRAME))
            while not self._orders.end.wait(FRAME):
                if self._orders.look.is_set():
                    self._see()

    def _see(self) -> None:
        changed = not self._label or self._random.random() < self._chance
        if changed:
            self._label = self._random.choice([each for each in LABELS if each != self._label])
        frame = Frame("picamera2", self._frames, np.zeros((1, 1, 3), np.uint8), time.monotonic())
        self._frames += 1
        self._status.processed(frame, 1)
        for _ in self._report.frame(frame, [self._sighting(changed)], WATCHER):
            pass  # the lines for stdout, of which there are none

    def _sighting(self, changed: bool) -> FaceResult:
        rest = np.array([self._random.random() for _ in LABELS])
        values = rest / rest.sum()
        scores = dict(zip(LABELS, values.tolist(), strict=True))
        result = Classification(self._label, 0.5, scores, values, values, 1.23, 12.34)
        box = Box(self._random.randrange(400), self._random.randrange(300), 123.0)
        return FaceResult(Decision(self._label), 1, box, result, values, changed)


class Room:
    """The devices of one process."""

    def __init__(self, prefixes: list[str], port: int, change: float) -> None:
        """prefixes: of each device. The others are as in `Device`."""
        self._prefixes, self._given = prefixes, (port, change)
        self._devices: list[Device] = []

    def make(self) -> None:
        """Get the devices ready."""
        self._orders = SimpleNamespace(go=Event(), look=Event(), end=Event())
        self._devices = [Device(each, *self._given, self._orders) for each in self._prefixes]
        for device in self._devices:
            device.start()

    def go(self) -> None:
        """Let them connect."""
        self._orders.go.set()

    def look(self) -> None:
        """Let them see faces."""
        self._orders.look.set()

    def count(self) -> None:
        """Do nothing; the answer to every word is what was published so far."""

    def rest(self) -> None:
        """Let them see no more."""
        self._orders.look.clear()

    def end(self) -> None:
        """Let them say "offline" and go."""
        self._orders.end.set()
        for device in self._devices:
            device.join()
        self._devices.clear()
        gc.collect()  # else paho's pairs of sockets stay, and select() knows no more than 1,024


def serve(pipe: Connection, *given: Any) -> None:
    """Do what the pipe says, the name of a method of `Room`, and answer, until it says "quit"."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    logging.disable(logging.WARNING)  # a thousand say that the broker is away
    report.Publisher = Counted  # type: ignore[misc]
    room = Room(*given)
    for word in iter(pipe.recv, "quit"):
        getattr(room, word)()
        with Counted.lock:
            tally = Counted.tally.copy()
        pipe.publish_event(tally)


class Fleet:
    """All devices, in as many processes as they need."""

    def __init__(self, devices: int, port: int, change: float) -> None:
        """port: the broker's, on this machine. change: as in `Device`."""
        names = [f"fleet/site{i // 100:03}/room{i % 100:02}" for i in range(devices)]
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Any] = []
        for start in range(0, devices, CROWD):
            ours, theirs = context.Pipe()
            given = (theirs, names[start : start + CROWD], port, change)
            context.Process(target=serve, args=given, daemon=True).start()
            self._pipes.append(ours)

    def tell(self, word: str) -> Counter[tuple[str, bool]]:
        """Tell all processes; return, when all have done it, what was published so far."""
        for pipe in self._pipes:
            pipe.publish_event(word)
        return sum((pipe.recv() for pipe in self._pipes), Counter())

    def leave(self) -> None:
        """Let the devices say "offline", and end the processes."""
        self.tell("end")
        for pipe in self._pipes:
            pipe.publish_event("quit")
