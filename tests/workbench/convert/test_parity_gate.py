"""The gate's limits: input values, accuracy, agreement and scores."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from bench.gate import judge, simulate
from convert.losses import measure_losses
from convert.parity_gate import Limits, check_input, check_quality
from convert.runtimes.client import RuntimeOutputs
from emotion_edge.model.quantization import input_table
from evaluation.metrics import parity
from tests.workbench.conftest import run_in_process
from tests.workbench.contracts import make_contract


@pytest.mark.parametrize(
    ("scale", "offset", "step", "zero_point"),
    [(1 / 255, 0.0, 0.003921568859368563, -128), (1 / 127.5, -1.0, 0.0081, 0)],
    ids=["0..1", "-1..1"],
)
def test_a_truncated_input_table_is_refused_for_any_normalisation(scale, offset, step, zero_point):
    values = {"scale": scale, "offset": offset, "activation": "softmax"}
    contract = make_contract("ab", 8, **values)
    rounded = input_table(contract, dtype=np.int8, scale=step, zero_point=zero_point)
    truncated = ((np.arange(256) * scale + offset) / step + zero_point).astype(np.int8)
    nothing = (np.zeros((0, 2)),) * 3
    for table, reasons in ((rounded, 0), (truncated, 1)):
        outputs = RuntimeOutputs(*nothing, np.array([]), table, step, zero_point, 0.1, 0.1, 0)
        assert len(check_input(outputs, contract)) == reasons


def one_hot(classes: np.ndarray) -> np.ndarray:
    """Return scores that are confident of these classes."""
    return np.eye(classes.max() + 1)[classes] * 0.98 + 0.01


def flip(targets: np.ndarray, *, lost: int, gained: int) -> tuple[np.ndarray, np.ndarray]:
    """Return Keras's and a variant's classes: of two classes, so many are right in one only."""
    keras, ours = targets.copy(), targets.copy()
    keras[:gained] = 1 - keras[:gained]
    ours[gained : gained + lost] = 1 - ours[gained : gained + lost]
    return keras, ours


def reasons(targets: np.ndarray, keras: np.ndarray, ours: np.ndarray, **limits: float) -> list[str]:
    """Return why int8 is refused with these classes, but for disagreement alone."""
    values, exact = one_hot(ours), one_hot(keras)
    same = parity(values, exact, keras_logits=np.log(exact), quantum=0.0)
    losses = measure_losses(values, exact, targets)
    labels = [f"class {i}" for i in range(exact.shape[1])]
    return check_quality("int8", same, losses, Limits(agreement=50, **limits), labels)


@pytest.mark.parametrize(
    ("images", "lost", "gained", "words"),
    [
        (2000, 10, 0, None),  # half a point
        (2000, 11, 0, "0.55 points of top-1 (11 images lost, 0 gained), more than the allowed 0.5"),
        (2000, 30, 19, None),  # as much, but chance explains it
        (2000, 260, 199, "3.05 points of top-1 (260 images lost, 199 gained), more than the high"),
        (40, 3, 0, None),
        (40, 4, 0, "10.00 points of top-1"),
    ],
)
def test_top1_may_drop_by_half_a_point_or_by_chance(images, lost, gained, words):
    targets = np.arange(images) % 2
    found = reasons(targets, *flip(targets, lost=lost, gained=gained), recall_drop=100)
    assert len(found) == (words is not None)
    assert words is None or f"loses {words}" in found[0]


@pytest.mark.parametrize(
    ("support", "lost", "gained", "passes"),
    [
        (49, 3, 0, True),
        (49, 4, 0, False),
        (400, 8, 0, True),  # two points
        (400, 9, 0, False),
        (400, 25, 16, True),  # as much, but chance explains it
        (400, 60, 35, False),  # more than six points
    ],
)
def test_a_class_may_lose_two_points_of_recall_or_what_chance_explains(
    support, lost, gained, passes
):
    rare = np.ones(support, np.int64)
    parts = (
        np.concatenate([part, np.zeros(9000, int)]) for part in flip(rare, lost=lost, gained=gained)
    )
    found = reasons(np.repeat([1, 0], [support, 9000]), *parts)
    assert (found == []) == passes
    assert passes or "class 1: loses" in found[0]


def refused_share(lost: float, gained: float, words: str, draws: int = 500) -> float:
    """Return how often the gate refuses int8, for a reason with these words.

    lost, gained: how many of 2,100 images it gets wrong or right by chance.
    """
    rng = np.random.default_rng(0)
    reasons = (judge(*simulate(2100, lost, gained, rng))[0] for _ in range(draws))
    return float(np.mean([bool(words in reason and reason) for reason in reasons]))


def test_the_verdict_is_no_coin():
    assert refused_share(0.01, 0.01, "") < 0.02
    assert refused_share(0.02, 0.0, "of top-1") > 0.9
    assert refused_share(0.03, 0.01, "of top-1") > 0.9


@pytest.mark.parametrize(("images", "differing"), [(100, 8), (5000, 133)])
def test_chance_may_explain_too_little_agreement(images, differing):
    """Of so many images, so many differ too often for an agreement of 98 %, and one fewer not."""
    targets = np.zeros(images, np.int64)
    for changed, passes in ((differing - 1, True), (differing, False)):
        ours = np.repeat([1, 0], [changed, images - changed])
        exact, values = np.eye(2)[targets] * 0.98 + 0.01, one_hot(ours)
        same = parity(values, exact, keras_logits=np.log(exact), quantum=0.0)
        right = measure_losses(values, values, ours)
        assert (check_quality("int8", same, right, Limits(), "ab") == []) == passes


def test_agreement_counts_only_pictures_with_a_clear_winner_in_keras():
    targets = np.array([0, 1] * 50 + [0] * 20)
    logits = np.eye(2)[targets] * 5.0
    logits[100:] = (0.05, 0.0)  # closer than one quantisation step of the output
    ours = np.concatenate([1 - targets[:2], targets[2:100], np.ones(20, int)])
    near = parity(one_hot(ours), np.exp(logits), keras_logits=logits, quantum=0.1)
    assert near.clear_pictures == 100
    assert near.clear_agreement == pytest.approx(0.98)


def test_float32_must_equal_keras_to_four_decimals_and_in_every_label():
    targets = np.array([0, 1] * 10)
    exact = one_hot(targets)
    right = measure_losses(exact, exact, targets)
    for error, passes in ((0.9e-4, True), (1.1e-4, False)):
        ours = exact + np.array([error, -error])
        near = parity(ours, exact, keras_logits=np.log(exact), quantum=0.0)
        assert (check_quality("float32", near, right, Limits(), "ab") == []) == passes
    tie = np.full((20, 2), 0.5)
    ours, theirs = tie + np.array([0, 1e-5]), tie + np.array([1e-5, 0])
    near = parity(ours, theirs, keras_logits=tie, quantum=0.0)
    (reason,) = check_quality("float32", near, right, Limits(), "ab")
    assert "agrees with Keras on 0.00% of the images, fewer than the required 100 %" in reason


def test_a_limit_on_the_command_line_refuses_a_model(tiny_build: Path, tmp_path: Path):
    build = shutil.copytree(tiny_build, tmp_path / "build")
    strict = run_in_process(
        "convert", "--build", build, "--variant", "float32", "--float32-score-error", 0
    )
    assert strict.returncode == 1
    assert "refused float32: litert: a score differs by" in strict.stdout
