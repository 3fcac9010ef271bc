"""With --aggregate, only counts leave the device."""

import json

from tests.edge.listener import Listener
from tests.edge.mosquitto import DISCOVERY, PREFIX, plain_broker
from tests.edge.waiting import until

PERSONAL = {"label", "score", "scores", "faces", "face", "box", "raw", "reason"}


def check_counts(counts: dict) -> None:
    assert set(counts) == {"event", "from", "to", "frames", "counts"}
    assert 200 <= counts["frames"] == sum(counts["counts"].values())
    assert set(counts["counts"]) >= {"red", "green", "blue"}


@plain_broker
def test_only_counts_are_published(broker, daemon, changing):
    before = daemon("--source", changing, *broker.options)
    Listener(broker).wait("state", "red")
    before.end()
    run = daemon("--source", changing, "--aggregate", 1, "--to", "-", *broker.options)
    listener = Listener(broker)
    until(lambda: listener.of("counts"), "counts", 90)
    assert run.end()[0] == 0
    listener.wait("availability", "offline")
    late = Listener(broker)
    late.wait("availability", "offline")
    until(lambda: late.of("counts"), "the retained counts")
    # The retained messages of the earlier run are removed.
    assert {t for t, _, _ in late.heard} - {DISCOVERY} == {
        f"{PREFIX}/{name}" for name in ("availability", "attributes", "paused", "counts")
    }
    assert listener.of("state")[-1] == ""
    assert not listener.of("events")
    counts = json.loads(listener.of("counts")[0])
    check_counts(counts)
    assert run.stdout[0] == counts
    assert not PERSONAL & set(late.attributes())
    parts = late.wait_discovery()
    assert parts["emotion"] == {"p": "sensor"}  # removes the sensor that the earlier run announced
    assert "unique_id" in parts["frame_rate"]
