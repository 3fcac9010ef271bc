"""Malformed recordings are refused with a reason."""

import pytest

from tests.edge.command_line import edge, own_lines
from tests.edge.models import INT8
from tests.edge.pictures import solid
from tests.edge.recordings import write_recording

BAD_RECORDINGS = {
    "no times": (None, "it has no times.csv"),
    "no columns": ("when,what\n", "no column file, seconds"),
    "no rows": ("file,seconds\n", "no rows"),
    "not a number": ("file,seconds\n00000.png,soon\n", "line 2: 'soon' is not a number"),
    "times that do not increase": (
        "file,seconds\n00000.png,1\n00001.png,1\n",
        "line 3: 1.0 s is not later",
    ),
    "no picture": ("file,seconds\nother.png,1\n", "other.png: cannot read it: No such file"),
    "not text": (b"\xff\xfe\x00", "cannot read it"),
}


@pytest.mark.parametrize("kind", BAD_RECORDINGS)
def test_a_malformed_recording_is_refused_with_a_reason(kind, tmp_path):
    times, expected = BAD_RECORDINGS[kind]
    recording = write_recording(tmp_path / "r", [solid("red")] * 2)
    (recording / "times.csv").unlink()
    if isinstance(times, bytes):
        (recording / "times.csv").write_bytes(times)
    elif times:
        (recording / "times.csv").write_text(times)
    result = edge("run", "--model", INT8, "--faces", "off", "--source", f"replay:{recording}")
    assert result.returncode == 2, result.stderr
    assert expected in own_lines(result.stderr)[-1]
    assert "Traceback" not in result.stderr
