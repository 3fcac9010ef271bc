"""The entities that do not depend on the labels. `topic`: the one below the prefix with the value.

`DEVICE` is about the device, `PERSON` about the people in view now, `PAGE` about those who watch.
"""

from collections.abc import Iterable

from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.output.mqtt.home_assistant.label_entities import Entity
from emotion_edge.output.mqtt.topics import ATTRIBUTES, EVENTS, PAUSED, WATCHED


def person_entities(labels: Iterable[str]) -> dict[str, Entity]:
    """Return the entities about the people in view. labels: the model's."""
    every = [*labels, UNKNOWN, NO_FACE]
    return {
        **PERSON,
        "emotion": {**PERSON["emotion"], "options": every},
        "change": {**PERSON["change"], "event_types": every},
    }


PERSON: dict[str, Entity] = {
    "emotion": {
        "p": "sensor",
        "name": "Emotion",
        "icon": "mdi:emoticon-outline",
        "device_class": "enum",
        "topic": ATTRIBUTES,
        "value_template": "{{ value_json.label }}",
    },
    "confidence": {
        "p": "sensor",
        "name": "Confidence",
        "unit_of_measurement": "%",
        "state_class": "measurement",
        "suggested_display_precision": 0,
        "topic": ATTRIBUTES,
        # Home Assistant takes "None" for unknown, and ignores "".
        "value_template": "{{ 100 * value_json.score if value_json.score is not none else none }}",
    },
    "faces": {
        "p": "sensor",
        "name": "Faces",
        "icon": "mdi:account-group",
        "state_class": "measurement",
        "topic": ATTRIBUTES,
        "value_template": "{{ value_json.faces }}",
    },
    "face_present": {
        "p": "binary_sensor",
        "name": "Face present",
        "device_class": "occupancy",
        "topic": ATTRIBUTES,
        "value_template": "{{ none if value_json.faces is none else "
        "'ON' if value_json.faces else 'OFF' }}",
    },
    "change": {
        "p": "event",
        "name": "Label change",
        "icon": "mdi:emoticon-happy-outline",
        "topic": EVENTS,
        # Home Assistant ignores "": heartbeats, and frames with --all.
        "value_template": "{% if value_json.event == 'change' %}{{ {'event_type': "
        "value_json.label, 'face': value_json.face, 'reason': value_json.reason, "
        "'score': value_json.score} | tojson }}{% endif %}",
    },
}
DEVICE: dict[str, Entity] = {
    "frame_rate": {
        "p": "sensor",
        "name": "Frame rate",
        "unit_of_measurement": "fps",
        "state_class": "measurement",
        "entity_category": "diagnostic",
        "topic": ATTRIBUTES,
        "value_template": "{{ value_json.frame_rate }}",
    },
    "temperature": {
        "p": "sensor",
        "name": "Temperature",
        "device_class": "temperature",
        "unit_of_measurement": "°C",
        "state_class": "measurement",
        "entity_category": "diagnostic",
        "topic": ATTRIBUTES,
        "value_template": "{{ value_json.temperature }}",
    },
    "camera": {
        "p": "binary_sensor",
        "name": "Camera",
        "device_class": "problem",
        "entity_category": "diagnostic",
        "topic": ATTRIBUTES,
        "value_template": "{{ 'OFF' if value_json.streaming else 'ON' }}",
    },
    "pause": {
        "p": "switch",
        "name": "Pause",
        "icon": "mdi:pause",
        "payload_on": "pause",
        "payload_off": "resume",
        "topic": PAUSED,
        "state_on": "paused",
        "state_off": "running",
        "retain": True,
    },
}
PAGE: dict[str, Entity] = {
    "watched": {
        "p": "binary_sensor",
        "name": "Being watched",
        "icon": "mdi:eye",
        "entity_category": "diagnostic",
        "topic": WATCHED,
        "payload_on": "yes",
        "payload_off": "no",
    },
}
