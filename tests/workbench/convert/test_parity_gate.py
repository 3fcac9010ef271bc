"""The gate's limits: input values, accuracy, agreement and scores."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from convert.parity_gate import Limits, check_input, check_quality
from convert.runtimes.client import RuntimeOutputs
from emotion_edge.model.contract import Contract
from emotion_edge.model.quantization import input_table
from evaluation.metrics import Quality, parity, quality
from tests.workbench.conftest import run_in_process


@pytest.mark.parametrize(
    ("scale", "offset", "step", "zero_point"),
    [(1 / 255, 0.0, 0.003921568859368563, -128), (1 / 127.5, -1.0, 0.0081, 0)],
    ids=["0..1", "-1..1"],
)
def test_a_truncated_input_table_is_refused_for_any_normalisation(scale, offset, step, zero_point):
    values = {"scale": scale, "offset": offset, "activation": "softmax"}
    contract = Contract(labels=("a", "b"), width=8, height=8, **values)
    rounded = input_table(contract, dtype=np.int8, scale=step, zero_point=zero_point)
    truncated = ((np.arange(256) * scale + offset) / step + zero_point).astype(np.int8)
    nothing = np.zeros((0, 2))
    for table, reasons in ((rounded, 0), (truncated, 1)):
        outputs = RuntimeOutputs(nothing, nothing, np.array([]), table, step, zero_point, 0.1, 0)
        assert len(check_input(outputs, contract)) == reasons


def confident_scores(predictions: list[int], targets: list[int]) -> tuple[np.ndarray, Quality]:
    """Return scores that are confident of `predictions`, and their quality."""
    values = np.eye(2)[predictions] * 0.98 + 0.01
    return values, quality(values, np.array(targets))


@pytest.mark.parametrize(
    ("support", "lost", "passes"), [(49, 1, True), (49, 2, False), (100, 2, True), (100, 3, False)]
)
def test_a_class_may_lose_two_points_of_recall_or_one_picture_if_it_has_few(support, lost, passes):
    targets = [1] * support + [0] * 2000
    exact, keras_quality = confident_scores(targets, targets)
    ours, measured = confident_scores([0] * lost + targets[lost:], targets)
    near = parity(ours, exact, keras_logits=np.log(exact), quantum=0.0)
    found = check_quality("int8", near, measured, keras_quality, Limits(), ("rest", "rare"))
    assert (found == []) == passes


@pytest.mark.parametrize(("lost", "passes"), [(10, True), (11, False)])
def test_top1_may_drop_by_half_a_point(lost, passes):
    targets = [0, 1] * 1000
    exact, keras_quality = confident_scores(targets, targets)
    ours, measured = confident_scores([1 - t for t in targets[:lost]] + targets[lost:], targets)
    near = parity(ours, exact, keras_logits=np.log(exact), quantum=0.0)
    found = check_quality("int8", near, measured, keras_quality, Limits(), ("a", "b"))
    assert (found == []) == passes


@pytest.mark.parametrize(("changed", "passes"), [(2, True), (3, False)])
def test_agreement_counts_only_pictures_with_a_clear_winner_in_keras(changed, passes):
    targets = np.array([0, 1] * 50 + [0] * 20)
    logits = np.eye(2)[targets] * 5.0
    logits[100:] = (0.05, 0.0)  # closer than one quantisation step of the output
    ours = np.array([1 - t for t in targets[:changed]] + targets[changed:100].tolist() + [1] * 20)
    values, _ = confident_scores(ours.tolist(), targets.tolist())
    near = parity(values, np.exp(logits), keras_logits=logits, quantum=0.1)
    assert near.clear_pictures == 100
    assert near.clear_agreement == pytest.approx(1 - changed / 100)
    right = quality(values, ours)
    found = check_quality("int8", near, right, right, Limits(), ("a", "b"))
    assert (found == []) == passes


def test_float32_must_equal_keras_to_four_decimals_and_in_every_label():
    targets = [0, 1] * 10
    exact, measured = confident_scores(targets, targets)
    for error, passes in ((0.9e-4, True), (1.1e-4, False)):
        ours = exact + np.array([error, -error])
        near = parity(ours, exact, keras_logits=np.log(exact), quantum=0.0)
        assert (check_quality("float32", near, measured, measured, Limits(), "ab") == []) == passes
    tie = np.full((20, 2), 0.5)
    ours, theirs = tie + np.array([0, 1e-5]), tie + np.array([1e-5, 0])
    near = parity(ours, theirs, keras_logits=tie, quantum=0.0)
    (reason,) = check_quality("float32", near, measured, measured, Limits(), "ab")
    assert "agrees with Keras on 0.00% of the images, fewer than the required 100 %" in reason


def test_a_limit_on_the_command_line_refuses_a_model(tiny_build: Path, tmp_path: Path):
    build = shutil.copytree(tiny_build, tmp_path / "build")
    strict = run_in_process(
        "convert", "--build", build, "--variant", "float32", "--float32-score-error", 0
    )
    assert strict.returncode == 1
    assert "refused float32: litert: a score differs by" in strict.stdout
