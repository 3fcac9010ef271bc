"""A daemon asks for what others command at a real broker."""

import json
import stat

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PREFIX, plain_broker
from tests.edge.commands.several.recordings import one_colour
from tests.edge.output.mqtt.updates.files import MESSAGE
from tests.edge.output.mqtt.updates.listening import REMOVED, parts, wait_message
from tests.edge.waiting import until


@plain_broker
def test_without_a_folder_for_requests_updates_are_shown_only(broker, daemon, changing, shared):
    shared.say()
    options = ("--models", shared.models, *broker.options)
    run = daemon("--source", changing, *options, env={"RUNTIME_DIRECTORY": ""})
    listener = Listener(broker)
    wait_message(listener)
    assert "command_topic" not in parts(listener)["model"]
    assert parts(listener)["check"] == REMOVED["check"]
    listener.send("install")
    run.wait_stderr("install: ignored, 1 time(s) so far: there is no folder for it")


def test_a_command_becomes_a_request(broker, daemon, changing, shared):
    shared.say()
    given = ("--models", shared.models, *broker.options)
    run = daemon("--source", changing, *given, env={"RUNTIME_DIRECTORY": str(shared.run_dir)})
    listener = Listener(broker)
    wait_message(listener)
    listener.send("check")
    until(shared.request.exists, "the request")
    assert shared.request.read_text() == "check\n"
    listener.send("install")
    until(lambda: shared.request.read_text() == "install\n", "the other request")
    status = {shared.run_dir / f"status.{end}" for end in ("json", "new")}
    until(lambda: {*shared.run_dir.iterdir()} - status == {shared.request}, "nothing else there")
    assert stat.S_ISREG(shared.request.stat().st_mode)
    shared.request.unlink()  # as `update --requested` does first
    for _ in range(500):
        listener.client.publish(f"{PREFIX}/set", "install")
    listener.send("pause")
    listener.wait("paused", "paused")  # so all of them have come
    assert not shared.request.exists()
    assert 5 <= run.stderr.count("less than 30 s before") <= 10
    assert run.end()[0] == 0


@plain_broker
def test_a_check_does_not_replace_an_installation_that_waits(broker, daemon, changing, shared):
    shared.say()
    run = daemon("--source", changing, *shared.options, *broker.options)
    listener = Listener(broker)
    wait_message(listener)
    listener.send("install")
    until(shared.request.exists, "the request")
    listener.send("check")
    run.wait_stderr("nobody has taken the last one yet; is emotion-edge-update-request.path")
    assert shared.request.read_text() == "install\n"


@plain_broker
def test_what_the_broker_retains_is_no_request(broker, daemon, changing, shared):
    shared.say()
    Listener(broker).send("install", retain=True)
    run = daemon("--source", changing, *shared.options, *broker.options)
    listener = Listener(broker)
    run.wait_stderr("install is ignored, because the broker retains it")
    listener.wait("state", "green")
    # A pause lets the daemon ask once more for what the broker retains.
    listener.send("pause")
    at = listener.wait("paused", "paused")
    listener.send("resume")
    listener.wait("paused", "running", after=at)
    assert not shared.request.exists()
    listener.send("install")
    until(shared.request.exists, "the request")


@plain_broker
def test_nothing_is_asked_where_nothing_updates_models(broker, daemon, changing, shared):
    run = daemon("--source", changing, *shared.options, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    listener.send("check")
    run.wait_stderr("check: ignored, 1 time(s) so far: nothing updates models here")
    assert not shared.request.exists()


@plain_broker
def test_a_request_that_cannot_be_written_does_not_end_the_daemon(broker, daemon, changing, shared):
    shared.say()
    shared.run_dir.rmdir()
    shared.run_dir.write_text("")  # a file in its place, which root cannot write below either
    run = daemon("--source", changing, *shared.options, *broker.options)
    listener = Listener(broker)
    wait_message(listener)
    listener.send("check")
    run.wait_stderr("check: cannot write to")
    listener.wait("state", "red", after=len(listener.heard))
    assert run.end()[0] == 0


@plain_broker
def test_two_cameras_show_the_same_and_ask_once(broker, daemon, tmp_path, shared):
    shared.say()
    names = ("door", "desk")
    cameras = [f"{name}={one_colour(tmp_path / name, 'red')}" for name in names]
    sources = [word for each in cameras for word in ("--source", each)]
    run = daemon(*sources, *shared.options, *broker.options)
    listener = Listener(broker)
    for name in names:
        until(lambda name=name: listener.of(f"{name}/update"), f"the message of {name}")
        assert json.loads(listener.of(f"{name}/update")[-1]) == MESSAGE
        listener.client.publish(f"{PREFIX}/{name}/set", "check", qos=1).wait_for_publish(30)
    until(shared.request.exists, "the request")
    run.wait_stderr("check: ignored, 1 time(s) so far")
