"""McNemar's test: which of the same images two models get right."""

import numpy as np
import pytest

from evaluation.paired import PairedLoss, paired_loss


def test_only_images_that_one_of_the_two_gets_right_count():
    ours = np.array([True, False, False, True, True])
    reference = np.array([True, True, False, False, False])
    assert paired_loss(ours, reference) == PairedLoss(images=5, lost=1, gained=2)


@pytest.mark.parametrize(
    ("lost", "gained", "p_value"),
    [
        (0, 0, 0.5),
        (1, 0, 1 / 4),  # half of P(1 of 1)
        (3, 0, 1 / 16),
        (0, 3, 15 / 16),
        (3, 1, 1 / 16 + 4 / 16 / 2),  # P(4 of 4), and half of P(3 of 4)
        (2, 2, 5 / 16 + 6 / 16 / 2),
    ],
)
def test_the_mid_p_value_counts_half_of_what_was_seen(lost, gained, p_value):
    assert PairedLoss(100, lost, gained).p_value == pytest.approx(p_value)


def test_a_loss_is_given_in_points_of_all_images():
    assert PairedLoss(400, 9, 1).points == 2
    assert PairedLoss(400, 1, 9).points == -2
