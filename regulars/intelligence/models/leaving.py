"""How often customers leave after their nth purchase, and how likely one who is silent has left.

After each purchase a customer either leaves for good, with a probability that depends on how many purchases he has
made, or buys again after an interval of his own rhythm (a cure model, Boag 1949; the same idea as the coin tossed after
each purchase in the BG/NBD model of Fader, Hardie and Lee 2005). Silence tells the two apart: given a silence that a
share S of his intervals would outlast, he has left with probability π / (π + (1 − π) S).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEPS = (1, 2, 3, 5, 9, 17)
"""Customers are pooled by number of purchases: 1, 2, 3–4, 5–8, 9–16, 17 and more."""
_PRIOR_WEIGHT = 5.0
"""Purchases' worth of belief in the default shares, for pools with few data."""
_ROUNDS = 60


def step_of(purchases: Any) -> NDArray[np.int64]:
    """Which pool of ``STEPS`` customers with so many purchases (≥ 1) are in."""
    return np.searchsorted(np.asarray(STEPS), np.asarray(purchases), side="right") - 1


@dataclass(frozen=True)
class Leaving:
    """Probability of leaving after a purchase, by pool of ``STEPS``. The default is used until there are data."""

    shares: tuple[float, ...] = (0.4, 0.25, 0.2, 0.12, 0.08, 0.05)

    def after(self, purchases: Any) -> Floats:
        """The probability of leaving after the last of so many purchases."""
        return np.asarray(self.shares)[step_of(purchases)]

    def gone(self, purchases: Any, survival: Any) -> Floats:
        """Probability that a customer has left, given the survival of his present silence."""
        left = self.after(purchases)
        return np.asarray(left / (left + (1.0 - left) * np.asarray(survival, float)), float)

    def survival_when_gone(self, purchases: Any, probability: float) -> Floats:
        """The survival of the silence at which the probability of having left reaches ``probability``."""
        left = self.after(purchases)
        return np.asarray(left / (1.0 - left) * (1.0 - probability) / probability, float)


class LeavingModel:
    """Fits ``Leaving`` by expectation-maximisation.

    Attributes:
        leaving_: the fitted shares.
        shares_: the same as a list, by pool.
    """

    leaving_: Leaving
    shares_: list[float]

    def fit(self, returned: Any, purchases: Any, survival: Any) -> Self:
        """Learn from returns and present silences.

        Args:
            returned: by pool of ``STEPS``, how many times a purchase was followed by another.
            purchases: of each customer, the number of purchases so far (≥ 1).
            survival: of each customer, the survival of the present silence under his rhythm.
        """
        from regulars.intelligence.models.customer_sums import left  # noqa: PLC0415 -- compiled code, only for whoever learns

        back = np.asarray(returned, float)
        pool = step_of(purchases)
        waiting = np.asarray(survival, float)
        silent = np.bincount(pool, minlength=len(STEPS)).astype(float)
        usual = np.asarray(Leaving().shares)
        share = usual
        for _ in range(_ROUNDS):
            share = (left(share, pool, waiting) + _PRIOR_WEIGHT * usual) / (back + silent + _PRIOR_WEIGHT)
        self.shares_ = [float(one) for one in share]
        self.leaving_ = Leaving(tuple(self.shares_))
        return self
