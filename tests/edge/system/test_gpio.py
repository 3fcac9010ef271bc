"""The light for the people in view, in the real daemon with gpiozero's mock pins."""

import os
import signal
import time

import numpy as np
import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.capture.picamera2_double import plan_text, python_path
from tests.edge.command_line import edge, own_lines
from tests.edge.models import INT8
from tests.edge.pictures import save
from tests.edge.system.board import Board, analysed

PIN = ("--indicator", "GPIO17")
RUN = ("run", "--model", INT8, "--faces", "off", "--source", "picamera2", *PIN)


@pytest.fixture
def board(tmp_path) -> Board:
    """A board with a camera that never fails."""
    pytest.importorskip("gpiozero")
    return Board(tmp_path)


def test_the_pin_is_high_while_frames_are_analysed_and_low_at_the_end(daemon, board):
    options = ("--fps", 20, "--all", "--frames", 20)
    run = daemon("--source", "picamera2", *PIN, *options, env=board.environment)
    assert run.process.wait(30) == 0, run.stderr
    assert board.levels == [True, False]
    assert len(analysed(run)) == 20
    assert all(board.level_at(seconds) for seconds in analysed(run))
    assert "Traceback" not in run.stderr and "ignored" not in run.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_the_pin_low(daemon, board, number):
    run = daemon("--source", "picamera2", *PIN, env=board.environment)
    board.wait(True)
    assert run.end(number)[0] == 0
    assert board.levels == [True, False]


def test_the_pin_is_low_while_the_camera_is_lost(daemon, board):
    board.plan(openings=[{"frames": 30}, {}])
    options = ("--fps", 50, "--stall", 0.5, "--frames", 60, "--all")
    run = daemon("--source", "picamera2", *PIN, *options, env=board.environment)
    assert run.process.wait(30) == 0, run.stderr
    assert ("unknown", "no_camera") in run.decisions
    assert board.levels == [True, False, True, False]
    assert all(board.level_at(seconds) for seconds in analysed(run))


def test_a_camera_that_is_not_there_never_sets_the_pin_high(daemon, board):
    board.plan(cameras=0)
    run = daemon("--source", "picamera2", *PIN, env=board.environment)
    run.wait_stderr("trying again in 2 s")
    assert run.end()[0] == 0
    assert board.levels == []


@plain_broker
def test_the_pin_follows_pauses_at_once_however_rare_frames_are(broker, daemon, board):
    options = ("--every", 60, *broker.options)
    run = daemon("--source", "picamera2", *PIN, *options, env=board.environment)
    listener = Listener(broker)
    board.wait(True)
    listener.send("pause")
    board.wait(True, False)
    listener.send("resume")
    board.wait(True, False, True)
    assert run.end()[0] == 0
    assert board.levels == [True, False, True, False]


@plain_broker
def test_a_pause_that_a_broker_retains_keeps_the_pin_low_from_the_start(broker, daemon, board):
    listener = Listener(broker)
    listener.send("pause", retain=True)
    run = daemon("--source", "picamera2", *PIN, *broker.options, env=board.environment)
    listener.wait("paused", "paused")
    time.sleep(1.5)  # for frames
    assert run.end()[0] == 0
    assert board.levels == []


def test_frames_on_stdin_may_be_a_camera_s_and_files_are_not(daemon, board, tmp_path):
    frames = np.full((8, 30, 40, 3), 200, np.uint8).tobytes()
    raw = ("run", "--model", INT8, "--faces", "off", *PIN, "--source", "-", "--size", "40x30")
    environment = {**os.environ, **board.environment}
    result = edge(*raw, input=frames, env=environment, text=False)
    assert result.returncode == 0, result.stderr
    assert board.levels == [True, False]

    other = Board(tmp_path / "other")
    run = daemon("--source", tmp_path / "red.png", *PIN, env=other.environment)
    assert run.process.wait(30) == 0
    assert "GPIO17 is left alone: --source is no camera" in run.stderr
    assert other.levels == []


def test_the_library_leaves_no_file_and_the_folder_stays_the_same(board, tmp_path):
    (tmp_path / "here").mkdir()
    options = ("--frames", 3, "--all", "--draw", "sheet.png")
    environment = {**os.environ, **board.environment}
    result = edge(*RUN, *options, env=environment, cwd=tmp_path / "here")
    assert result.returncode == 0, result.stderr
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["sheet.png"]


@pytest.mark.parametrize(
    ("fault", "found", "remedy"),
    [
        ("GPIO busy", "GPIO busy", "another program uses it: name another pin"),
        ("can not open gpiochip", "can not open gpiochip", "must be in the group gpio"),
        ("smoke", "--indicator GPIO17: smoke", ""),
    ],
)
def test_a_pin_that_cannot_be_had_is_bad_input(board, fault, found, remedy):
    result = edge(*RUN, env={**os.environ, **board.environment, "GPIO_FAULT": fault})
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)[-1:]
    assert found in line and remedy in line
    assert "Traceback" not in result.stderr


def test_nothing_is_analysed_without_the_light(board):
    environment = {**os.environ, **board.environment, "GPIO_FAULT": "high: burnt"}
    result = edge(*RUN, "--all", env=environment)
    assert (result.returncode, result.stdout) == (1, "")
    assert "--indicator GPIO17: cannot set the pin: burnt" in own_lines(result.stderr)[-1]


@pytest.mark.parametrize(
    ("factory", "pin", "message"),
    [
        ("mock", "GPIO99", "--indicator GPIO99: this board has no such pin"),
        ("mock", "17", "'17' is not a pin, such as GPIO17"),
        ("mock", "GPIO", "'GPIO' is not a pin, such as GPIO17"),
        ("native", "GPIO17", "--indicator GPIO17: "),  # there is no GPIO here
        ("nothing", "GPIO17", "no access to GPIO: Unable to find pin factory 'nothing'"),
    ],
)
def test_a_wrong_name_or_a_board_without_pins_is_bad_input(board, factory, pin, message):
    environment = {**os.environ, **board.environment, "GPIOZERO_PIN_FACTORY": factory}
    result = edge(*RUN, "--indicator", pin, env=environment)
    assert result.returncode == 2
    assert message in own_lines(result.stderr)[-1]
    assert "Traceback" not in result.stderr


def test_without_gpiozero_the_error_says_how_to_install_it(tmp_path):
    (tmp_path / "gpiozero.py").write_text("raise ImportError")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), python_path()]),
        "PICAMERA2_DOUBLE": plan_text(save(tmp_path / "red.png", "red")),
    }
    result = edge(*RUN, env=environment)
    assert result.returncode == 2
    assert "sudo apt install -y python3-gpiozero python3-lgpio" in result.stderr
    assert "gpiozero>=2" in result.stderr or ".[indicator]" in result.stderr
