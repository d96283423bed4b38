"""Scores into probabilities: isotonic regression that leans on a logistic line where there is little to go by.

Customers of like scores form blocks in which the share who did it rises from one to the next (pool adjacent violators).
Each block is drawn towards a logistic line through all of them by ``prior`` customers' worth of belief, so that three
customers who all left do not make a certainty; between the middles of blocks the probability rises in a straight line.

Sources: Zadrozny & Elkan, KDD 2002; Platt 1999; centred isotonic regression: Oron & Flournoy, Statistics in
Biopharmaceutical Research 9 (2017); interval of a block: Wilson 1927.
"""

from __future__ import annotations

from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models import backtest

Floats = NDArray[np.float64]
_Z: Final = 1.2815515655446004
"""Of an interval that holds 80 %."""
_CERTAIN: Final = 1e-4


class Isotonic:
    """Calibrates scores (log-odds, or anything that rises with them).

    Attributes:
        scores_: middles of the blocks, ascending.
        chances_: the probability at each; ``low_`` and ``high_`` its 80 % interval.
        customers_: how many were in each block.
        enough_: False when all or none did it: then the probability is the base rate for everybody.
    """

    scores_: Floats
    chances_: Floats
    low_: Floats
    high_: Floats
    customers_: Floats
    enough_: bool

    def __init__(self, prior: float = 15.0) -> None:
        self.prior = prior

    def fit(self, score: Any, truth: Any) -> Self:
        """Learn from scores and what came of them.

        Raises:
            ValueError: there is nobody to learn from.
        """
        said, came = np.asarray(score, float), np.asarray(truth, float)
        if not said.size:
            raise ValueError("probabilities cannot be learned from nobody")
        levels, which = np.unique(said, return_inverse=True)
        n = np.bincount(which).astype(float)
        done = np.bincount(which, weights=came)
        starts = _blocks(done / n, n)
        people, did = np.add.reduceat(n, starts), np.add.reduceat(done, starts)
        middle = np.add.reduceat(n * levels, starts) / people
        believed = _line(said, came, middle)
        self.enough_ = bool(0 < came.sum() < came.size)
        prior = self.prior if self.enough_ else 0.0
        chance = (did + prior * believed) / (people + prior) if self.enough_ else np.full(len(middle), believed)
        again = _blocks(chance, people + prior)
        weight = np.add.reduceat(people + prior, again)
        self.customers_ = np.add.reduceat(people, again)
        self.scores_ = np.add.reduceat(middle * people, again) / self.customers_
        self.chances_ = np.clip(np.add.reduceat(chance * (people + prior), again) / weight, _CERTAIN, 1 - _CERTAIN)
        self.low_, self.high_ = _wilson(self.chances_, weight)
        return self

    def predict(self, score: Any) -> Floats:
        """The probability of each score."""
        return np.asarray(np.interp(np.asarray(score, float), self.scores_, self.chances_), float)

    def interval(self, score: Any) -> tuple[Floats, Floats]:
        """Within what the share of customers with such a score lies, with 80 % probability."""
        said = np.asarray(score, float)
        return np.interp(said, self.scores_, self.low_), np.interp(said, self.scores_, self.high_)


def _blocks(values: Floats, weight: Floats) -> NDArray[np.int64]:
    """Where the blocks of a rising fit begin (pool adjacent violators)."""
    from sklearn.isotonic import isotonic_regression  # noqa: PLC0415 -- heavy: only for whoever learns

    fitted = isotonic_regression(values, sample_weight=weight)
    return np.flatnonzero(np.r_[True, np.diff(fitted) > 0])


def _line(score: Floats, came: Floats, at: Floats) -> Any:
    """The logistic line through all; the base rate where there is none."""
    line = backtest.calibration(1.0 / (1.0 + np.exp(-np.clip(score, -30, 30))), came)
    if line is None or line[1] <= 0:
        return (came.sum() + 0.5) / (came.size + 1.0)
    return 1.0 / (1.0 + np.exp(-np.clip(line[0] + line[1] * np.clip(at, -20, 20), -30, 30)))


def _wilson(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    around = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    wide = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return np.minimum(np.maximum(around - wide, 0.0), share), np.maximum(np.minimum(around + wide, 1.0), share)
