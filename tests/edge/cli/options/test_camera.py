"""Options of cameras and the default source."""

from emotion_edge.cli.options.camera import default_source
from tests.edge.command_line import edge
from tests.edge.models import INT8


def test_a_stall_shorter_than_two_frames_is_refused():
    result = edge("run", "--model", INT8, "--source", "picamera2", "--fps", "0.2")
    assert result.returncode == 2
    assert "--stall 5: no time for two frames at --fps 0.2" in result.stderr


def test_only_on_a_raspberry_pi_is_the_camera_the_default_source(tmp_path):
    model = tmp_path / "model"
    assert default_source(model) is None
    model.write_bytes(b"Raspberry Pi Zero 2 W Rev 1.0\0")
    assert default_source(model) == "picamera2"
    model.write_bytes(b"Radxa ZERO 3\0")
    assert default_source(model) is None
