"""The losses of a variant, and the losses that a holdout would have shown."""

import numpy as np
import pytest

from convert.losses import Losses
from evaluation.paired import PairedLoss

TOP1, RECALL = (0.5, 3.0), (2.0, 6.0)


def seen_share(images: int, loss: float, by_chance: float, *, recall: bool) -> float:
    """Return how often a true loss, as a share, is seen in so many images by 1 class of 7."""
    gained = by_chance / 2
    shares = [gained + loss, gained, 1 - 2 * gained - loss]
    draws = np.random.default_rng(1).multinomial(images, shares, 3000)
    seen = 0
    for lost, won, _ in draws:
        one = PairedLoss(images, int(lost), int(won))
        losses = Losses(one, [one] * 7)
        excess = losses.recall_excesses(*RECALL)[0] if recall else losses.top1_excess(*TOP1)
        seen += excess is not None
    return seen / len(draws)


@pytest.mark.parametrize("recall", [False, True])
@pytest.mark.parametrize("by_chance", [0.02, 0.04])
@pytest.mark.parametrize("images", [20, 30, 60, 100, 300, 700, 2100])
def test_the_loss_that_the_report_names_is_seen_in_nine_of_ten_holdouts(images, by_chance, recall):
    flips = max(1, round(images * by_chance / 2))
    loss = PairedLoss(images, flips, flips)
    described = Losses(loss, [loss] * 7).describe(TOP1, RECALL)
    points = (described["recall"][0] if recall else described["top1"])["detectable_points"]
    seen = seen_share(images, points / 100, 2 * flips / images, recall=recall)
    assert 0.86 <= seen <= 0.97


def test_no_loss_is_seen_in_a_class_without_images():
    nothing = PairedLoss(0, 0, 0)
    described = Losses(PairedLoss(9, 0, 0), [nothing]).describe(TOP1, RECALL)
    assert described["recall"][0]["detectable_points"] is None
    assert described["recall"][0]["points"] == 0
