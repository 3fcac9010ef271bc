"""What is read of update.json, and what Home Assistant reads of the message."""

import json
import os

import pytest
from jinja2 import Template

from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.home_assistant.discovery import discovery_message
from emotion_edge.output.mqtt.home_assistant.update_entities import update_entities
from emotion_edge.output.mqtt.reporting import Reporting
from emotion_edge.output.mqtt.updates import watch as watch_module
from emotion_edge.output.mqtt.updates.state_file import MAX_BYTES, read_update_state
from emotion_edge.output.mqtt.updates.watch import UpdateWatch
from tests.edge.output.mqtt.updates.files import MESSAGE, STATE

# The keys that Home Assistant 2024.11 and later take in the state of an update entity.
TAKEN = {"installed_version", "latest_version", "in_progress", "update_percentage"}


def test_the_message_has_what_the_file_says(shared):
    shared.say()
    assert json.loads(read_update_state(shared.state).message()) == MESSAGE
    shared.say(checked=None, progress=100, more="a key of a later version")
    message = json.loads(read_update_state(shared.state).message())
    assert (message["checked"], message["in_progress"]) == (None, True)
    assert message["update_percentage"] == 100


def test_before_the_first_check_the_model_in_use_is_the_latest(shared):
    shared.say(checked=None, latest="")
    message = json.loads(read_update_state(shared.state).message())
    assert message["installed_version"] == message["latest_version"] == "2026-11"


def test_a_long_problem_is_cut(shared):
    shared.say(problem="x" * 5000)
    assert len(read_update_state(shared.state).problem) == 500
    assert read_update_state(shared.state).problem.endswith("x…")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"version": 2}, "version"),
        ({"installed": None}, "'installed'"),
        ({"latest": "x" * 201}, "'latest'"),
        ({"checked": 5}, "'checked'"),
        ({"progress": -1}, "'progress'"),
        ({"progress": 101}, "'progress'"),
        ({"progress": True}, "'progress'"),
        ({"progress": float("nan")}, "'progress'"),
        ({"problem": None}, "'problem'"),
    ],
)
def test_a_state_with_another_value_is_refused(shared, changed, expected):
    shared.say(**changed)
    with pytest.raises(ValueError, match=expected):
        read_update_state(shared.state)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", '{"version": 1, "version": 1}', "\0", '{"a":' * 50_000]
)
def test_a_text_that_is_no_state_is_refused(shared, text):
    shared.write(text)
    with pytest.raises(ValueError):
        read_update_state(shared.state)


def test_neither_a_large_file_nor_a_pipe_is_read(shared):
    shared.write(json.dumps({**STATE, "problem": "x" * MAX_BYTES}))
    with pytest.raises(OSError, match="more than"):
        read_update_state(shared.state)
    shared.state.unlink()
    os.mkfifo(shared.state)
    with pytest.raises(OSError, match="pipe"):
        read_update_state(shared.state)


def test_the_file_is_read_only_when_it_has_changed(shared, monkeypatch):
    read = []

    def count(path):
        read.append(path)
        return read_update_state(path)

    monkeypatch.setattr(watch_module, "read_update_state", count)
    watch = UpdateWatch(shared.state, None)
    assert watch.look() is None
    for name in ("2026-11", "2026-12"):
        shared.say(installed=name)
        states = [watch.look() for _ in range(5)]
        assert {state.installed for state in states} == {name}
    shared.write("{")
    assert [watch.look() for _ in range(5)] == [None] * 5
    assert len(read) == 3


def test_progress_is_shown_only_while_an_update_runs(shared):
    watch = UpdateWatch(shared.state, None)
    shared.say(progress=40)
    assert watch.look().progress is None
    with shared.updating():
        assert [watch.look().progress for _ in range(3)] == [40, 40, 40]
    assert not json.loads(watch.look().message())["in_progress"]


def test_home_assistant_gets_the_keys_that_it_takes_and_the_others_as_attributes():
    shown = update_entities(takes_requests=True)
    broker = parse_address("mqtt://broker/hall")
    part = json.loads(discovery_message(broker, ["red"], Reporting(), updates=shown))["cmps"][
        "model"
    ]
    templates = [Template(part[f"{name}_template"]) for name in ("value", "json_attributes")]
    state, attributes = (json.loads(each.render(value_json=MESSAGE)) for each in templates)
    assert {**state, **attributes} == MESSAGE
    assert state.keys() == TAKEN
    # An empty message, which removes the topic, is nothing and no error.
    assert [each.render() for each in templates] == ["{}", "{}"]
