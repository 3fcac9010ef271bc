"""Home Assistant discovery: one retained message makes the device appear there.

It has the device form of MQTT discovery
(https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload).
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from emotion_edge import __version__
from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.home_assistant.entities import DEVICE, PAGE, person_entities
from emotion_edge.output.mqtt.home_assistant.label_entities import Entity, label_entities
from emotion_edge.output.mqtt.home_assistant.update_entities import MODEL, UPDATES
from emotion_edge.output.mqtt.reporting import Reporting
from emotion_edge.output.mqtt.topics import ATTRIBUTES, AVAILABILITY, SET, UPDATE
from emotion_edge.util.installation import project_url

# The keys of an entity, one of which says what it publishes on `SET`.
COMMANDS = {"state_on", "payload_install", "payload_press"}


def discovery_topic(broker: Broker, prefix: str) -> str:
    """Return the topic of the message. prefix: Home Assistant's, "homeassistant" by default."""
    return f"{prefix}/device/{broker.device_id}/config"


def old_discovery_topic(broker: Broker, prefix: str) -> str:
    """Return the topic of version 0.1, which other devices may share: see `announces`."""
    return f"{prefix}/device/{broker.old_device_id}/config"


def announces(message: bytes, broker: Broker) -> bool:
    """Tell whether a message like `discovery_message`, of any version, is about this prefix."""
    try:
        content = json.loads(message)
    except (ValueError, RecursionError):
        return False
    topic = content.get("availability_topic") if isinstance(content, dict) else None
    return bool(topic == f"{broker.prefix}/{AVAILABILITY}")


def discovery_message(
    broker: Broker,
    labels: Sequence[str],
    reporting: Reporting,
    *,
    gone: Iterable[str] = (),
    page: bool = False,
    updates: Mapping[str, Entity] | None = None,
) -> str:
    """Return the message as JSON.

    labels: the model's. gone: labels of an earlier model, whose entities are removed. page: whether
    there is a web page. updates: the entities about updates, if there are any.
    """
    person = person_entities(labels)
    shown = {**DEVICE, **dict(label_entities(labels))}
    shown |= {} if reporting.aggregate else person
    shown |= PAGE if page else {}
    shown |= updates or {}
    removed = {**person, **PAGE, **UPDATES, **dict(label_entities(gone))}
    components = {name: _removed(part) for name, part in removed.items()}
    components |= {name: _complete(name, part, broker, reporting) for name, part in shown.items()}
    message = {
        "dev": {
            "ids": [broker.device_id],
            "name": f"Emotion {broker.prefix.removeprefix('emotion-edge/')}",
            "mf": "emotion-edge",
            "sw": __version__,
            **({"configuration_url": reporting.page} if reporting.page else {}),
        },
        "o": {"name": "emotion-edge", "sw": __version__, **_support_url()},
        "availability_topic": f"{broker.prefix}/{AVAILABILITY}",
        "cmps": components,
    }
    return json.dumps(message, ensure_ascii=False)


def _support_url() -> dict[str, str]:
    """Return the address of the documentation that pyproject.toml names in [project.urls].

    Empty without one, because Home Assistant does not require it.
    """
    return {"url": url} if (url := project_url("Documentation")) else {}


def _removed(part: Entity) -> Entity:
    """Return what removes an entity: nothing but its platform."""
    return {"p": part["p"]}


def _complete(name: str, part: Entity, broker: Broker, reporting: Reporting) -> Entity:
    """Add topics below the prefix, and what depends on the device."""
    part = {**part, "unique_id": f"{broker.device_id}-{name}"}
    topic = part.pop("topic", None)
    if topic:
        part["state_topic"] = f"{broker.prefix}/{topic}"
    if more := {"emotion": ATTRIBUTES, MODEL: UPDATE}.get(name):
        part["json_attributes_topic"] = f"{broker.prefix}/{more}"
    if part.keys() & COMMANDS:
        part["command_topic"] = f"{broker.prefix}/{SET}"
    # The others are not published again while they do not change.
    if topic == ATTRIBUTES and reporting.expire:
        part["expire_after"] = round(reporting.expire)
    return part
