"""The daemon with a Raspberry Pi camera, and with a missing or broken picamera2."""

import os
import signal
import time

import pytest

from tests.edge.capture.picamera2_double import FORMATS, plan_text, python_path
from tests.edge.command_line import edge, own_lines
from tests.edge.daemon import Daemon
from tests.edge.models import INT8
from tests.edge.pictures import save

ARGUMENTS = ("run", "--model", INT8, "--source", "picamera2", "--faces", "off")


@pytest.fixture
def start(daemon, tmp_path):
    """A function that starts the daemon with a camera that sees one colour."""

    def start(colour: str, *options: object, **plan: object) -> Daemon:
        scene = save(tmp_path / f"{colour}.png", colour)
        environment = {"PYTHONPATH": python_path(), "PICAMERA2_DOUBLE": plan_text(scene, **plan)}
        return daemon("--source", "picamera2", *options, env=environment)

    return start


@pytest.mark.parametrize("layout", FORMATS)
def test_the_daemon_recognises_the_colour_in_every_pixel_format(start, layout):
    run = start("red", "--frames", 6, "--fps", 20, adjust={"format": layout})
    assert run.process.wait(30) == 0, run.stderr
    assert [line["label"] for line in run.stdout] == ["red"]


def test_the_daemon_reports_that_the_camera_stalled_and_came_back(start):
    options = ("--fps", 50, "--stall", 0.5, "--frames", 90)
    run = start("blue", *options, openings=[{"frames": 50}, {}])
    assert run.process.wait(30) == 0, run.stderr
    assert run.decisions == [("blue", None), ("unknown", "no_camera"), ("blue", None)]
    assert "no frame for 0.5 seconds; trying again in 1 s" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(("place", "least"), [("open", 20), ("close", 5)])
def test_a_library_that_hangs_ends_the_process(start, place, least):
    run = start("red", "--fps", 50, "--stall", 0.5, hang=place, frames=10)
    begin = time.monotonic()
    assert run.process.wait(60) == 1
    assert least <= time.monotonic() - begin < least + 15
    assert f"the camera does not {place} within {least} seconds" in run.stderr


def test_a_camera_that_hangs_while_it_opens_does_not_delay_a_stop_signal(start):
    run = start("red", hang="open")
    run.wait_stderr("the double hangs")  # a signal before that ends it with code 0
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(10) == 1
    assert "the camera does not open" in run.stderr


@pytest.mark.parametrize("options", [(), ("--every", 0.05)])
@pytest.mark.parametrize("end", ["frames", "signal"])
def test_a_camera_that_hangs_at_the_end_is_one_line_and_exit_code_1(start, options, end):
    limit = ("--frames", 10) if end == "frames" else ()
    run = start("red", "--fps", 50, "--all", *options, *limit, hang="close")
    run.wait_lines(5)
    code = run.end()[0] if end == "signal" else run.process.wait(30)
    assert code == 1
    (line,) = own_lines(run.stderr)
    assert line == "emotion-edge: error: the camera does not close within 5 seconds"


def test_without_picamera2_the_error_says_how_to_install_it():
    result = edge(*ARGUMENTS)
    assert result.returncode == 2
    assert "sudo apt install -y python3-picamera2 --no-install-recommends" in result.stderr
    assert "--system-site-packages" in result.stderr


def test_a_library_that_cannot_be_imported_is_an_error_with_the_reason(tmp_path):
    (tmp_path / "picamera2.py").write_text('raise ValueError("numpy.dtype size changed")')
    result = edge(*ARGUMENTS, env={**os.environ, "PYTHONPATH": python_path(tmp_path)})
    assert result.returncode == 2
    assert "it does not load: numpy.dtype size changed" in own_lines(result.stderr)[-1]


def test_a_pi_has_a_second_camera(daemon, tmp_path):
    """The double refuses a camera that is open already, as picamera2 does."""
    plan = plan_text(save(tmp_path / "red.png", "red"), cameras=2)
    environment = {"PYTHONPATH": python_path(), "PICAMERA2_DOUBLE": plan}
    sources = ("--source", "left=picamera2", "--source", "right=picamera2:1")
    run = daemon(*sources, "--all", "--frames", 20, env=environment)
    assert run.process.wait(60) == 0, run.stderr
    assert {(line["source"], line["raw"]) for line in run.stdout} == {
        ("left", "red"),
        ("right", "red"),
    }
    assert "trying again" not in run.stderr


def test_a_camera_that_is_not_there_is_named_by_its_number(daemon, tmp_path):
    plan = plan_text(save(tmp_path / "red.png", "red"))
    environment = {"PYTHONPATH": python_path(), "PICAMERA2_DOUBLE": plan}
    run = daemon("--source", "picamera2:1", env=environment)
    run.wait_stderr("picamera2:1: no camera 1 among the 1")
    run.end()
