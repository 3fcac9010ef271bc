"""`emotion-edge info` describes a model file."""

import pytest

from tests.edge.command_line import edge, own_lines
from tests.edge.models import INT8, with_swapped_picture


@pytest.mark.parametrize("name", ["missing.tflite", "."])
def test_a_missing_model_and_a_folder_are_refused(name, tmp_path):
    result = edge("info", tmp_path / name)
    assert result.returncode == 2
    assert "cannot read the model" in result.stderr


def test_info_describes_the_file(tmp_path):
    result = edge("info", INT8)
    assert result.returncode == 0, result.stderr
    for text in (
        "labels: blue, green, red",
        "activation: sigmoid",
        f"size: {INT8.stat().st_size:,} bytes",
        "input: int8 1 x 8 x 8 x 3, scale 0.00392157, zero_point -128",
        "output: int8 1 x 3, scale ",
        "1 x AVERAGE_POOL_2D",
        "1 x FULLY_CONNECTED",
        "multiply-adds: 9",
        "golden vector: ",
    ):
        assert text in result.stdout


def test_info_prints_everything_before_it_reports_a_failed_self_test(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(with_swapped_picture(INT8))
    result = edge("info", path)
    assert result.returncode == 2
    assert "multiply-adds: 9" in result.stdout
    (line,) = own_lines(result.stderr)
    assert "computes different results" in line
