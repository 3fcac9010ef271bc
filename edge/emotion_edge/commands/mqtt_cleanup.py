"""Remove everything that the brokers retain of this device: its topics, and its entry in Home
Assistant.

  emotion-edge forget --to mqtt://hall@broker/emotion/hall

Use the same options or TOML file as for `run`. Stop the daemon first, because it would publish
everything again. What version 0.1 left in Home Assistant is removed as well. Exit codes: 0 removed,
1 a broker cannot be reached, 2 bad options.
"""

import logging
from collections.abc import Generator, Sequence

from emotion_edge.errors import RunError, UserError
from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.home_assistant.discovery import (
    announces,
    discovery_topic,
    old_discovery_topic,
)
from emotion_edge.output.mqtt.incoming import MAX_PACKET
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.password import password_dangers
from emotion_edge.output.mqtt.probe import connected_client, retained_messages, round_trip
from emotion_edge.output.mqtt.topics import RETAINED

log = logging.getLogger(__name__)


def forget(brokers: Sequence[Broker], settings: MqttSettings) -> Generator[str, None, None]:
    """Yield each topic whose retained message was removed, with its broker.

    Warns of what endangers the password. Raises UserError without a broker. Raises RunError if a
    broker cannot be reached, or, after all brokers have been told, if one does not confirm that a
    message is removed.
    """
    if not brokers:
        raise UserError("--to names no broker: give --to mqtt://[user@]host[:port]/prefix")
    users = [broker for broker in brokers if broker.user is not None]
    for danger, remedy in password_dangers(users, settings.password_file):
        log.warning("%s; %s", danger, remedy)
    kept = []
    for broker in brokers:
        removed, left = _remove(broker, settings)
        kept += left
        yield from (f"{broker}: removed {each}" for each in removed)
        if not removed and not left:
            yield f"{broker}: it retains nothing of {broker.prefix}"
    if kept:
        raise RunError(
            f"the broker does not show that these are removed: {', '.join(kept)}; let the user "
            "read and write them"
        )


def _remove(broker: Broker, settings: MqttSettings) -> tuple[list[str], list[str]]:
    """Remove what is retained; return what was removed, and the topics in doubt."""
    topics, old = [f"{broker.prefix}/{name}" for name in RETAINED], []
    if discovery := settings.discovery:
        topics.insert(0, discovery_topic(broker, discovery))
        old = [old_discovery_topic(broker, discovery)]
    skipped: list[int] = []
    with connected_client(broker, settings, on_skipped=skipped.append) as client:
        retained = retained_messages(client, topics + old)
        unread = len(skipped)
        topics += [topic for topic in old if announces(retained.get(topic, b""), broker)]
        # An empty retained message removes one.
        done = round_trip(client, topics, b"", retain=True)
    removed = [topic for topic in topics if topic in done and topic in retained]
    if unread:
        removed.append(f"{unread} message(s) of more than {MAX_PACKET // 1024} KB on its topics")
    return removed, [topic for topic in topics if topic not in done]
