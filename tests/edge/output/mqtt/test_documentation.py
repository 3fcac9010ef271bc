"""The tables of topics, keys and files in docs/ are complete."""

import json
import re
from pathlib import Path

from emotion_edge.commands.service.install import FOLDER
from emotion_edge.commands.service.units import UNIT
from emotion_edge.system.privacy_notice import MARK
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import DISCOVERY, PREFIX, plain_broker

DOCS = Path(__file__).parents[4] / "docs"


def table(page: str, heading: str) -> dict[str, list[str]]:
    """Return a table of a page by its heading: names in its first column to its other cells."""
    lines = (DOCS / page).read_text().partition(f"| {heading} |")[2].splitlines()[2:]
    rows = [
        line.strip("|").split("|")
        for line in lines[: next(i for i, x in enumerate(lines) if not x)]
    ]
    return {
        name: [cell.strip() for cell in row[1:]]
        for row in rows
        for name in re.findall(r"`([\w/]+)`", row[0])
    }


@plain_broker
def test_the_tables_of_topics_and_keys_are_complete(broker, daemon, changing, shared):
    shared.say()
    documented = table("mqtt-home-assistant.md", "topic")
    run = daemon("--source", changing, "--heartbeat", 1, *shared.options, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    listener.send("resume", retain=True)
    later = Listener(broker)
    assert run.end()[0] == 0
    listener.wait("availability", "offline")
    names = {t.removeprefix(f"{PREFIX}/") for t, _, _ in listener.heard if t != DISCOVERY}
    assert names == set(documented) - {"counts"}
    names.remove("watched")  # empty, as there is no page
    retained = {t.removeprefix(f"{PREFIX}/") for t, _, flag in later.heard if flag}
    for name in names:
        assert (name in retained) == (documented[name][0] == "yes" or name == "set"), name
        if name != "set":
            assert str(listener.qos[f"{PREFIX}/{name}"]) == documented[name][1], name
    keys = table("mqtt-home-assistant.md", "key of `attributes`")
    assert set(json.loads(listener.of("attributes")[-1])) == set(keys)
    keys = table("mqtt-home-assistant.md", "key of `update`")
    assert set(json.loads(listener.of("update")[-1])) == set(keys)
    assert set(json.loads(listener.of("events")[-1])) == set(table("output.md", "key"))


def test_the_page_on_privacy_names_all_topics_and_files():
    documented = (DOCS / "privacy.md").read_text()
    named = set(re.findall(r"`…/(\w+)`", documented))
    assert named == {*table("mqtt-home-assistant.md", "topic"), "doctor"}
    assert f"`{FOLDER / UNIT}`" in documented
    assert f"`{MARK}`" in documented
