"""The camera never delivers, stalls, sends malformed frames, vanishes and returns.

A recording replaces it. The tests in tests/edge/capture use a double of picamera2.
"""

import json

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.recordings import write_colours
from tests.edge.waiting import PROMPT_S, until


def rows(colour: str, start: float, end: float, fault: str = "") -> list[tuple[str, float, str]]:
    """Return rows of a recording, ten a second."""
    return [(colour, start + i / 10, fault) for i in range(round((end - start) * 10))]


def troubles(listener: Listener) -> list[str]:
    """Return the reason for missing frames in each of the attributes; "" with frames."""
    return [json.loads(text)["trouble"] for text in listener.of("attributes")]


LOST = ("unknown", "no_camera")


def test_a_camera_that_never_delivers_is_reported_and_reopened(broker, daemon, tmp_path):
    source = f"replay:{write_colours(tmp_path / 'r', [('red', 0, 'stall')])}"
    run = daemon("--source", source, "--stall", 0.5, "--to", "-", *broker.options)
    run.wait_stderr("no frame for 0.5 seconds; trying again in 1 s")
    run.wait_stderr("no frame for 0.5 seconds; trying again in 2 s")
    listener = Listener(broker)
    until(lambda: listener.of("attributes"), "the attributes")
    seen = listener.attributes()
    assert (seen["streaming"], seen["frames"]) == (False, 0)
    assert seen["trouble"] == "no frame for 0.5 seconds"
    assert listener.of("availability")[-1] == "online"  # the daemon is online; its camera is not
    assert listener.of("state")[-1] == "unknown"
    assert run.decisions == [LOST]
    code, seconds = run.end()
    assert code == 0
    assert seconds < PROMPT_S


@plain_broker
def test_a_camera_that_stalls_after_50_frames_is_reopened(broker, daemon, tmp_path):
    table = [*rows("red", 0, 5), ("red", 5, "stall"), *rows("blue", 5.1, 12)]
    source = f"replay:{write_colours(tmp_path / 'r', table)}"
    run = daemon("--source", source, "--stall", 0.5, "--to", "-", *broker.options)
    listener = Listener(broker)
    at = listener.wait("state", "red")
    at = listener.wait("state", "unknown", after=at)
    assert 45 <= listener.attributes()["frames"] <= 50
    listener.wait("state", "blue", after=at)
    assert run.process.wait(20) == 0
    assert run.decisions == [("red", None), LOST, ("blue", None)]
    assert listener.attributes()["streaming"] is True


@plain_broker
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("shape", "a frame of (30, 40) uint8 instead of rows x columns x 3 bytes"),
        ("stride", "a frame of (30, 72, 3) after frames of (30, 40, 3)"),
    ],
)
def test_a_frame_of_the_wrong_shape_is_never_classified(broker, daemon, tmp_path, fault, reason):
    table = [*rows("red", 0, 1), *rows("green", 1, 1.6, fault), *rows("blue", 1.6, 4)]
    source = f"replay:{write_colours(tmp_path / 'r', table)}"
    listener = Listener(broker)
    run = daemon("--source", source, "--to", "-", *broker.options)
    assert run.process.wait(20) == 0
    listener.wait("availability", "offline")
    assert listener.of("availability") == ["online", "offline"]
    assert listener.of("state") == ["unknown", "red", "unknown", "blue"]
    assert reason in troubles(listener)
    assert f"{reason}; trying again in 1 s" in run.stderr
    assert run.decisions == [("red", None), LOST, ("blue", None)]


@plain_broker
def test_a_camera_that_vanishes_is_reopened_when_it_is_back(broker, daemon, tmp_path):
    table = [*rows("red", 0, 1), *rows("red", 1, 3, "vanish"), *rows("blue", 3, 8)]
    source = f"replay:{write_colours(tmp_path / 'r', table)}"
    listener = Listener(broker)
    run = daemon("--source", source, "--all", "--to", "-", *broker.options)
    assert run.process.wait(20) == 0
    listener.wait("availability", "offline")
    assert listener.of("availability") == ["online", "offline"]
    assert listener.of("state") == ["unknown", "red", "unknown", "blue"]
    assert troubles(listener)[-1] == ""
    assert "the camera has gone" in troubles(listener)
    assert "the camera has gone; trying again in 1 s" in run.stderr
    assert "no camera is there; trying again in 2 s" in run.stderr
    decisions = run.decisions
    assert decisions.count(LOST) == 1
    assert (
        decisions[0] == decisions[decisions.index(LOST) - 1] == ("red", None)
        or decisions[0][0] == "unknown"
    )
    assert {label for label, _ in decisions[decisions.index(LOST) + 3 :]} == {"blue"}


@plain_broker
def test_swapped_channels_swap_the_labels(broker, daemon, tmp_path):
    # `emotion-edge doctor` detects this fault on a face.
    source = f"replay:{write_colours(tmp_path / 'r', rows('red', 0, 1, 'swapped'))}"
    listener = Listener(broker)
    run = daemon("--source", source, "--to", "-", *broker.options)
    assert run.process.wait(20) == 0
    listener.wait("availability", "offline")
    assert listener.of("state") == ["unknown", "blue"]
    assert run.decisions == [("blue", None)]


def test_a_recording_with_an_unknown_fault_is_refused(tmp_path):
    write_colours(tmp_path / "r", [("red", 0, "flood")])
    source = f"replay:{tmp_path / 'r'}"
    result = edge("run", "--model", INT8, "--faces", "off", "--source", source)
    assert result.returncode == 2
    assert "unknown fault 'flood'" in result.stderr
