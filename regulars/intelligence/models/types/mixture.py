"""Transaction- or relationship-oriented? Two kinds of customers, and of each the probability of belonging to the second.

Nobody is only one of them. Two normal distributions (independent features, each on a logarithmic or logit scale) are
fitted by expectation-maximisation; which of them is the relationship is said by the direction of the features. Whether
there are two at all is decided by the Bayesian information criterion: when one suffices, nobody is divided.

Sources: Dempster, Laird & Rubin 1977; Schwarz 1978; Grönroos, From marketing mix to relationship marketing (1994).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_ROUNDS = 300
_FLOOR = 0.05


class TwoMixture:
    """Fits the two kinds.

    Attributes:
        two_: whether two describe the customers better than one.
        gain_: by how much, in the criterion (above 10: very clearly).
        share_: share of the second kind (the relationship-oriented).
        means_, spreads_: rows the two kinds, columns ``names_``; in standard units.
        log_likelihood_: of the two.
    """

    two_: bool
    gain_: float
    share_: float
    names_: tuple[str, ...]
    means_: Floats
    spreads_: Floats
    scale_: Floats
    log_likelihood_: float

    def fit(self, columns: Mapping[str, Any]) -> Self:
        """Learn from features of which more means more of a relationship; NaN counts as the mean.

        Raises:
            ValueError: fewer than three customers.
        """
        self.names_ = tuple(columns)
        table = np.column_stack([np.asarray(values, float) for values in columns.values()])
        if len(table) < 3:
            raise ValueError("two kinds cannot be told among fewer than three customers")
        middle = np.array([c[~np.isnan(c)].mean() if (~np.isnan(c)).any() else 0.0 for c in table.T])
        spread = np.array([c[~np.isnan(c)].std() if (~np.isnan(c)).any() else 0.0 for c in table.T])
        self.scale_ = np.column_stack([middle, np.where(spread > 1e-9, spread, 1.0)])
        points = self._scaled(table)
        total = points.sum(axis=1)
        second = (total > np.median(total)).astype(float)
        before = -np.inf
        for _ in range(_ROUNDS):
            self._learn(points, second)
            joint = self._joint(points)
            whole = np.logaddexp(joint[:, 0], joint[:, 1])
            second, now = np.exp(joint[:, 1] - whole), float(whole.sum())
            if now - before < 1e-7 * len(points):
                break
            before = now
        self.log_likelihood_ = now
        self._direct()
        single = float(-0.5 * (np.log(2 * np.pi * np.maximum(points.var(axis=0), _FLOOR**2)) + 1).sum() * len(points))
        features = points.shape[1]
        self.gain_ = 2 * (now - single) - (2 * features + 1) * float(np.log(len(points)))
        self.two_ = self.gain_ > 0 and min(self.share_, 1 - self.share_) > 0.02
        return self

    def predict(self, columns: Mapping[str, Any]) -> Floats:
        """Probability that each customer is relationship-oriented."""
        table = np.column_stack([np.asarray(columns[name], float) for name in self.names_])
        joint = self._joint(self._scaled(table))
        return np.asarray(np.exp(joint[:, 1] - np.logaddexp(joint[:, 0], joint[:, 1])), float)

    def _scaled(self, table: Floats) -> Floats:
        points = (table - self.scale_[:, 0]) / self.scale_[:, 1]
        return np.where(np.isnan(points), 0.0, points)

    def _learn(self, points: Floats, second: Floats) -> None:
        member = np.column_stack([1 - second, second])
        weight = member.sum(axis=0) + 1e-9
        self.share_ = float(np.clip(weight[1] / len(points), 1e-6, 1 - 1e-6))
        self.means_ = member.T @ points / weight[:, None]
        squares = member.T @ points**2 / weight[:, None] - self.means_**2
        self.spreads_ = np.sqrt(np.maximum(squares, _FLOOR**2))

    def _joint(self, points: Floats) -> Floats:
        far = (points[:, None, :] - self.means_[None]) / self.spreads_[None]
        each = -0.5 * (far**2 + np.log(2 * np.pi)).sum(axis=2) - np.log(self.spreads_).sum(axis=1)
        return np.asarray(each + np.log([1 - self.share_, self.share_]), float)

    def _direct(self) -> None:
        """Let the second be the one whose features are larger."""
        if self.means_[1].sum() < self.means_[0].sum():
            self.means_, self.spreads_, self.share_ = self.means_[::-1], self.spreads_[::-1], 1 - self.share_
