"""Keeps the discovery messages up to date: labels come and go, and so do updates."""

import threading
from collections.abc import Sequence

from emotion_edge.output.mqtt.connection import MqttConnection
from emotion_edge.output.mqtt.home_assistant.discovery import discovery_message, discovery_topic
from emotion_edge.output.mqtt.home_assistant.label_entities import Entity
from emotion_edge.output.mqtt.home_assistant.update_entities import update_entities
from emotion_edge.output.mqtt.reporting import Reporting
from emotion_edge.output.mqtt.updates.watch import UpdateWatch


class Announcement:
    """What all brokers retain for Home Assistant about this device."""

    def __init__(
        self,
        connections: Sequence[MqttConnection],
        prefix: str,
        reporting: Reporting,
        *,
        page: bool,
    ) -> None:
        """Announce nothing yet. prefix: Home Assistant's; "" never announces anything.

        page: whether there is a web page.
        """
        self._connections, self._prefix = connections, prefix
        self._reporting, self._page = reporting, page
        self._labels: tuple[str, ...] = ()
        self._gone: set[str] = set()
        self._updates: dict[str, Entity] = {}
        self._lock = threading.Lock()

    def begin(self, labels: tuple[str, ...]) -> None:
        """Announce the labels of a model, instead of those before."""
        with self._lock:
            self._gone, self._labels = set(self._labels) - set(labels), labels
            self._publish()

    def show_updates(self, watch: UpdateWatch | None) -> str:
        """Announce the entities about updates while there are any; return the topic's message."""
        state = watch.look() if watch else None
        shown = update_entities(takes_requests=watch.takes_requests) if watch and state else {}
        with self._lock:
            if self._updates != shown:
                self._updates = shown
                self._publish()
        return state.message() if state else ""

    def _publish(self) -> None:
        for connection in self._connections if self._prefix else ():
            message = discovery_message(
                connection.broker,
                self._labels,
                self._reporting,
                gone=self._gone,
                page=self._page,
                updates=self._updates,
            )
            topic = discovery_topic(connection.broker, self._prefix)
            connection.publish_state(f"/{topic}", message)
