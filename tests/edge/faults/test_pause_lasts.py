"""A pause lasts: lost connections, old retained messages, restarts, brokers that come late."""

import time

import pytest
from PIL import Image

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import DISCOVERY, PREFIX, Mosquitto, plain_broker
from tests.edge.brokers.proxy import Proxy
from tests.edge.photographs import frame_with_heads
from tests.edge.pictures import COLOURS
from tests.edge.waiting import until

NAMING = (DISCOVERY, f"{PREFIX}/totals")  # they name all labels, seen or not


@pytest.fixture
def second_broker(tmp_path):
    """Another running broker."""
    mosquitto = Mosquitto(tmp_path / "second").start()
    yield mosquitto
    mosquitto.kill()


def reconnect(proxy: Proxy, listener: Listener) -> None:
    """Break the connection; wait for the next."""
    before = listener.of("availability").count("online")
    proxy.cut()
    until(lambda: listener.of("availability").count("online") > before, "the next connection")


def no_label_for(seconds: float, listener: Listener) -> None:
    """Check that no label is published. The colour changes each second."""
    before, sums = len(listener.heard), len(listener.of("totals"))
    time.sleep(seconds)
    later = [text for topic, text, _ in listener.heard[before:] if topic not in NAMING]
    assert len({*listener.of("totals")[max(0, sums - 1) :]}) <= 1, "what was seen before the pause"
    assert not [text for text in later if any(f'"{colour}"' in text for colour in COLOURS)]
    assert not set(later) & set(COLOURS)
    assert listener.of("paused")[-1] == "paused"


@plain_broker
def test_an_old_retained_resume_does_not_undo_a_pause(broker, daemon, changing):
    listener = Listener(broker)
    listener.send("resume", retain=True)
    with Proxy(broker.port) as proxy:
        daemon("--source", changing, "--to", proxy.url)
        listener.wait("state", "green")
        listener.send("pause")
        listener.wait("state", "unknown", after=len(listener.heard) - 1)
        for _ in range(2):
            reconnect(proxy, listener)
            no_label_for(1.5, listener)
        listener.send("resume")
        listener.wait("paused", "running", after=len(listener.heard) - 1)
        listener.wait("state", "red", after=len(listener.heard))


@plain_broker
def test_a_retained_resume_that_follows_a_retained_pause_counts_whenever_it_comes(
    broker, daemon, changing
):
    """As Home Assistant's switch publishes them."""
    listener = Listener(broker)
    listener.send("resume", retain=True)
    with Proxy(broker.port) as proxy:
        run = daemon("--source", changing, "--to", proxy.url)
        listener.wait("state", "green")
        listener.send("pause", retain=True)
        listener.send("resume")  # what the daemon asks for is no command: it is older
        listener.wait("state", "red", after=len(listener.heard))
        assert listener.of("paused")[-1] == "running"
        at = len(listener.heard)
        listener.send("pause", retain=True)
        at = listener.wait("paused", "paused", after=at)
        time.sleep(0.5)  # for the broker's answer
        proxy.refuses = True
        proxy.cut()
        run.wait_stderr("connection lost")
        listener.send("resume", retain=True)
        proxy.refuses = False
        listener.wait("paused", "running", after=at)


@plain_broker
def test_a_pause_on_one_broker_outlasts_the_other_ones_connection(
    broker, second_broker, daemon, changing
):
    first, second = Listener(broker), Listener(second_broker)
    second.send("resume", retain=True)
    with Proxy(second_broker.port) as proxy:
        run = daemon("--source", changing, "--to", broker.url, "--to", proxy.url)
        second.wait("state", "green")
        first.send("pause")
        second.wait("paused", "paused")
        reconnect(proxy, second)
        no_label_for(1.5, second)
        first.send("resume")
        at = second.wait("state", "green", after=len(second.heard))
        proxy.refuses = True
        proxy.cut()
        run.wait_stderr("connection lost")
        second.send("pause", retain=True)  # left while the connection is away
        proxy.refuses = False
        second.wait("paused", "paused", after=at)
        until(lambda: first.of("paused")[-1] == "paused", "the pause on the first broker")


@plain_broker
@pytest.mark.parametrize("delay", [0.0, 0.4])
def test_no_label_leaves_between_a_restart_and_a_retained_pause(broker, daemon, changing, delay):
    listener = Listener(broker)
    listener.send("pause", retain=True)
    with Proxy(broker.port, delay=delay) as proxy:
        run = daemon("--source", changing, "--to", "-", "--all", "--to", proxy.url)
        run.wait_lines(1)
        no_label_for(1.5, listener)
        assert {line["reason"] for line in run.stdout} == {"paused"}
        assert set(listener.of("paused")) == {"paused"}
        assert set(listener.of("state")) == {"unknown"}
        assert run.end()[0] == 0


@plain_broker
def test_a_broker_that_comes_late_gets_no_label_before_its_retained_pause(broker, daemon, changing):
    listener = Listener(broker)
    listener.send("pause", retain=True)
    with Proxy(broker.port, delay=0.2) as proxy:
        proxy.refuses = True
        run = daemon("--source", changing, "--to", "-", "--to", proxy.url)
        until(lambda: ("green", None) in run.decisions, "a label on stdout")
        proxy.refuses = False
        listener.wait("paused", "paused")
        no_label_for(1.5, listener)
        assert set(listener.of("paused")) == {"paused"}
        assert set(listener.of("state")) == {"unknown"}
        assert not [text for text in listener.of("attributes") if '"reason": null' in text]


@plain_broker
def test_no_label_follows_the_confirmation_of_a_pause(broker, daemon, tmp_path):
    # A frame takes longer than the time until the next, so a pause comes while one is analysed.
    Image.fromarray(frame_with_heads((200, 120))).save(tmp_path / "face.png")
    rows = "".join(f"face.png,{i / 60:.3f}\n" for i in range(3000))
    (tmp_path / "times.csv").write_text(f"file,seconds\n{rows}")
    daemon(
        "--source",
        f"replay:{tmp_path}",
        "--faces",
        "on",
        "--find-every",
        0,
        "--all",
        *broker.options,
    )
    listener = Listener(broker)
    until(lambda: len(listener.of("events")) > 10, "events")
    for _ in range(20):
        at = len(listener.heard)
        listener.send("pause")
        at = listener.wait("paused", "paused", after=at)
        time.sleep(0.05)
        listener.send("resume")
        listener.wait("paused", "running", after=at)
    paused = False
    for topic, text, _ in listener.heard:
        if topic == f"{PREFIX}/paused":
            paused = text == "paused"
        elif topic == f"{PREFIX}/events" and paused:
            assert '"reason": "paused"' in text
