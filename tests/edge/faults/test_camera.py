"""A camera that never delivers, stalls, delivers nonsense, vanishes and returns.

The recording stands in for it; `tests/edge/test_picamera.py` has a double of
picamera2 for what only that does.
"""

import json

import pytest

from tests.edge.conftest import edge
from tests.edge.faults.parts import Listener, colours, until


def rows(colour: str, start: float, end: float, fault: str = "") -> list[tuple[str, float, str]]:
    """Return rows of a recording, ten a second."""
    return [(colour, start + i / 10, fault) for i in range(round((end - start) * 10))]


def words(run) -> list[tuple[str, str | None]]:
    """Return what stdout has said: (label, reason)."""
    return [(line["label"], line["reason"]) for line in run.stdout]


def troubles(ear: Listener) -> list[str]:
    """Return why there were no frames, as each of the attributes had it; "" where there were."""
    return [json.loads(text)["trouble"] for text in ear.of("attributes")]


plain = pytest.mark.parametrize("broker", ["plain"], indirect=True)
LOST = ("unknown", "no_camera")


def test_a_camera_that_never_delivers_is_said_and_tried_again(broker, daemon, tmp_path):
    source = f"replay:{colours(tmp_path / 'r', [('red', 0, 'stall')])}"
    run = daemon("--source", source, "--stall", 0.5, "--to", "-", *broker.options)
    run.wait_stderr("no frame for 0.5 seconds; trying again in 1 s")
    run.wait_stderr("no frame for 0.5 seconds; trying again in 2 s")
    ear = Listener(broker)
    until(lambda: ear.of("attributes"), "the attributes")
    seen = ear.attributes()
    assert (seen["streaming"], seen["frames"]) == (False, 0)
    assert seen["trouble"] == "no frame for 0.5 seconds"
    assert ear.of("availability")[-1] == "online"  # the daemon is; its camera is not
    assert ear.of("state")[-1] == "unknown"
    assert words(run) == [LOST]
    code, seconds = run.end()
    assert code == 0
    assert seconds < 2


@plain
def test_a_camera_that_stalls_after_50_frames_is_opened_anew(broker, daemon, tmp_path):
    table = [*rows("red", 0, 5), ("red", 5, "stall"), *rows("blue", 5.1, 12)]
    source = f"replay:{colours(tmp_path / 'r', table)}"
    run = daemon("--source", source, "--stall", 0.5, "--to", "-", *broker.options)
    ear = Listener(broker)
    at = ear.wait("state", "red")
    at = ear.wait("state", "unknown", after=at)
    assert 45 <= ear.attributes()["frames"] <= 50
    ear.wait("state", "blue", after=at)
    assert run.process.wait(20) == 0
    assert words(run) == [("red", None), LOST, ("blue", None)]
    assert ear.attributes()["streaming"] is True


@plain
@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("shape", "a frame of (30, 40) uint8 instead of rows x columns x 3 bytes"),
        ("stride", "a frame of (30, 72, 3) after frames of (30, 40, 3)"),
    ],
)
def test_a_frame_of_the_wrong_shape_is_never_labelled(broker, daemon, tmp_path, fault, complaint):
    table = [*rows("red", 0, 1), *rows("green", 1, 1.6, fault), *rows("blue", 1.6, 4)]
    source = f"replay:{colours(tmp_path / 'r', table)}"
    ear = Listener(broker)
    run = daemon("--source", source, "--to", "-", *broker.options)
    assert run.process.wait(20) == 0
    ear.wait("availability", "offline")
    assert ear.of("availability") == ["online", "offline"]
    assert ear.of("state") == ["unknown", "red", "unknown", "blue"]
    assert complaint in troubles(ear)
    assert f"{complaint}; trying again in 1 s" in run.stderr
    assert words(run) == [("red", None), LOST, ("blue", None)]


@plain
def test_a_camera_that_vanishes_and_returns(broker, daemon, tmp_path):
    table = [*rows("red", 0, 1), *rows("red", 1, 3, "vanish"), *rows("blue", 3, 8)]
    source = f"replay:{colours(tmp_path / 'r', table)}"
    ear = Listener(broker)
    run = daemon("--source", source, "--all", "--to", "-", *broker.options)
    assert run.process.wait(20) == 0
    ear.wait("availability", "offline")
    assert ear.of("availability") == ["online", "offline"]
    assert ear.of("state") == ["unknown", "red", "unknown", "blue"]
    assert troubles(ear)[-1] == ""
    assert "the camera has gone" in troubles(ear)
    assert "the camera has gone; trying again in 1 s" in run.stderr
    assert "no camera is there; trying again in 2 s" in run.stderr
    said = words(run)
    assert said.count(LOST) == 1
    assert said[0] == said[said.index(LOST) - 1] == ("red", None) or said[0][0] == "unknown"
    assert {label for label, _ in said[said.index(LOST) + 3 :]} == {"blue"}


@plain
def test_channels_that_are_swapped_swap_the_labels(broker, daemon, tmp_path):
    # That the fault is one; `emotion-edge doctor` notices it on a face (tests/edge/test_doctor.py).
    source = f"replay:{colours(tmp_path / 'r', rows('red', 0, 1, 'swapped'))}"
    ear = Listener(broker)
    run = daemon("--source", source, "--to", "-", *broker.options)
    assert run.process.wait(20) == 0
    ear.wait("availability", "offline")
    assert ear.of("state") == ["unknown", "blue"]
    assert words(run) == [("blue", None)]


def test_a_recording_with_an_unknown_fault_is_refused(tmp_path):
    colours(tmp_path / "r", [("red", 0, "")])
    (tmp_path / "r" / "times.csv").write_text("file,seconds,fault\nred.png,0,flood\n")
    result = edge("run", "--model", "x.tflite", "--source", f"replay:{tmp_path / 'r'}")
    assert result.returncode == 2
