"""`emotion-edge forget`: take back what a broker keeps of this device."""

from argparse import Namespace
from collections.abc import Iterator

from emotion_edge.errors import RunError, UserError
from emotion_edge.output.mqtt.address import Broker, brokers
from emotion_edge.output.mqtt.home_assistant import discovery_topic
from emotion_edge.output.mqtt.probe import connected_client, round_trip
from emotion_edge.output.mqtt.publisher import RETAINED


def forget(args: Namespace) -> Iterator[str]:
    """Yield the topics of which retained messages have been removed, with the broker.

    Raises UserError where no broker is named, RunError where one cannot be reached or does not show
    that a message is removed, once all others have been told.
    """
    if not (named := brokers(args)):
        raise UserError("--to names no broker: give --to mqtt://[user@]host[:port]/prefix")
    kept = []
    for broker in named:
        topics = _topics(broker, args.discovery)
        with connected_client(broker, args) as client:
            # An empty retained message removes one.
            removed = round_trip(client, topics, b"", retain=True)
        yield from (f"{broker}: removed {topic}" for topic in topics if topic in removed)
        kept += [topic for topic in topics if topic not in removed]
    if kept:
        raise RunError(
            f"the broker does not show that these are removed: {', '.join(kept)}; let the user "
            "read and write them"
        )


def _topics(broker: Broker, discovery: str) -> list[str]:
    topics = [f"{broker.prefix}/{name}" for name in RETAINED]
    return [discovery_topic(broker, discovery), *topics] if discovery else topics
