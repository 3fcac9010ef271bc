"""How one mosquitto bears a fleet of devices that are all on this machine.

  python -m bench.fleet [--devices 1000] [--change 4] [--seconds 30] [--rounds 3] [--down 3]

The devices are the daemon's own reports and MQTT clients, in several processes, over made-up faces
of which each has another label every `--change` seconds on average; one subscriber hears all. In
turn, --rounds times each: all devices connect at once; a steady state of --seconds; the broker is
killed and started again, empty, after --down seconds. Broker, devices and subscriber share this
machine's processors, so times are upper limits; connections are plain, without TLS and passwords.
"""

import argparse
import importlib.metadata
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench._fleet_broker import Ear, Quiet, retained, turned_away
from bench._fleet_devices import Fleet
from bench._fleet_table import Table, crest, quantile
from emotion_edge.cli.argument_types import count, limit
from emotion_edge.errors import UserError, exit_code

SETTLE = 2.0  # seconds in which what is under way arrives
STATES = ("config", "paused", "attributes", "state")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--devices", type=count, default=1000)
    parser.add_argument("--change", type=limit, default=4, help="seconds from label to label")
    parser.add_argument("--seconds", type=limit, default=30, help="of the steady state")
    parser.add_argument("--rounds", type=count, default=3, help="of each of the three")
    parser.add_argument("--down", type=limit, default=3, help="seconds without a broker")
    args = parser.parse_args()
    if not shutil.which("mosquitto"):
        raise UserError("needs mosquitto: sudo apt install mosquitto")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # which the broker inherits
    with tempfile.TemporaryDirectory() as folder:
        broker = Quiet(Path(folder)).start()
        try:
            Bench(args, broker).run()
        finally:
            broker.kill()


class Bench:
    """The phases, one after the other; each prints a table."""

    def __init__(self, args: argparse.Namespace, broker: Quiet) -> None:
        """args: of the command line. broker: one that has had no client."""
        self._args, self._broker = args, broker
        self._fleet = Fleet(args.devices, broker.port, args.change)
        self._empty = broker.memory
        self._ear = Ear(broker.port)

    def run(self) -> None:
        """Run all phases."""
        print(f"{versions()}; {os.cpu_count()} processors; {self._args.devices} devices")
        self._storms()
        self._steady()
        self._restarts()
        self._fleet.leave()
        self._ear.leave()

    def _storms(self) -> None:
        table = Table("connect storm: all devices start at once")
        for turn in range(self._args.rounds):
            if turn:
                self._fleet.tell("end")
            self._fleet.tell("make")
            cpu, away, start = self._broker.cpu, turned_away(), time.monotonic()
            self._fleet.tell("go")
            self._arrived(table, start, cpu, away)
            time.sleep(SETTLE)
            memory = self._broker.memory
            table.add("broker's memory without devices, MiB", self._empty / 2**20)
            table.add("broker's memory with all, MiB", memory / 2**20)
            table.add("a device, KiB", (memory - self._empty) / 2**10 / self._args.devices)
            table.add("broker's open files", self._broker.files)
        table.show()

    def _arrived(self, table: Table, start: float, cpu: float, away: int) -> None:
        """Wait for all. cpu, away: the broker's CPU seconds, and `turned_away`, at the start."""
        times = self._ear.wait_online(self._args.devices, start)
        table.add("seconds until half are online", times[len(times) // 2])
        table.add("seconds until all are online", times[-1])
        table.add("most that came within a second", crest(times))
        table.add("connections turned away, for too many came at once", turned_away() - away)
        table.add("broker's CPU seconds until then", self._broker.cpu - cpu)

    def _steady(self) -> None:
        args, ear = self._args, self._ear
        table = Table(f"steady state: {args.seconds:g} s, a new label every {args.change:g} s")
        for _ in range(args.rounds):
            self._fleet.tell("look")  # what each device sees first is no steady state
            time.sleep(SETTLE)
            self._rest()
            self._add_steady(table)
        table.show()
        show_sizes(ear, ("events", "attributes", "state"), args.devices * args.seconds / 60)

    def _add_steady(self, table: Table) -> None:
        ear, cpu, before = self._ear, self._broker.cpu, self._mark()
        start = time.monotonic()
        time.sleep(self._args.seconds)
        cpu, span = self._broker.cpu - cpu, time.monotonic() - start
        tried, heard = self._since(before)
        sent = connected(tried).total()
        table.add("published", sent)
        table.add("received", heard.total())
        table.add("lost", sent - heard.total())
        table.add("messages per second", sent / span)
        table.add("bytes per second, MQTT packets", round(total(ear) / span))
        table.add("delay of events and attributes, median, ms", 1000 * quantile(ear.delays, 50))
        table.add("delay, 95th percentile, ms", 1000 * quantile(ear.delays, 95))
        table.add("broker's CPU seconds per second", cpu / span)
        table.add("broker's CPU microseconds per message", cpu / sent * 1e6)
        table.add("broker's memory, MiB", self._broker.memory / 2**20)

    def _restarts(self) -> None:
        table = Table(f"broker killed, started again after {self._args.down:g} s")
        for _ in range(self._args.rounds):
            before = self._mark()
            time.sleep(SETTLE)
            self._broker.kill()
            time.sleep(self._args.down)
            away, start = turned_away(), time.monotonic()
            self._broker.start()
            self._arrived(table, start, 0.0, away)
            time.sleep(SETTLE)
            self._returned(table, *self._since(before))
            table.add("broker's memory, MiB", self._broker.memory / 2**20)
        table.show()
        show_sizes(self._ear, ("availability", *STATES))

    def _returned(self, table: Table, tried: Counter, heard: Counter) -> None:
        sent = connected(tried)
        void = Counter({kind: n for (kind, there), n in tried.items() if not there})
        table.add("events tried without a broker, dropped", void["events"])
        table.add("states tried without a broker, kept", void.total() - void["events"])
        table.add("published", sent.total())
        table.add("of these lost: events", sent["events"] - heard["events"])
        states = sum(sent[kind] - heard[kind] for kind in STATES)
        table.add("  states, each said again when it was back", states)
        found = retained(self._broker.port, 5 * self._args.devices)
        table.add("then found by a new subscriber: online", found["online"])
        for kind in STATES:
            table.add(f"  {kind}", found[kind])

    def _mark(self) -> tuple[Counter, Counter]:
        """Let faces be seen from now on; return what was published and heard before."""
        self._ear.sizes.clear()
        self._ear.delays.clear()
        before = self._fleet.tell("count"), self._ear.counts.copy()
        self._fleet.tell("look")
        return before

    def _since(self, before: tuple[Counter, Counter]) -> tuple[Counter, Counter]:
        """Let no more faces be seen; return what was published and heard since `_mark`."""
        tried = self._rest()
        return tried - before[0], self._ear.counts - before[1]

    def _rest(self) -> Counter:
        self._fleet.tell("rest")
        time.sleep(SETTLE)
        return self._fleet.tell("count")


def show_sizes(ear: Ear, kinds: tuple[str, ...], minutes: float = 0.0) -> None:
    """Print the mean sizes of messages. minutes: of all devices, to print how many in one."""
    print(f"\n{'message':14}{'payload, bytes':>16}{'MQTT packet':>13}", end="")
    print(f"{'per device and minute':>23}" if minutes else "")
    for kind in kinds:
        sizes = ear.sizes[kind]
        payload, packet = (sum(column) / len(sizes) for column in zip(*sizes, strict=True))
        rate = f"{len(sizes) / minutes:23.2f}" if minutes else ""
        print(f"{kind:14}{payload:16.0f}{packet:13.0f}{rate}", flush=True)


def connected(tried: Counter) -> Counter[str]:
    """Return, of kind and whether there was a connection to messages, those where there was."""
    return Counter({kind: n for (kind, there), n in tried.items() if there})


def total(ear: Ear) -> int:
    """Return the bytes of all packets heard."""
    return sum(size.packet for sizes in ear.sizes.values() for size in sizes)


def versions() -> str:
    """Return the versions of what is measured."""
    done = subprocess.run(["mosquitto", "-h"], capture_output=True, text=True, check=False)  # noqa: S607
    return f"{done.stdout.splitlines()[0]}, paho-mqtt {importlib.metadata.version('paho-mqtt')}"


if __name__ == "__main__":
    sys.exit(exit_code("bench.fleet", main))
