"""Settings of the outputs."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.web.settings import WebSettings
from emotion_edge.util.address import Address


@dataclass(frozen=True, kw_only=True)
class OutputSettings:
    """The destinations of the results, and their content.

    stdout: print JSON lines. brokers: publish to these.
    every_frame: report every frame and face, not only changes and heartbeats.
    aggregate: report only label counts, for periods of this many minutes; None reports results.
    metrics: where to serve Prometheus metrics. web: the page, if any.
    draw: the file to write a contact sheet to.
    history: the file to add seconds and counts of each label to, and keep them for history_days.
    """

    stdout: bool = True
    brokers: tuple[Broker, ...] = ()
    mqtt: MqttSettings = field(default_factory=MqttSettings)
    every_frame: bool = False
    aggregate: float | None = None
    metrics: Address | None = None
    web: WebSettings | None = None
    draw: Path | None = None
    history: Path | None = None
    history_days: int = 30

    def of_source(self, name: str) -> Self:
        """Return the settings for a source that the user calls `name`; "": it has no name."""
        if not name:
            return self
        brokers = (replace(each, prefix=f"{each.prefix}/{name}") for each in self.brokers)
        return replace(self, brokers=tuple(brokers))
