"""The entities of each label.

Home Assistant keeps long-term statistics of numbers only. Of "Seconds of happy" it adds up what is
new in each hour, over restarts of the daemon, too, which begins at zero.

"Faces labelled happy" are off until somebody switches them on: "Emotion" and "Faces" say enough for
most, and a number that changes with each face makes many rows in the database.
"""

import json
from collections.abc import Iterable, Iterator

from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.output.mqtt.topics import FACES, TOTALS

Entity = dict[str, object]


def label_entities(labels: Iterable[str]) -> Iterator[tuple[str, Entity]]:
    """Yield the name and the entity of each figure about a label. labels: the model's."""
    for label in (*labels, UNKNOWN):
        yield f"seconds-{label}", _seconds(label, f"Seconds of {label}")
        yield f"faces-{label}", _faces(label)
    yield f"seconds-{NO_FACE}", _seconds(NO_FACE, "Seconds without a face")


def _seconds(label: str, name: str) -> Entity:
    return {
        "p": "sensor",
        "name": name,
        "icon": "mdi:timer-outline",
        "device_class": "duration",
        "unit_of_measurement": "s",
        "state_class": "total_increasing",
        "suggested_display_precision": 0,
        "topic": TOTALS,
        "value_template": f"{{{{ value_json.seconds.get({_text(label)}) }}}}",
    }


def _faces(label: str) -> Entity:
    return {
        "p": "sensor",
        "name": f"Faces labelled {label}",
        "icon": "mdi:account-group",
        "state_class": "measurement",
        "enabled_by_default": False,
        "topic": FACES,
        "value_template": f"{{{{ value_json.get({_text(label)}) }}}}",
    }


def _text(label: str) -> str:
    """Return a string of Jinja, which reads escapes as Python does."""
    return json.dumps(label, ensure_ascii=False)
