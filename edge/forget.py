"""`emotion-edge forget`: take back what a broker keeps of this device."""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from edge.broker import brokers
from edge.errors import RunError, UserError
from edge.homeassistant import discovery_topic
from edge.mqtt import RETAINED
from edge.visit import PATIENCE, visit


def forget(args: Namespace) -> Iterator[str]:
    """Yield the topics of which retained messages have been removed, with the broker.

    Raises UserError where no broker is named, RunError where one cannot be reached.
    """
    if not (named := brokers(args)):
        raise UserError("--to names no broker: give --to mqtt://[user@]host[:port]/prefix")
    for broker in named:
        topics = [f"{broker.prefix}/{name}" for name in RETAINED]
        if args.discovery:
            topics.insert(0, discovery_topic(broker, args.discovery))
        with visit(broker, args) as client:
            _remove(client, topics)
        yield from (f"{broker}: removed {topic}" for topic in topics)


def _remove(client: Any, topics: list[str]) -> None:
    # An empty retained message removes one. At QoS 1 the broker says that it has come.
    for message in [client.publish(topic, b"", qos=1, retain=True) for topic in topics]:
        message.wait_for_publish(PATIENCE)
        if not message.is_published():
            raise RunError("the broker did not confirm that the messages were removed")
