"""A short connection to a broker: to check it, or to publish a few messages."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

from emotion_edge.errors import RunError
from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.incoming import limit_incoming
from emotion_edge.output.mqtt.login import MqttSettings, make_client

CONNECT_TIMEOUT_S = 10.0
ECHO_TIMEOUT_S = 4.0  # for a message there and back
RETAINED_WAIT_S = 1.0  # for retained messages, after the broker has confirmed a subscription


class RefusedError(RunError):
    """The broker refuses the connection."""


@contextmanager
def connected_client(
    broker: Broker, settings: MqttSettings, *, on_skipped: Callable[[int], None] = lambda size: None
) -> Iterator[Any]:
    """Yield a connected paho client, and disconnect it at the end.

    on_skipped: called with the size of each message that is too long to be read.

    Raises UserError if the settings cannot be used, RefusedError with the broker's reason, and
    RunError if the broker cannot be reached or trusted (the cause is the system's exception),
    closes the connection, or does not answer within `CONNECT_TIMEOUT_S`.
    """
    client, answered = make_client(broker, settings), Event()
    problems: list[RunError] = []

    def connected(client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        if code.is_failure:
            problems.append(RefusedError(f"{broker}: refused: {code}"))
        answered.set()

    def failed(client: Any, userdata: Any) -> None:
        cause = sys.exc_info()[1]  # paho calls this while it handles the exception
        problems.append(RunError(f"{broker}: {cause}"))
        problems[-1].__cause__ = cause
        answered.set()

    def disconnected(client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        problems.append(RunError(f"{broker}: it closes the connection"))
        answered.set()

    client.on_connect, client.on_connect_fail = connected, failed
    client.on_disconnect = disconnected
    limit_incoming(client, on_skipped)
    client.connect_async(broker.host, broker.port, keepalive=settings.keepalive)
    client.loop_start()
    try:
        if not answered.wait(CONNECT_TIMEOUT_S):
            raise RunError(f"{broker}: no answer within {CONNECT_TIMEOUT_S:g} seconds")
        if problems:
            raise problems[0]
        yield client
    finally:
        client.disconnect()


def round_trip(
    client: Any, topics: Iterable[str], payload: bytes, *, retain: bool = False
) -> set[str]:
    """Publish on each topic at QoS 1; return the topics that came back within `ECHO_TIMEOUT_S`.

    A broker confirms a message even if it forbids publishing (MQTT 3.1.1, 3.3.5), so receiving it
    is the only proof. Messages that the broker had retained do not count.
    """
    missing, done = set(topics), Event()
    topics = frozenset(missing)

    def received(client: Any, userdata: Any, message: Any) -> None:
        if message.payload == payload and not message.retain:
            missing.discard(message.topic)
        if not missing:
            done.set()

    client.on_message = received
    client.subscribe([(topic, 1) for topic in topics])
    for topic in topics:
        client.publish(topic, payload, qos=1, retain=retain)
    done.wait(ECHO_TIMEOUT_S)
    return set(topics - missing)


def retained_messages(client: Any, topics: Sequence[str]) -> dict[str, bytes]:
    """Return the messages that the broker retains on these topics.

    A broker does not tell when it has sent the last one, so this waits for `RETAINED_WAIT_S`.
    """
    found: dict[str, bytes] = {}
    confirmed, complete = Event(), Event()

    def received(client: Any, userdata: Any, message: Any) -> None:
        if message.retain:
            found[message.topic] = message.payload
        if found.keys() >= set(topics):
            complete.set()

    client.on_message = received
    client.on_subscribe = lambda *_: confirmed.set()
    client.subscribe([(topic, 1) for topic in topics])
    confirmed.wait(ECHO_TIMEOUT_S)
    complete.wait(RETAINED_WAIT_S)
    return dict(found)
