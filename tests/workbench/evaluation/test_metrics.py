"""Metrics, compared with scikit-learn and with values computed by hand."""

import numpy as np
import pytest
from scipy.special import rel_entr, softmax
from sklearn.metrics import (
    f1_score,
    log_loss,
    precision_recall_fscore_support,
    recall_score,
)

from evaluation.metrics import (
    describe_quality,
    expected_calibration_error,
    mean_recall,
    mean_recall_interval,
    parity,
    quality,
    reliability,
)


@pytest.fixture
def case():
    """Scores (400, 3) that are mostly right, and the true classes (400,)."""
    rng = np.random.default_rng(0)
    targets = rng.choice(3, 400, p=[0.6, 0.3, 0.1])
    logits = rng.normal(0, 1, (400, 3)) + 1.5 * np.eye(3)[targets]
    return softmax(logits, axis=1), targets


def test_quality_equals_scikit_learn(case):
    scores, targets = case
    found, predictions = quality(scores, targets), scores.argmax(axis=1)
    assert found.top1 == (predictions == targets).mean()
    assert found.macro_f1 == pytest.approx(f1_score(targets, predictions, average="macro"))
    assert found.recall == pytest.approx(recall_score(targets, predictions, average=None))
    assert found.nll == pytest.approx(log_loss(targets, scores))


def test_intervals_contain_the_figure_and_shrink_with_more_pictures(case):
    scores, targets = case
    few, many = quality(scores, targets), quality(np.tile(scores, (9, 1)), np.tile(targets, 9))
    for name in ("top1", "macro_f1"):
        widths = []
        for found in (few, many):
            low, high = getattr(found, f"{name}_ci95")
            assert low < getattr(found, name) < high
            widths.append(high - low)
        assert widths[1] == pytest.approx(widths[0] / 3, rel=0.1)


def test_the_interval_of_macro_f1_equals_a_bootstrap_over_pictures(case):
    scores, targets = case
    predictions, rng = scores.argmax(axis=1), np.random.default_rng(1)
    values = []
    for _ in range(500):
        drawn = rng.integers(0, len(targets), len(targets))
        values.append(f1_score(targets[drawn], predictions[drawn], average="macro"))
    expected = np.percentile(values, (2.5, 97.5))
    assert quality(scores, targets).macro_f1_ci95 == pytest.approx(expected, abs=0.015)


def one_hot(predictions: list[int], classes: int) -> np.ndarray:
    """Return certain scores (N, classes) for these predictions."""
    return np.eye(classes)[predictions]


@pytest.mark.parametrize(
    ("targets", "predictions", "macro_f1"),
    [
        ([0, 0, 1, 1], [0, 0, 1, 1], 1.0),  # all right, classes 2 and 3 have no pictures
        ([2, 2], [2, 2], 1.0),
        # Class 0: precision 1, recall 1/2. Class 1: perfect. Class 3 is only predicted.
        ([0, 0, 1, 1], [0, 3, 1, 1], (2 / 3 + 1 + 0) / 3),
        ([0, 1], [2, 3], 0.0),
    ],
)
def test_a_class_that_is_neither_true_nor_predicted_does_not_count(targets, predictions, macro_f1):
    found = quality(one_hot(predictions, 4), np.array(targets))
    assert found.macro_f1 == pytest.approx(macro_f1)
    expected = f1_score(targets, predictions, average="macro", zero_division=0)
    assert found.macro_f1 == pytest.approx(expected)
    low, high = found.macro_f1_ci95
    assert 0 <= low <= found.macro_f1 <= high <= 1
    assert describe_quality(found, "abcd")["macro_f1"] == found.macro_f1


def test_the_figures_of_each_class_equal_scikit_learn(case):
    scores, targets = case
    scores, targets = scores[:40], targets[:40]
    listed = describe_quality(quality(scores, targets), ("a", "b", "c"))
    rows = precision_recall_fscore_support(targets, scores.argmax(axis=1), zero_division=0)
    for name, column in zip(("precision", "recall", "f1", "support"), rows, strict=True):
        found = [figures[name] for figures in listed["per_class"].values()]
        assert found == pytest.approx(column.tolist())
    assert listed["images"] == 40


def test_a_class_without_pictures_has_no_recall():
    found = quality(np.array([[0.8, 0.1, 0.1]]), np.array([0]))
    assert found.recall == [1.0, None, None]


def test_the_calibration_error_equals_the_one_computed_by_hand():
    # Nine of ten right at a score of 0.7; all wrong at 0.55: (10 * 0.2 + 2 * 0.55) / 12.
    scores = np.array([[0.7, 0.3]] * 10 + [[0.45, 0.55]] * 2)
    targets = np.array([0] * 9 + [1] + [0, 0])
    assert expected_calibration_error(scores, targets) == pytest.approx((2 + 1.1) / 12)
    filled = [bin_ for bin_ in reliability(scores, targets) if bin_[0]]
    assert filled == [(2, pytest.approx(0.55), 0.0), (10, pytest.approx(0.7), 0.9)]


def test_a_score_of_1_is_in_the_last_bin():
    assert reliability(np.array([[1.0, 0.0]]), np.array([0]))[-1] == (1, 1.0, 1.0)


def test_parity_equals_the_figures_computed_by_hand(case):
    scores, _ = case
    other = np.roll(scores, 1, axis=1)
    found = parity(other, scores, keras_logits=np.log(scores), quantum=0.0)
    assert found.max_score_error == np.abs(other - scores).max()
    assert found.mean_score_error == pytest.approx(np.abs(other - scores).mean())
    assert found.mean_kl == pytest.approx(rel_entr(scores, other).sum(axis=1).mean())
    assert found.agreement == 0.0
    same = parity(scores, scores, keras_logits=np.log(scores), quantum=1e9)
    assert (same.agreement, same.clear_pictures, same.clear_agreement) == (1.0, 0, 1.0)
    assert same.mean_kl == 0.0


@pytest.mark.parametrize("counts", [(5, 5, 5), (40, 10, 4), (100, 100)])
@pytest.mark.parametrize("recalls", [(0.9, 0.8, 0.5), (0.97, 0.95, 0.9)])
def test_the_interval_of_the_mean_recall_covers_it(counts, recalls):
    rng = np.random.default_rng(0)
    targets = np.repeat(np.arange(len(counts)), counts)
    chances = np.array(recalls)[targets]
    truth = np.mean(recalls[: len(counts)])
    trials, covered = 400, 0
    for _ in range(trials):
        predictions = np.where(rng.random(len(targets)) < chances, targets, len(counts))
        low, high = mean_recall_interval(predictions, targets)
        assert 0 <= low <= mean_recall(predictions, targets) <= high <= 1
        covered += low <= truth <= high
    assert 0.92 <= covered / trials <= 0.995
