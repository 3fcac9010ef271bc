"""Home Assistant discovery: one retained message makes the device appear there.

It has the device form of MQTT discovery
(https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload).
"""

import json
from collections.abc import Iterable

from emotion_edge import __version__
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.output.mqtt.address import Broker
from emotion_edge.output.mqtt.connection import AVAILABILITY, SET
from emotion_edge.util.installation import project_url


def discovery_topic(broker: Broker, prefix: str) -> str:
    """Return the topic of the message. prefix: Home Assistant's, "homeassistant" by default."""
    return f"{prefix}/device/{broker.device_id}/config"


def discovery_message(
    broker: Broker, labels: Iterable[str], *, expire: float, aggregate: bool
) -> str:
    """Return the message as JSON.

    labels: the model's. expire: seconds after which Home Assistant forgets a value that is not
    published again; 0: never. aggregate: leave out the entities about single faces.
    """
    components = {**_PERSON, **_DIAGNOSTICS}
    components["emotion"] = {
        **components["emotion"],
        "options": [*labels, UNKNOWN, NO_FACE],
        "json_attributes_topic": f"{broker.prefix}/attributes",
    }
    components = {name: _complete(name, part, broker, expire) for name, part in components.items()}
    if aggregate:  # an entity with nothing but its platform is removed
        components |= {name: {"p": components[name]["p"]} for name in _PERSON}
    message = {
        "dev": {
            "ids": [broker.device_id],
            "name": f"Emotion {broker.prefix.removeprefix('emotion-edge/')}",
            "mf": "emotion-edge",
            "sw": __version__,
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


def _complete(
    name: str, part: dict[str, object], broker: Broker, expire: float
) -> dict[str, object]:
    part = {**part, "unique_id": f"{broker.device_id}-{name}"}
    if part["p"] == "switch":
        topics = {
            "command_topic": f"{broker.prefix}/{SET}",
            "state_topic": f"{broker.prefix}/paused",
        }
        return {**part, **topics}
    part["state_topic"] = f"{broker.prefix}/attributes"
    return {**part, "expire_after": round(expire)} if expire else part


_PERSON: dict[str, dict[str, object]] = {
    "emotion": {
        "p": "sensor",
        "name": "Emotion",
        "icon": "mdi:emoticon-outline",
        "device_class": "enum",
        "value_template": "{{ value_json.label }}",
    },
    "confidence": {
        "p": "sensor",
        "name": "Confidence",
        "unit_of_measurement": "%",
        "state_class": "measurement",
        "suggested_display_precision": 0,
        # Home Assistant takes "None" for unknown, and ignores "".
        "value_template": "{{ 100 * value_json.score if value_json.score is not none else none }}",
    },
    "faces": {
        "p": "sensor",
        "name": "Faces",
        "icon": "mdi:account-group",
        "state_class": "measurement",
        "value_template": "{{ value_json.faces }}",
    },
}
_DIAGNOSTICS: dict[str, dict[str, object]] = {
    "frame_rate": {
        "p": "sensor",
        "name": "Frame rate",
        "unit_of_measurement": "fps",
        "state_class": "measurement",
        "entity_category": "diagnostic",
        "value_template": "{{ value_json.frame_rate }}",
    },
    "temperature": {
        "p": "sensor",
        "name": "Temperature",
        "device_class": "temperature",
        "unit_of_measurement": "°C",
        "state_class": "measurement",
        "entity_category": "diagnostic",
        "value_template": "{{ value_json.temperature }}",
    },
    "camera": {
        "p": "binary_sensor",
        "name": "Camera",
        "device_class": "problem",
        "entity_category": "diagnostic",
        "value_template": "{{ 'OFF' if value_json.streaming else 'ON' }}",
    },
    "pause": {
        "p": "switch",
        "name": "Pause",
        "icon": "mdi:pause",
        "payload_on": "pause",
        "payload_off": "resume",
        "state_on": "paused",
        "state_off": "running",
        "retain": True,
    },
}
