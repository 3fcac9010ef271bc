"""All messages of a session, for one broker and for several."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import DISCOVERY, PASSWORD, PREFIX, USER, plain_broker
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.pictures import save
from tests.edge.recordings import write_colours
from tests.edge.waiting import until

DOCS = Path(__file__).parents[4] / "docs"


def test_a_session_as_mosquitto_sub_shows_it(broker, tmp_path):
    rows = [(c, i / 10, "") for i, c in enumerate(["red"] * 10 + ["blue"] * 10 + ["green"] * 10)]
    source = f"replay:{write_colours(tmp_path / 'r', rows)}"
    address = ["-h", "localhost", "-p", str(broker.port)]
    if broker.secured:
        address += ["--cafile", broker.certificates.ca, "-u", USER, "-P", PASSWORD]
    with (tmp_path / "heard").open("w") as file:
        subscriber = subprocess.Popen(["mosquitto_sub", *address, "-v", "-t", "#"], stdout=file)
    try:
        until(lambda: "Sending SUBACK" in broker.log, "mosquitto_sub")
        result = edge(
            *("run", "--model", INT8, "--source", source, "--faces", "off", *broker.options),
            env={**os.environ, "EMOTION_EDGE_PASSWORD": PASSWORD},
        )
        until(lambda: "offline" in (tmp_path / "heard").read_text(), "offline")
    finally:
        subscriber.kill()
        subscriber.wait()
    assert (result.returncode, result.stdout) == (0, "")
    heard = [line.partition(" ")[::2] for line in (tmp_path / "heard").read_text().splitlines()]
    assert heard[0] == (f"{PREFIX}/availability", "online")
    assert heard[1][0] == DISCOVERY
    states = [payload for topic, payload in heard if topic == f"{PREFIX}/state"]
    assert states == ["unknown", "red", "blue", "green"]
    assert heard[-1] == (f"{PREFIX}/availability", "offline")
    text = (DOCS / "mqtt-home-assistant.md").read_text().partition("## An example session")[2]
    documented = set(re.findall(r"^hall/(\w+) ", text, re.MULTILINE))
    assert {topic.removeprefix(f"{PREFIX}/") for topic, _ in heard} - {DISCOVERY} == documented


def test_the_result_of_a_picture_waits_briefly_for_the_broker(broker, daemon, tmp_path):
    save(tmp_path / "red.png", "red")
    listener = Listener(broker)
    broker.send(signal.SIGSTOP)
    run = daemon("--source", tmp_path / "red.png", *broker.options)
    time.sleep(1.2)
    broker.send(signal.SIGCONT)
    assert run.process.wait(30) == 0
    listener.wait("availability", "offline")
    assert [json.loads(event)["label"] for event in listener.of("events")] == ["red"]
    assert listener.of("state")[-1] == "red"


@plain_broker
def test_attributes_are_published_on_change_and_not_for_every_picture(broker, daemon, tmp_path):
    for number in range(12):
        save(tmp_path / "pictures" / f"{number:02}.png", "red")
    listener = Listener(broker)
    run = daemon("--source", tmp_path / "pictures", "--faces", "off", *broker.options)
    assert run.process.wait(30) == 0
    listener.wait("availability", "offline")
    assert len(listener.of("events")) == 12
    assert [json.loads(text)["label"] for text in listener.of("attributes")] == ["unknown", "red"]


@plain_broker
def test_several_brokers_and_stdout_get_the_same(broker, daemon, changing):
    second = broker.url.replace(PREFIX, "other")
    run = daemon("--source", changing, "--to", "-", "--to", second, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    other = [p for t, p, _ in listener.heard if t == "other/events"]
    until(lambda: listener.of("events")[-1] == other[-1], "the same event")
    run.wait_lines(2)
    assert [line["label"] for line in run.stdout][:2] == ["red", "green"]
    listener.send("pause")
    until(
        lambda: ("other/paused", "paused", False) in listener.heard,
        "the pause under the other prefix",
    )
