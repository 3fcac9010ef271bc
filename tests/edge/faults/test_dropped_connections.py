"""Brokers that accept connections and drop them, that are silent, or that send too much."""

import re
import socket
import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from emotion_edge.output.mqtt.incoming import MAX_PACKET, MAX_SKIPPED, PacketFilter
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PREFIX, plain_broker
from tests.edge.daemon import Daemon
from tests.edge.waiting import until

WINDOW_S = 12
# With the shortest delays (0.5, 1, 2, 4, 8 seconds) there are five; with equal ones, 11 or more.
MANY_CONNECTIONS = 8
CONNACK = b"\x20\x02\x00\x00"


@contextmanager
def dropping_server(answer: bytes):
    """Serve one answer to each connection, and close it; yield the port and the connections."""
    accepted: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                accepted.append(time.monotonic())
                with client:
                    client.recv(4096)
                    client.sendall(answer)
                    time.sleep(0.05)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1], accepted
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("answer", [b"", CONNACK])
def test_a_server_that_drops_connections_is_asked_less_and_less(daemon, changing, answer):
    with dropping_server(answer) as (port, accepted):
        run = daemon("--source", changing, "--to", "-", "--to", f"mqtt://127.0.0.1:{port}/hall")
        run.wait_stderr("connection lost")
        time.sleep(WINDOW_S)
        assert 2 <= len(accepted) <= MANY_CONNECTIONS
    assert ("the broker keeps closing" in run.stderr) == bool(answer)
    assert len(run.stdout) >= 5
    assert run.end()[0] == 0


@plain_broker
def test_a_broker_that_refuses_a_size_is_asked_less_and_less(broker, daemon, changing):
    broker.kill()
    broker.configure("good", more="max_packet_size 300")
    broker.start()
    run = daemon("--source", changing, *broker.options)
    run.wait_stderr("connection lost")
    time.sleep(WINDOW_S)
    assert 2 <= run.stderr.count(": connected") <= MANY_CONNECTIONS
    assert "does it refuse a topic or the size of a message" in run.stderr


def peak_memory(run: Daemon) -> int:
    """Return the largest resident memory so far, in bytes."""
    status = Path(f"/proc/{run.process.pid}/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status)[1])


@pytest.mark.parametrize("retained", [False, True])
def test_a_huge_message_is_not_read_into_memory(broker, daemon, changing, tmp_path, retained):
    run = daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    before = peak_memory(run)
    listener.client.unsubscribe("#")  # this process would read it, too
    topic = f"{PREFIX}/set"
    huge = bytes(60_000_000)
    listener.client.publish(topic, huge, qos=1, retain=retained).wait_for_publish(60)
    del huge
    run.wait_stderr("1 message(s) of more than 256 KB")
    listener.client.publish(topic, "pause", qos=1)
    for name in ("state", "paused"):
        listener.client.subscribe(f"{PREFIX}/{name}")
    listener.wait("paused", "paused", after=len(listener.heard))
    listener.client.publish(topic, "resume", qos=1)
    listener.wait("state", "red", after=len(listener.heard))
    assert peak_memory(run) - before < 20_000_000
    assert run.stderr.count(": connected") == 1
    assert run.end()[0] == 0


@plain_broker
def test_many_large_messages_do_not_silence_the_broker(broker, daemon, changing):
    """A broker waits for confirmations after 20 messages of QoS 1."""
    run = daemon("--source", changing, "--to", "-", *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    for _ in range(3 * MAX_SKIPPED):
        listener.send(bytes(MAX_PACKET))
    until(lambda: run.stderr.count(": connected") >= 2, "another connection")

    def pause() -> bool:
        listener.send("pause")
        time.sleep(0.2)
        return listener.of("paused")[-1] == "paused"

    until(pause, "the pause")


def packet(kind: int, size: int) -> bytes:
    """Return a packet with a body of `size` bytes, all of them the kind."""
    length, rest = b"", size
    while True:
        rest, digit = divmod(rest, 128)
        length += bytes([digit | (128 if rest else 0)])
        if not rest:
            return bytes([kind]) + length + bytes([kind]) * size


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000, 10**6])
def test_all_other_packets_pass_unchanged(step):
    sizes = [0, 1, 127, 128, 16383, 16384, MAX_PACKET, MAX_PACKET + 1, 5, MAX_PACKET + 99, 2, 0]
    stream = b"".join(packet(i + 1, size) for i, size in enumerate(sizes))
    whole = b"".join(packet(i + 1, n) for i, n in enumerate(sizes) if n <= MAX_PACKET)
    pieces = deque(stream[i : i + step] for i in range(0, len(stream), step))
    found, skipped, blocked = b"", [], False

    def receive(size: int) -> bytes:
        """Behave like a socket that has a piece at a time, and nothing between."""
        nonlocal blocked
        blocked = not blocked
        if blocked:
            raise BlockingIOError
        piece = pieces.popleft() if pieces else b""
        if piece[size:]:
            pieces.appendleft(piece[size:])
        return piece[:size]

    packets = PacketFilter(receive, skipped.append)
    data = b""
    while pieces or data:
        with suppress(BlockingIOError):
            data = packets.receive(4096)
            found += data
    assert found == whole
    assert skipped == [MAX_PACKET + 1, MAX_PACKET + 99]
