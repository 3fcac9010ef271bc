"""With --aggregate, only counts leave the device."""

import json
import time
from threading import Event

import numpy as np
import pytest

from emotion_edge.capture.frame import Frame
from emotion_edge.output.json_lines import counts_line
from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.reporting import Reporting
from emotion_edge.output.mqtt.sink import MqttSink
from emotion_edge.pipeline.aggregate import LabelCounter
from emotion_edge.pipeline.results import FrameResult, PeriodCounts, utc_now
from emotion_edge.pipeline.stats import PipelineStats
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


def check_totals(listener: Listener, counts: dict) -> None:
    """Check that the figures about labels are those of the period, and come at its end."""
    totals = [json.loads(text) for text in listener.of("totals")]
    totals = totals[next(i for i, each in enumerate(totals) if not any(each["count"].values())) :]
    assert len(totals) == 2  # at the start, and at the period's end
    count = {label: each for label, each in totals[1]["count"].items() if each}
    assert count == counts["counts"]
    assert sum(totals[1]["seconds"].values()) == pytest.approx(60, abs=1)
    assert listener.of("faces")[-2] == "{}"
    average = json.loads(listener.of("faces")[-1])
    assert average["red"] == round(counts["counts"]["red"] / counts["frames"], 3)


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
        f"{PREFIX}/{name}"
        for name in ("availability", "attributes", "paused", "counts", "totals", "faces")
    }
    assert listener.of("state")[-1] == ""
    assert not listener.of("events")
    counts = json.loads(listener.of("counts")[0])
    check_counts(counts)
    assert run.stdout[0] == counts
    assert not PERSONAL & set(late.attributes())
    check_throughput(listener, counts)
    check_totals(listener, counts)
    parts = late.wait_discovery()
    # What the earlier run announced is removed.
    removed = {name: part["p"] for name, part in parts.items() if set(part) == {"p"}}
    assert removed == {
        **dict.fromkeys(("emotion", "confidence", "faces"), "sensor"),
        **{"face_present": "binary_sensor", "change": "event", "watched": "binary_sensor"},
        **{"model": "update", "check": "button"},
    }
    assert "unique_id" in parts["frame_rate"]


@plain_broker
@pytest.mark.parametrize("heartbeat", [0, 10])
def test_the_attributes_say_at_once_that_it_is_paused(broker, daemon, changing, heartbeat):
    options = ("--aggregate", 60, "--heartbeat", heartbeat, *broker.options)
    daemon("--source", changing, *options)
    listener = Listener(broker)
    listener.wait("paused", "running")
    for payload, paused in (("pause", True), ("resume", False)):
        listener.send(payload)
        until(lambda: listener.attributes()["paused"] is paused, "attributes", 5)  # noqa: B023
    assert set(listener.of("state")) == {""}
    assert not PERSONAL & set(listener.attributes())


def test_the_moments_of_messages_do_not_depend_on_the_frames(monkeypatch):
    """Frames with faces take longer, so a message right after one would show that somebody is."""
    sent = []
    monkeypatch.setattr(
        MqttSink, "_publish_states", lambda self, **_: sent.append(time.monotonic())
    )
    stats = PipelineStats(periodic=True)
    reporting = Reporting(heartbeat=0.001, aggregate=True)
    sink = MqttSink(
        [parse_address("mqtt://localhost:1/x")], MqttSettings(), stats, ("a",), reporting, Event()
    )
    counter = LabelCounter(0, stats)  # each frame is a period
    frame = Frame("camera", 0, np.zeros((1, 1, 3), np.uint8), 0.0)
    result = FrameResult(frame=frame, face_count=0)
    sent.clear()
    with sink:
        start, moments = time.monotonic(), []
        while time.monotonic() < start + 4.5:
            time.sleep(0.13)
            sink.publish(counter.process(result))
            moments.append(time.monotonic())
        time.sleep(2)  # no frames, no messages: a stalled daemon must not seem to work
    by_second = {round(moment - start) for moment in sent}
    assert by_second == {1, 2, 3, 4, 5}
    assert max(abs(moment - start - round(moment - start)) for moment in sent) < 0.3
    assert len(sent) <= 12


def test_the_times_of_a_period_show_no_milliseconds():
    now = utc_now().replace(microsecond=987_654)
    line = counts_line(PeriodCounts(start=now, end=now, frames=1, counts={}))
    assert line["from"] == line["to"]
    assert line["to"].endswith(".000Z")
