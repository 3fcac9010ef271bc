"""`emotion-edge info` describes a model file."""

import pytest

from emotion_edge.model.model_file import SHIPPED, read_model
from tests.edge.command_line import edge, own_lines
from tests.edge.models import FLOAT32, INT8, with_contract, with_swapped_picture


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
        "prior: blue 20.0 %, green 30.0 %, red 50.0 %\n",
        "tau: 0.0\n",
        "output logits: int8 1 x 3, scale ",
        "output embedding: int8 1 x 3, scale ",
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


def test_both_outputs_are_named_with_their_sizes():
    lines = edge("info", SHIPPED).stdout.splitlines()
    contract = read_model(SHIPPED).contract
    for name, size in (("logits", len(contract.labels)), ("embedding", contract.embedding)):
        assert any(line.startswith(f"output {name}: int8 1 x {size}, scale ") for line in lines)
    assert f"  embedding: {contract.embedding}" in lines
    lines = edge("info", FLOAT32).stdout.splitlines()
    assert "output logits: float32 1 x 3" in lines
    assert "output embedding: float32 1 x 3" in lines


def test_the_prior_is_rounded(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(with_contract(prior=(1 / 7, 2 / 7, 4 / 7), tau=0.25))
    lines = edge("info", path).stdout.splitlines()
    assert "  prior: blue 14.3 %, green 28.6 %, red 57.1 %" in lines
    assert "  tau: 0.25" in lines
