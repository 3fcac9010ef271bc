"""A short visit to a broker: to see whether it lets us in, or to leave a few messages."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

from emotion_edge.errors import RunError
from emotion_edge.output.mqtt.address import Broker, make_client

CONNECT_TIMEOUT_S = 10.0  # seconds for a broker to answer
ECHO_TIMEOUT_S = 4.0  # seconds for a message there and back


class RefusedError(RunError):
    """The broker does not let us in."""


@contextmanager
def connected_client(broker: Broker, args: Namespace) -> Iterator[Any]:
    """Yield a paho client that is connected, and disconnect it.

    Raises UserError where the options are of no use, RefusedError with the broker's words, RunError
    where it cannot be reached or is not trusted (its cause is then what the system raised), breaks
    the connection off, or does not answer within `PATIENCE`.
    """
    client, answered = make_client(broker, args), Event()
    trouble: list[RunError] = []

    def connected(client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        if code.is_failure:
            trouble.append(RefusedError(f"{broker}: refused: {code}"))
        answered.set()

    def failed(client: Any, userdata: Any) -> None:
        cause = sys.exc_info()[1]  # paho calls this while handling it
        trouble.append(RunError(f"{broker}: {cause}"))
        trouble[-1].__cause__ = cause
        answered.set()

    def lost(client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        trouble.append(RunError(f"{broker}: it breaks the connection off"))
        answered.set()

    client.on_connect, client.on_connect_fail = connected, failed
    client.on_disconnect = lost
    client.connect_async(broker.host, broker.port, keepalive=args.keepalive)
    client.loop_start()
    try:
        if not answered.wait(CONNECT_TIMEOUT_S):
            raise RunError(f"{broker}: no answer within {CONNECT_TIMEOUT_S:g} seconds")
        if trouble:
            raise trouble[0]
        yield client
    finally:
        client.disconnect()


def round_trip(
    client: Any, topics: Iterable[str], payload: bytes, *, retain: bool = False
) -> set[str]:
    """Publish on each topic at QoS 1; return those on which it came back within `ANSWER`.

    A broker that forbids to publish confirms the message all the same (MQTT 3.1.1, 3.3.5), so
    hearing it is the only proof. What the broker had retained there is not taken for it.
    """
    missing, done = set(topics), Event()
    topics = frozenset(missing)

    def heard(client: Any, userdata: Any, message: Any) -> None:
        if message.payload == payload and not message.retain:
            missing.discard(message.topic)
        if not missing:
            done.set()

    client.on_message = heard
    client.subscribe([(topic, 1) for topic in topics])
    for topic in topics:
        client.publish(topic, payload, qos=1, retain=retain)
    done.wait(ECHO_TIMEOUT_S)
    return set(topics - missing)
