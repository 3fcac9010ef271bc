"""Simulated devices for `bench.fleet`: the daemon's output without camera and network.

A process holds several devices; its parent controls them over a pipe.
"""

import gc
import logging
import multiprocessing
import random
import resource
from collections import Counter
from multiprocessing.connection import Connection
from threading import Event, Thread
from typing import Any

from bench._fleet.output import LABELS, Output, published

DEVICES_PER_PROCESS = 180  # each has five files, and paho's select() is limited to 1,024
FRAME_PERIOD_S = 1.0  # nothing is published between label changes anyway


class Signals:
    """The events that the devices of a process wait for."""

    def __init__(self) -> None:
        """Begin with none set."""
        self.connect, self.see, self.end = Event(), Event(), Event()


class Device(Thread):
    """One device from its start to its "offline": the daemon's main thread."""

    def __init__(self, prefix: str, port: int, change_s: float, signals: Signals) -> None:
        """prefix: of its topics. change_s: mean seconds between label changes."""
        super().__init__(daemon=True)
        self._change_chance, self._signals = FRAME_PERIOD_S / change_s, signals
        self._random = random.Random(prefix)
        self._label = ""
        self._output = Output(prefix, port)

    def run(self) -> None:
        """Connect on signal, and see a face in each frame until the end."""
        self._signals.connect.wait()
        with self._output.sink:
            self._signals.end.wait(self._random.uniform(0, FRAME_PERIOD_S))
            while not self._signals.end.wait(FRAME_PERIOD_S):
                if self._signals.see.is_set():
                    self._see_face()

    def _see_face(self) -> None:
        changed = not self._label or self._random.random() < self._change_chance
        if changed:
            self._label = self._random.choice([each for each in LABELS if each != self._label])
        self._output.publish(self._label, changed=changed, rng=self._random)


class DeviceGroup:
    """The devices of one process; its methods are the commands of `Fleet.tell`."""

    def __init__(self, prefixes: list[str], port: int, change_s: float) -> None:
        """prefixes: of each device. The others are as in `Device`."""
        self._prefixes, self._given = prefixes, (port, change_s)
        self._devices: list[Device] = []

    def create(self) -> None:
        """Create the devices, not yet connected."""
        self._signals = Signals()
        self._devices = [Device(each, *self._given, self._signals) for each in self._prefixes]
        for device in self._devices:
            device.start()

    def connect(self) -> None:
        """Let all devices connect."""
        self._signals.connect.set()

    def see(self) -> None:
        """Let all devices see faces."""
        self._signals.see.set()

    def count(self) -> None:
        """Do nothing: the answer to every command is the number of messages so far."""

    def rest(self) -> None:
        """Let no device see a face."""
        self._signals.see.clear()

    def end(self) -> None:
        """Let all devices publish "offline" and disconnect."""
        self._signals.end.set()
        for device in self._devices:
            device.join()
        self._devices.clear()
        gc.collect()  # else paho's socket pairs stay open, and select() is limited to 1,024


def serve(pipe: "Connection[Any, Any]", *given: Any) -> None:
    """Run the commands from a pipe until "quit"; answer each with the counts of messages.

    given: the arguments of `DeviceGroup`.
    """
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    logging.disable(logging.WARNING)  # else a thousand devices report a lost broker
    group = DeviceGroup(*given)
    for command in iter(pipe.recv, "quit"):
        getattr(group, command)()
        pipe.send(published())


class Fleet:
    """All devices, in as many processes as they need."""

    def __init__(self, devices: int, port: int, change_s: float) -> None:
        """port: the broker's on this machine. change_s: as in `Device`."""
        names = [f"fleet/site{i // 100:03}/room{i % 100:02}" for i in range(devices)]
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection[Any, Any]] = []
        for start in range(0, devices, DEVICES_PER_PROCESS):
            ours, theirs = context.Pipe()
            given = (theirs, names[start : start + DEVICES_PER_PROCESS], port, change_s)
            context.Process(target=serve, args=given, daemon=True).start()
            self._pipes.append(ours)

    def tell(self, command: str) -> Counter[tuple[str, bool]]:
        """Send a command to all processes, and wait until all have run it.

        Returns the messages so far, by kind and by whether there was a connection.
        """
        for pipe in self._pipes:
            pipe.send(command)
        return sum((pipe.recv() for pipe in self._pipes), Counter())

    def stop(self) -> None:
        """Let the devices publish "offline", and end the processes."""
        self.tell("end")
        for pipe in self._pipes:
            pipe.send("quit")
