"""With --aggregate, only counts leave the device."""

import json

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import DISCOVERY, PREFIX, plain_broker
from tests.edge.waiting import until

PERSONAL = {"label", "score", "scores", "faces", "face", "box", "raw", "reason"}


def check_counts(counts: dict) -> None:
    assert set(counts) == {"event", "from", "to", "frames", "counts"}
    assert 200 <= counts["frames"] == sum(counts["counts"].values())
    assert set(counts["counts"]) >= {"red", "green", "blue"}


def check_throughput(listener: Listener, counts: dict) -> None:
    """Check that the figures about frames change only when a period ends."""
    seen = [json.loads(text) for text in listener.of("attributes")]
    seen = [each for each in seen if "label" not in each]  # not those of the earlier run
    figures = [(each["frames"], each["dropped"], each["frame_rate"]) for each in seen]
    assert figures[0] == figures[3] == (0, 0, None)
    after = figures[-1]
    assert set(figures) == {figures[0], after}
    assert after[0] == counts["frames"]
    assert after[2] == pytest.approx(counts["frames"] / 60, rel=0.1)


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
    check_throughput(listener, counts)
    parts = late.wait_discovery()
    assert parts["emotion"] == {"p": "sensor"}  # removes the sensor that the earlier run announced
    assert "unique_id" in parts["frame_rate"]


@plain_broker
@pytest.mark.parametrize("heartbeat", [0, 10])
def test_the_attributes_say_at_once_that_it_is_paused(broker, daemon, changing, heartbeat):
    options = ("--aggregate", 60, "--heartbeat", heartbeat, *broker.options)
    daemon("--source", changing, *options)
    listener = Listener(broker)
    listener.wait("paused", "running")
    for payload, paused in (("pause", True), ("resume", False)):
        before = len(listener.of("attributes"))
        listener.send(payload)
        until(lambda: len(listener.of("attributes")) > before, "attributes", 5)  # noqa: B023
        assert listener.attributes()["paused"] is paused
    assert set(listener.of("state")) == {""}
    assert not PERSONAL & set(listener.attributes())
