"""Compare two models on the same images: what one gets right and the other does not.

Two models that are equally good still disagree on a few images, and chance decides which of them is
right more often. McNemar's test asks whether a loss is larger than that chance explains.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, norm

Flags = npt.NDArray[np.bool_]
POWER = 0.9  # of `detectable_points`


@dataclass(frozen=True)
class PairedLoss:
    """What a model loses against a reference on the same images.

    images: number of images. lost: those that only the reference gets right. gained: those that
    only the model gets right.
    """

    images: int
    lost: int
    gained: int

    @property
    def points(self) -> float:
        """Return the loss of accuracy in percentage points, negative for a gain; 0 for no image."""
        return 100 * (self.lost - self.gained) / max(1, self.images)

    @property
    def p_value(self) -> float:
        """Return the probability of at least this loss if the two models are equally good.

        McNemar's one-sided test with the mid-p value (Fagerland, Lydersen and Laake 2013,
        https://doi.org/10.1186/1471-2288-13-91): exact, and less timid than the exact test. Without
        a difference it is 0.5.
        """
        differing = self.lost + self.gained
        return float(binom.sf(self.lost, differing, 0.5) + binom.pmf(self.lost, differing, 0.5) / 2)

    def detectable_points(self, drop: float, cap: float, significance: float) -> float:
        """Return the true loss, in points, that these images show with a probability of POWER.

        A loss is shown if it is larger than `drop` points and its p-value below `significance`, or
        if it is larger than `cap` points. The models are taken to differ by chance as often as they
        did here. The normal approximation of Connor 1987, https://doi.org/10.2307/2531961, in the
        limit of small losses.
        """
        power = norm.ppf(POWER)
        significant = self._exceeding(0.0, norm.ppf(1 - significance) + power)
        shown = max(significant, self._exceeding(drop / 100, power))
        return 100 * min(1.0, shown, self._exceeding(cap / 100, power))

    def _exceeding(self, share: float, quantiles: float) -> float:
        """Return the loss that is so many standard deviations larger than `share` of the images."""
        variance = quantiles**2 / max(1, self.images)  # of the loss, by the share that differs
        by_chance = 2 * max(1, min(self.lost, self.gained)) / max(1, self.images)
        # loss - share = sqrt(variance * (by_chance + loss)), solved for the loss.
        middle = share + variance / 2
        return float(middle + math.sqrt(middle**2 - share**2 + variance * by_chance))


def paired_loss(correct: Flags, reference: Flags) -> PairedLoss:
    """Compare which of the same N images a model and a reference get right, (N,) each."""
    lost, gained = int((reference & ~correct).sum()), int((correct & ~reference).sum())
    return PairedLoss(len(correct), lost, gained)
