"""What a listener hears of updates."""

import json

from tests.edge.brokers.listener import Listener
from tests.edge.output.mqtt.updates.files import MESSAGE
from tests.edge.waiting import until

REMOVED = {"model": {"p": "update"}, "check": {"p": "button"}}


def parts(listener: Listener) -> dict[str, dict]:
    """Return the entities about updates that Home Assistant knows now."""
    return {name: listener.discoveries()[-1]["cmps"][name] for name in REMOVED}


def wait_message(listener: Listener, **changed: object) -> None:
    """Wait for the message that differs from `MESSAGE` by these values."""
    expected = {**MESSAGE, **changed}
    until(lambda: listener.of("update")[-1:] not in ([], [""]), "a message")
    until(lambda: json.loads(listener.of("update")[-1] or "0") == expected, str(expected))
