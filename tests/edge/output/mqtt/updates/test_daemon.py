"""A daemon shows on a real broker what update.json says."""

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import DISCOVERY, PREFIX, plain_broker
from tests.edge.command_line import edge
from tests.edge.output.mqtt.updates.listening import REMOVED, parts, wait_message
from tests.edge.waiting import until


def test_the_state_is_retained_and_follows_the_file(broker, daemon, changing, shared):
    shared.say()
    run = daemon("--source", changing, *shared.options, *broker.options)
    listener = Listener(broker)
    wait_message(listener)
    with shared.updating():
        shared.say(progress=0)
        wait_message(listener, in_progress=True, update_percentage=0)
        shared.say(progress=41.5)
        wait_message(listener, in_progress=True, update_percentage=41.5)
    wait_message(listener)  # it was killed
    shared.say(problem="no camera", checked=None, installed="emotion-compact")
    wait_message(listener, problem="no camera", checked=None, installed_version="emotion-compact")
    late = Listener(broker)
    until(lambda: late.of("update"), "the retained message")
    assert (f"{PREFIX}/update", listener.of("update")[-1], True) in late.heard
    assert run.end()[0] == 0
    assert "update" not in run.stderr


@plain_broker
def test_the_entities_are_there_while_the_file_is(broker, daemon, changing, shared):
    daemon("--source", changing, *shared.options, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    assert set(listener.of("update")) == {""}
    assert parts(listener) == REMOVED
    shared.say()
    wait_message(listener)
    until(lambda: "name" in parts(listener)["model"], "the entities")
    model, check = parts(listener).values()
    assert model["state_topic"] == model["json_attributes_topic"] == f"{PREFIX}/update"
    assert (model["command_topic"], model["payload_install"]) == (f"{PREFIX}/set", "install")
    assert (check["command_topic"], check["payload_press"]) == (f"{PREFIX}/set", "check")
    assert "retain" not in {**model, **check} and "state_topic" not in check
    at = len(listener.heard)
    shared.state.unlink()
    listener.wait("update", "", after=at)
    until(lambda: parts(listener) == REMOVED, "their removal")
    late = Listener(broker)
    until(lambda: any(topic == DISCOVERY for topic, _, _ in late.heard), "what is retained")
    assert not late.of("update")


@plain_broker
def test_a_damaged_file_is_logged_once_and_does_not_end_the_daemon(
    broker, daemon, changing, shared
):
    shared.write("{")
    run = daemon("--source", changing, *shared.options, *broker.options)
    listener = Listener(broker)
    run.wait_stderr("update.json: no update is shown")
    listener.wait("state", "green")
    shared.say(progress="much")
    listener.wait("state", "blue", after=len(listener.heard))
    assert run.stderr.count("update.json") == 1
    assert set(listener.of("update")) == {""}
    shared.say()
    wait_message(listener)
    at = len(listener.heard)
    shared.write("[" * 100_000)
    listener.wait("update", "", after=at)
    assert run.stderr.count("update.json") == 2
    assert run.end()[0] == 0


@plain_broker
def test_forget_removes_the_state(broker, daemon, changing, shared):
    shared.say()
    run = daemon("--source", changing, *shared.options, *broker.options)
    wait_message(Listener(broker))
    run.kill()
    result = edge("forget", *broker.options)
    assert result.returncode == 0, result.stderr
    assert f"removed {PREFIX}/update\n" in result.stdout
