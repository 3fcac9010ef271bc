"""Remove everything that the brokers retain of this device: its topics, and its entry in Home
Assistant.

  emotion-edge forget --to mqtt://hall@broker/emotion/hall

Use the same options or TOML file as for `run`. Stop the daemon first, because it would publish
everything again. Exit codes: 0 removed, 1 a broker cannot be reached, 2 bad options.
"""

from collections.abc import Generator, Sequence

from emotion_edge.errors import RunError, UserError
from emotion_edge.output.mqtt.address import Broker
from emotion_edge.output.mqtt.connection import RETAINED
from emotion_edge.output.mqtt.home_assistant import discovery_topic
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.probe import connected_client, round_trip


def forget(brokers: Sequence[Broker], settings: MqttSettings) -> Generator[str, None, None]:
    """Yield each topic whose retained message was removed, with its broker.

    Raises UserError without a broker. Raises RunError if a broker cannot be reached, or, after all
    brokers have been told, if one does not confirm that a message is removed.
    """
    if not brokers:
        raise UserError("--to names no broker: give --to mqtt://[user@]host[:port]/prefix")
    kept = []
    for broker in brokers:
        topics = _topics(broker, settings.discovery)
        with connected_client(broker, settings) as client:
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
