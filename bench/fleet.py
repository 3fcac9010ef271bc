"""Measure one mosquitto with a fleet of devices, all on this machine.

  python -m bench.fleet [--devices 1000] [--change 4] [--seconds 30] [--rounds 3] [--down 3]

A device is the daemon's own output and MQTT client, without camera and network; several share a
process. Each sees one made-up face per second, whose label changes every --change seconds on
average. One subscriber receives everything. Three phases, --rounds times each:

connect storm   all devices start at once
steady state    --seconds with faces
restart         the broker is killed, and started again without its data after --down seconds

A figure is the lowest and the highest of the rounds. "refused" are connections that the kernel
refuses because too many wait to be accepted. "dropped" are events, which need not arrive; "kept"
are states, which the client publishes when it is connected again. "delay" is from the time in a
message to its arrival at the subscriber.

Broker, devices and subscriber share this machine's processors, so times are upper limits.
Connections are plain, without TLS and passwords.
"""

import argparse
import importlib.metadata
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench._fleet import rollout
from bench._fleet.broker import Broker, refused_connections
from bench._fleet.devices import Fleet
from bench._fleet.rollout import roll_out
from bench._fleet.subscriber import STATES, Subscriber, count_retained
from bench._fleet.table import Table, most_within, print_sizes, quantile
from bench._fleet.traffic import SETTLE_S, Traffic, Tried, connected
from bench._util import make_parser, run_program
from emotion_edge.cli.argument_types import count, limit
from emotion_edge.errors import UserError


def main() -> None:
    """Run the command line."""
    parser = make_parser("fleet", __doc__, rollout.__doc__)
    parser.add_argument("--devices", type=count, help="(default: 1000; with --updates 200)")
    parser.add_argument("--updates", action="store_true", help="publish models for them instead")
    parser.add_argument("--watch", type=limit, default=5, help="seconds, with --updates")
    parser.add_argument("--change", type=limit, default=4, help="seconds between label changes")
    parser.add_argument("--seconds", type=limit, default=30, help="length of the steady state")
    parser.add_argument("--rounds", type=count, default=3, help="of each phase")
    parser.add_argument("--down", type=limit, default=3, help="seconds without a broker")
    args = parser.parse_args()
    if args.updates:
        roll_out(args.devices or 200, args.watch)
        return
    args.devices = args.devices or 1000
    if not shutil.which("mosquitto"):
        raise UserError("needs mosquitto: sudo apt install mosquitto")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the broker inherits it
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(Path(folder))
        broker.start()
        try:
            Phases(args, broker).run()
        finally:
            broker.kill()


class Phases:
    """The three phases; each prints a table."""

    def __init__(self, args: argparse.Namespace, broker: Broker) -> None:
        """args: of the command line. broker: one that has had no client."""
        self._args, self._broker = args, broker
        self._fleet = Fleet(args.devices, broker.port, args.change)
        self._idle_memory = broker.memory
        self._subscriber = Subscriber(broker.port)
        self._traffic = Traffic(self._fleet, self._subscriber)

    def run(self) -> None:
        """Run all phases."""
        print(f"{versions()}; {os.cpu_count()} processors; {self._args.devices} devices")
        self._connect_storms()
        self._steady_state()
        self._restarts()
        self._fleet.stop()
        self._subscriber.disconnect()

    def _connect_storms(self) -> None:
        table = Table("connect storm: all devices start at once")
        for turn in range(self._args.rounds):
            if turn:
                self._fleet.tell("end")
            self._fleet.tell("create")
            cpu_s, refused, start = self._broker.cpu_s, refused_connections(), time.monotonic()
            self._fleet.tell("connect")
            self._wait_online(table, start, cpu_s, refused)
            time.sleep(SETTLE_S)
            memory = self._broker.memory
            table.add("broker's memory without devices, MiB", self._idle_memory / 2**20)
            table.add("broker's memory with all devices, MiB", memory / 2**20)
            per_device = (memory - self._idle_memory) / self._args.devices
            table.add("broker's memory per device, KiB", per_device / 2**10)
            table.add("broker's open files", self._broker.open_files)
        table.show()

    def _wait_online(self, table: Table, start: float, cpu_s: float, refused: int) -> None:
        """Wait for all devices.

        start, cpu_s, refused: time.monotonic(), `Broker.cpu_s` and `refused_connections` before.
        """
        times = self._subscriber.wait_online(self._args.devices, start)
        table.add("seconds until half are online", times[len(times) // 2])
        table.add("seconds until all are online", times[-1])
        table.add("most connections within one second", most_within(times))
        table.add("connections refused by a full queue", refused_connections() - refused)
        table.add("broker's CPU seconds until then", self._broker.cpu_s - cpu_s)

    def _steady_state(self) -> None:
        args = self._args
        table = Table(f"steady state: {args.seconds:g} s, a new label every {args.change:g} s")
        for _ in range(args.rounds):
            self._traffic.warm_up()
            self._add_steady_state(table)
        table.show()
        minutes = args.devices * args.seconds / 60
        print_sizes(self._subscriber, ("events", "attributes", "state", "faces", "totals"), minutes)

    def _add_steady_state(self, table: Table) -> None:
        subscriber = self._subscriber
        cpu_s, before = self._broker.cpu_s, self._traffic.begin()
        start = time.monotonic()
        time.sleep(self._args.seconds)
        cpu_s, seconds = self._broker.cpu_s - cpu_s, time.monotonic() - start
        tried, received = self._traffic.end(before)
        sent = connected(tried).total()
        table.add("published", sent)
        table.add("received", received.total())
        table.add("lost", sent - received.total())
        table.add("messages per second", sent / seconds)
        table.add("bytes of MQTT packets per second", round(subscriber.total_bytes() / seconds))
        delays = subscriber.delays
        table.add("delay of events and attributes, median, ms", 1000 * quantile(delays, 50))
        table.add("delay, 95th percentile, ms", 1000 * quantile(delays, 95))
        table.add("broker's CPU seconds per second", cpu_s / seconds)
        table.add("broker's CPU microseconds per message", cpu_s / sent * 1e6)
        table.add("broker's memory, MiB", self._broker.memory / 2**20)

    def _restarts(self) -> None:
        table = Table(f"restart: broker killed, started again after {self._args.down:g} s")
        for _ in range(self._args.rounds):
            before = self._traffic.begin()
            time.sleep(SETTLE_S)
            self._broker.kill()
            time.sleep(self._args.down)
            refused, start = refused_connections(), time.monotonic()
            self._broker.start()
            self._wait_online(table, start, 0.0, refused)
            time.sleep(SETTLE_S)
            self._add_restart(table, *self._traffic.end(before))
            table.add("broker's memory, MiB", self._broker.memory / 2**20)
        table.show()
        print_sizes(self._subscriber, ("availability", *STATES))

    def _add_restart(self, table: Table, tried: Tried, received: Counter[str]) -> None:
        sent = connected(tried)
        unsent = Counter({kind: n for (kind, there), n in tried.items() if not there})
        table.add("events dropped without a broker", unsent["events"])
        table.add("states kept without a broker", unsent.total() - unsent["events"])
        table.add("published", sent.total())
        table.add("published but lost: events", sent["events"] - received["events"])
        states = sum(sent[kind] - received[kind] for kind in STATES)
        table.add("  states, each published again later", states)
        retained = count_retained(self._broker.port, 5 * self._args.devices)
        table.add("retained for a new subscriber: online", retained["online"])
        for kind in STATES:
            table.add(f"  {kind}", retained[kind])


def versions() -> str:
    """Return the versions of mosquitto and paho-mqtt."""
    done = subprocess.run(["mosquitto", "-h"], capture_output=True, text=True, check=False)  # noqa: S607 - from PATH
    return f"{done.stdout.splitlines()[0]}, paho-mqtt {importlib.metadata.version('paho-mqtt')}"


if __name__ == "__main__":
    run_program("fleet", main)
