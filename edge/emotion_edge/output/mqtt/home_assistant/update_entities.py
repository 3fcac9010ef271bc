"""The entities about the model's updates, which are there only if a program looks for them.

Home Assistant takes no other keys than its own four in the state of an update entity. The others
are its attributes. While nothing is known, `value_json` is not defined, as the message is empty.
"""

from emotion_edge.output.mqtt.home_assistant.label_entities import Entity
from emotion_edge.output.mqtt.topics import UPDATE
from emotion_edge.output.mqtt.updates.watch import CHECK, INSTALL

_STATE = ("installed_version", "latest_version", "in_progress", "update_percentage")


def _keys(*names: str) -> str:
    pairs = ", ".join(f"'{name}': value_json.{name}" for name in names)
    return f"{{{{ {{{pairs}}} | tojson if value_json is defined else '{{}}' }}}}"


MODEL, ASK = "model", "check"
UPDATES: dict[str, Entity] = {
    MODEL: {
        "p": "update",
        "name": "Model",
        "title": "emotion-edge model",
        "icon": "mdi:package-up",
        "entity_category": "config",
        "topic": UPDATE,
        "value_template": _keys(*_STATE),
        "json_attributes_template": _keys("checked", "problem"),
        "payload_install": INSTALL,
    },
    ASK: {
        "p": "button",
        "name": "Check for a model",
        "icon": "mdi:magnify",
        "entity_category": "diagnostic",
        "payload_press": CHECK,
    },
}


def update_entities(*, takes_requests: bool) -> dict[str, Entity]:
    """Return the entities. takes_requests: whether anybody can ask for an update."""
    if takes_requests:
        return UPDATES
    return {MODEL: {key: text for key, text in UPDATES[MODEL].items() if key != "payload_install"}}
