"""Measure what the page of `emotion-edge run --web` costs.

  python -m bench.page [--seconds 20] [--rounds 3]

The recording has a face in 640 x 480 pixels, 10 frames a second. A viewer reads the pictures and
the events, as a browser does.

cost  of the whole daemon, with the shipped model: CPU seconds per second of the recording, and MB
      of resident memory. Rows are measured in turn, each in a process of its own.
rate  frames a second that come from stdin as fast as they are taken, while 200 clients ask for the
      pictures and never read, over the rate without them. Both are measured in turn, in one
      process. As many of them as may watch do so, until they are dropped after 10 seconds.

MB are 10^6 bytes.
"""

import itertools
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bench import _util
from bench._daemon.process import (
    WARM_S,
    Figures,
    cost,
    daemon,
    print_costs,
    spread,
    write_recording,
)
from bench._scenes import HEIGHT, WIDTH, face_frame
from emotion_edge.cli.argument_types import count
from emotion_edge.errors import RunError

RECORDING = Path("build/page")
CLIENTS = 200  # that never read
PHASE_S, START_TIMEOUT_S = 8.0, 60.0
STREAMS = ("/stream.mjpg", "/api/events")


def main() -> None:
    """Run the command line."""
    parser = _util.make_parser("page", __doc__)
    parser.add_argument("--seconds", type=count, default=20, help="for which a row is measured")
    parser.add_argument("--rounds", type=count, default=3, help="times that each is measured")
    args = parser.parse_args()
    write_recording(RECORDING, 4 * args.seconds)
    measure_costs(args.seconds, args.rounds)
    print_rate(args.rounds)


def measure_costs(seconds: float, rounds: int) -> None:
    """Measure each row in turn, and print the table."""
    rows = {"without --web": None, "nobody watches": 0, "1 viewer": 1, "5 viewers": 5}
    found: dict[str, list[Figures]] = {}
    for _, (name, viewers) in itertools.product(range(rounds), rows.items()):
        found.setdefault(name, []).append(watched_cost(viewers, seconds))
    print_costs(found, rounds)


def watched_cost(viewers: int | None, seconds: float) -> Figures:
    """Return what a daemon takes. viewers: None is without the page."""
    port = free_port()
    web = () if viewers is None else ("--web", str(port))
    with daemon("--source", f"replay:{RECORDING}", *web) as process, ExitStack() as stack:
        assert process.stdout is not None
        process.stdout.readline()  # the first label
        for path in STREAMS * (viewers or 0):
            threading.Thread(target=drain, args=(stack.enter_context(ask(port, path)),)).start()
        return cost([process], seconds)


def print_rate(rounds: int) -> None:
    """Measure the rate with and without clients that never read, in turn, and print the ratio."""
    port, frame = free_port(), face_frame().tobytes()
    source = ("--source", "-", "--size", f"{WIDTH}x{HEIGHT}", "--all", "--web", str(port))
    rates: dict[int, list[float]] = {0: [], CLIENTS: []}
    with daemon(*source, stdin=subprocess.PIPE) as process:
        threading.Thread(target=feed, args=(process, frame), daemon=True).start()
        rate(process, WARM_S)
        for _, clients in itertools.product(range(rounds), rates):
            with ExitStack() as stack:
                for _ in range(clients):
                    stack.enter_context(ask(port, STREAMS[0]))
                rates[clients].append(rate(process, PHASE_S))
    ratios = [after / before for before, after in zip(*rates.values(), strict=True)]
    print(f"\nrate with {CLIENTS} clients that never read over that without, of {rounds} rounds")
    print(f"{'frames/s without':20}{spread(tuple(rates[0]), 1):>24}")
    print(f"{'ratio':20}{spread(tuple(ratios), 3):>24}")


def rate(process: subprocess.Popen[bytes], seconds: float) -> float:
    """Return the lines a second that a daemon prints: with --all one for each frame."""
    assert process.stdout is not None
    lines, start = 0, time.monotonic()
    while (taken := time.monotonic() - start) < seconds:
        lines += bool(process.stdout.readline())
    return lines / taken


def feed(process: subprocess.Popen[bytes], frame: bytes) -> None:
    """Write a frame again and again, as fast as it is read."""
    assert process.stdin is not None
    with suppress(OSError, ValueError):
        while True:
            process.stdin.write(frame)


@contextmanager
def ask(port: int, path: str) -> Iterator[socket.socket]:
    """Ask a page for a stream; raises RunError if nobody answers in time."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with suppress(OSError):
            connection = socket.create_connection(("127.0.0.1", port))
            break
        time.sleep(0.1)
    else:
        raise RunError(f"no page at port {port}")
    try:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        yield connection
    finally:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)  # ends the thread that reads
        connection.close()


def drain(connection: socket.socket) -> None:
    """Read until the connection ends."""
    with suppress(OSError):
        while connection.recv(65_536):
            pass


def free_port() -> int:
    """Return a TCP port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


if __name__ == "__main__":
    _util.run_program("page", main)
