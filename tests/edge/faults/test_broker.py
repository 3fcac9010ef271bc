"""The broker is absent, dies, refuses, hangs, is another one; the daemon goes on and comes back."""

import signal
import time

import pytest
from paho.mqtt.client import Client
from PIL import Image

from emotion_edge.output.mqtt.address import parse_address
from emotion_edge.output.mqtt.client import MqttSettings
from emotion_edge.output.mqtt.publisher import MqttPublisher
from tests.edge.faults.parts import PREFIX, Listener, until
from tests.edge.test_stream import scene

CONFIG = "homeassistant/device/emotion-edge-test-hall/config"


def test_a_broker_that_comes_later_is_told_everything(broker, daemon, changing):
    broker.kill()
    run = daemon("--source", changing, "--to", "-", *broker.options)
    run.wait_stderr("cannot connect: [Errno 111] Connection refused; trying again")
    run.wait_lines(2)
    broker.start()
    ear = Listener(broker)
    ear.wait("availability", "online")
    ear.wait("state", "green")
    assert any(topic == CONFIG for topic, _, _ in ear.heard)
    assert run.stderr.count("cannot connect") == 1
    assert run.end()[0] == 0
    ear.wait("availability", "offline")


def test_a_broker_that_was_killed_is_told_everything_again(broker, daemon, changing):
    run = daemon("--source", changing, "--to", "-", *broker.options)
    Listener(broker).wait("state", "green")
    broker.kill()
    run.wait_stderr("connection lost")
    run.wait_lines(2)
    broker.start()  # it has forgotten what was retained
    ear = Listener(broker)
    ear.wait("availability", "online")
    for colour in ("red", "green"):
        ear.wait("state", colour)
    until(lambda: any(topic == CONFIG for topic, _, _ in ear.heard), "the discovery")
    assert run.stderr.count(": connected") == 2
    assert run.end()[0] == 0


@pytest.mark.parametrize("broker", ["tls"], indirect=True)
def test_a_refused_password_is_said_once_and_not_shown(broker, daemon, changing):
    broker.kill()
    broker.configure("good", allow=False)
    broker.start()
    run = daemon("--source", changing, "--to", "-", *broker.options)
    run.wait_stderr("refused: Not authorized")
    run.wait_lines(3)
    assert run.stderr.count("refused") == 1
    assert "correct horse" not in run.stderr
    broker.kill()
    broker.configure("good")  # the mistake was the broker's, and is mended there
    broker.start()
    Listener(broker).wait("availability", "online", patience=45)
    assert run.end()[0] == 0


def test_a_broker_that_accepts_and_never_answers_holds_up_nothing(broker, daemon, changing):
    broker.send(signal.SIGSTOP)
    run = daemon("--source", changing, "--to", "-", "--keepalive", 2, *broker.options)
    run.wait_lines(3)
    code, seconds = run.end()
    assert code == 0
    assert seconds < 2
    second = daemon("--source", changing, "--to", "-", "--keepalive", 2, *broker.options)
    second.wait_stderr("trying again")
    broker.send(signal.SIGCONT)
    Listener(broker).wait("availability", "online")


def test_a_connection_that_went_dead_is_given_up_and_made_anew(broker, daemon, changing):
    run = daemon("--source", changing, "--to", "-", "--keepalive", 1, *broker.options)
    Listener(broker).wait("availability", "online")
    broker.send(signal.SIGSTOP)
    run.wait_stderr("connection lost: Keep alive timeout")
    run.wait_lines(2)
    broker.send(signal.SIGCONT)
    until(lambda: run.stderr.count(": connected") == 2, "the second connection")
    ear = Listener(broker)
    ear.wait("availability", "online")
    ear.wait("state", "blue")
    broker.send(signal.SIGSTOP)
    code, seconds = run.end()
    broker.send(signal.SIGCONT)
    assert code == 0
    assert seconds < 2


@pytest.mark.parametrize("broker", ["tls"], indirect=True)
@pytest.mark.parametrize(
    ("certificate", "words"),
    [("expired", "certificate has expired"), ("other", "Hostname mismatch")],
)
def test_a_certificate_that_is_not_good_is_not_trusted(
    broker, daemon, changing, certificate, words
):
    broker.kill()
    broker.configure(certificate)
    broker.start()
    run = daemon("--source", changing, "--to", "-", *broker.options)
    run.wait_stderr(words)
    run.wait_lines(3)
    assert ": connected" not in run.stderr
    assert run.end()[0] == 0
    assert "mosquitto" in (broker.folder / "log").read_text()
    assert "emotion-edge" not in (broker.folder / "log").read_text()  # it never introduced itself


@pytest.mark.parametrize("broker", ["tls"], indirect=True)
def test_an_authority_that_is_not_known_is_not_trusted(broker, daemon, changing):
    run = daemon("--source", changing, "--to", broker.url)
    run.wait_stderr("certificate verify failed")
    assert ": connected" not in run.stderr


@pytest.mark.parametrize("broker", ["tls"], indirect=True)
def test_a_broker_that_wants_a_certificate_gets_ours(broker, daemon, changing):
    broker.kill()
    broker.configure("good", more="")
    text = (broker.folder / "mosquitto.conf").read_text()
    (broker.folder / "mosquitto.conf").write_text(f"{text}require_certificate true\n")
    broker.start()
    bare = daemon("--source", changing, *broker.options)
    bare.wait_stderr("trying again")
    ours = broker.certificates
    run = daemon(
        *("--source", changing, *broker.options),
        *("--client-cert", ours.client, "--client-key", ours.client_key),
    )
    run.wait_stderr(": connected")
    assert ": connected" not in bare.stderr


def test_a_terminated_daemon_says_offline_while_it_is_busy(broker, daemon, tmp_path):
    Image.fromarray(scene((200, 120))).save(tmp_path / "face.png")
    rows = "".join(f"face.png,{i / 60:.3f}\n" for i in range(3000))
    (tmp_path / "times.csv").write_text(f"file,seconds\n{rows}")
    source = f"replay:{tmp_path}"
    run = daemon("--source", source, "--faces", "on", "--find-every", 0, *broker.options)
    ear = Listener(broker)
    ear.wait("availability", "online")
    until(lambda: ear.of("events"), "an event")
    code, seconds = run.end()
    assert code == 0
    assert seconds < 2
    ear.wait("availability", "offline", patience=1)


def test_a_connection_lost_in_the_moment_of_goodbye_is_no_matter(monkeypatch):
    publisher = MqttPublisher(
        parse_address("mqtt://localhost:1/hall"),
        MqttSettings(),
        on_pause=lambda paused: None,
        on_reconnect=lambda: None,
    )
    with publisher:
        # As paho says between the end of the connection and taking note of it.
        monkeypatch.setattr(Client, "is_connected", lambda self: True)


def test_the_broker_says_offline_for_a_killed_daemon(broker, daemon, changing):
    run = daemon("--source", changing, *broker.options)
    ear = Listener(broker)
    at = ear.wait("availability", "online")
    assert run.end(signal.SIGKILL)[0] == -signal.SIGKILL
    ear.wait("availability", "offline", after=at)
    late = Listener(broker)  # retained, so that whoever comes later knows
    late.wait("availability", "offline")


def test_garbage_on_set_changes_nothing(broker, daemon, changing):
    run = daemon("--source", changing, *broker.options)
    ear = Listener(broker)
    at = ear.wait("availability", "online")
    for i in range(10_000):
        ear.client.publish(f"{PREFIX}/set", f"{{{i}\x00pause\xff")
    ear.say(b"\xff\xfe" * 500_000)
    ear.say("pause ")
    ear.say("PAUSE")
    after = ear.wait("state", "green", after=at + 10_000)
    assert set(ear.of("paused")) == {"running"}
    assert 10 <= run.stderr.count("neither pause nor resume") <= 20
    ear.say("pause")
    ear.wait("paused", "paused", after=after)
    ear.wait("state", "unknown", after=after)
    assert run.end()[0] == 0


def test_pause_and_resume_and_a_retained_pause_survives_a_restart(broker, daemon, changing):
    first = daemon("--source", changing, "--to", "-", *broker.options)
    ear = Listener(broker)
    ear.wait("state", "green")
    ear.say("pause", retain=True)
    at = ear.wait("paused", "paused")
    ear.wait("state", "unknown", after=at)
    assert ear.attributes()["reason"] == "paused"
    assert ear.attributes()["paused"] is True
    line = first.stdout[-1]
    assert (line["label"], line["reason"]) == ("unknown", "paused")
    seen = len(first.stdout)
    time.sleep(2.5)  # the colour changes each second
    assert len(first.stdout) == seen
    assert first.end()[0] == 0

    second = daemon("--source", changing, *broker.options)
    at = ear.wait("availability", "online", after=len(ear.heard))
    ear.wait("paused", "paused", after=at)
    time.sleep(2.5)
    assert ear.of("state")[-1] == "unknown"
    ear.say("resume", retain=True)
    ear.wait("state", "red", after=len(ear.heard))
    assert second.end()[0] == 0
