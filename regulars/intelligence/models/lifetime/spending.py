"""What a purchase of each customer is worth, when some have shown many and some one: gamma-gamma.

The purchases of a customer vary around a mean of his own; the means vary over customers. One purchase of 500 says little,
twenty of 500 on average say much: each expectation is the own mean drawn to everybody's by its reliability. Values are
positive and, for lifetime value, margin rather than revenue. The model assumes that value does not depend on how often
somebody buys; ``correlation_`` says whether that holds.

Source: Fader & Hardie, The gamma-gamma model of monetary value (2013); Colombo & Jiang, JIM 13 (1999).
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

import numpy as np
from scipy import special

from regulars.intelligence.models.lifetime import kernels
from regulars.intelligence.models.lifetime.histories import Floats
from regulars.intelligence.models.lifetime.newton import Evaluate, maximise, named

FEWEST: Final = 30
_SAMPLE: Final = 20_000


class GammaGamma:
    """Gamma-gamma by maximum likelihood, with a weak prior that bends only what the data do not tell.

    Attributes:
        params_: ``p`` and ``q`` (shapes within and between customers), ``v`` (in the unit of the values; γ in the paper).
        standard_errors_, covariance_, log_likelihood_, condition_, evaluations_: as of ``BGNBD``.
        mean_: what a purchase is worth on average over customers; None when the spread is too wide to have a mean.
        correlation_: of the mean value and the number of purchases; the model assumes 0.
        enough_: whether it has learned from ``FEWEST`` customers or more.
    """

    names: ClassVar = ("p", "q", "v")

    params_: dict[str, float]
    standard_errors_: dict[str, float]
    covariance_: Floats
    log_likelihood_: float
    mean_: float | None
    correlation_: float | None
    condition_: float
    evaluations_: int
    enough_: bool

    def fit(self, frequency: Any, monetary: Any, weights: Any = None) -> Self:
        """Learn from the number of purchases and their mean value.

        Customers without purchases are passed over.

        Args:
            weights: how many customers each row stands for.

        Raises:
            ValueError: a mean is not positive, or something is not a number.
        """
        x, mean = (np.ascontiguousarray(column, float).ravel() for column in (frequency, monetary))
        weight = np.empty(0) if weights is None else np.ascontiguousarray(weights, float).ravel()
        if x.size != mean.size or weight.size not in {0, x.size}:
            raise ValueError("frequency, monetary and weights must be of one length")
        seen = x > 0
        if not seen.all():
            x, mean, weight = x[seen], mean[seen], weight[seen] if weight.size else weight
        if not (np.isfinite(x).all() and np.isfinite(mean).all() and (mean > 0).all()):
            raise ValueError("the mean value of a customer's purchases must be a positive number")
        self._fit(x, mean, weight)
        return self

    def predict(self, frequency: Any, monetary: Any) -> Floats:
        """Expected value of a purchase of each customer; without purchases it is everybody's mean.

        Where the spread between customers is so wide that no mean exists (q ≤ 1), the own mean stands for them.
        """
        x, own = np.asarray(frequency, float), np.asarray(monetary, float)
        p, q, v = (self.params_[name] for name in self.names)
        rest = max(q - 1.0, 0.0)
        own = np.where(x > 0, own, 0.0)
        return np.asarray(p * (v + x * own) / np.maximum(p * x + rest, 1e-9), float)

    def _fit(self, x: Floats, mean: Floats, weight: Floats) -> None:
        whole = float(weight.sum()) if weight.size else float(x.size)
        typical = float(np.exp(_sum(np.log(mean), weight) / whole)) if whole else 1.0
        walls = [(0.05, 200.0), (0.2, 60.0), (1e-3 * typical, 1e3 * typical)]
        start = [4.0, 4.0, 0.75 * typical]
        stride = x.size // _SAMPLE
        if stride > 1:
            sample = _likelihood(x[::stride], mean[::stride], weight[::stride])
            start = list(maximise(sample, start, walls, tolerance=1e-2).at)
        peak = maximise(_likelihood(x, mean, weight), start, walls)
        self.params_, self.standard_errors_ = named(self.names, peak.at), named(self.names, peak.standard_errors)
        self.covariance_, self.log_likelihood_ = peak.covariance, peak.value
        self.condition_, self.evaluations_ = peak.condition, peak.evaluations
        self.enough_ = bool(whole >= FEWEST and _sum(x, weight) > whole)
        p, q, v = peak.at
        self.mean_ = float(p * v / (q - 1.0)) if q > 1.0 else None
        spread = x.size > 2 and np.ptp(x) > 0 and np.ptp(mean) > 0
        self.correlation_ = float(np.corrcoef(x, mean)[0, 1]) if spread else None


def _likelihood(x: Floats, mean: Floats, weight: Floats) -> Evaluate:
    """Log-likelihood with gradient and Hessian in p, q and v; what depends on x alone is summed over its histogram."""
    x, total = np.ascontiguousarray(x), x * mean
    whole = float(weight.sum()) if weight.size else float(x.size)
    kinds, n = _histogram(x, weight)
    logs, times = _sum(np.log(mean), weight), _sum(x * np.log(total), weight)

    def value(at: Floats) -> tuple[float, Floats, Floats]:
        p, q, v = at
        l0, l1, i0, i1, s0, s1 = kernels.spending_sums(total, x, weight, v)
        px, log_v = p * kinds, np.log(v)
        one, both = special.digamma(px), special.digamma(px + q)
        two, curved = special.polygamma(1, px), special.polygamma(1, px + q)
        told = n @ (special.gammaln(px + q) - special.gammaln(px)) - whole * (special.gammaln(q) - q * log_v)
        told += p * times - logs - p * l1 - q * l0
        slope = [
            n @ (kinds * (both - one)) + times - l1,
            n @ both + whole * (log_v - special.digamma(q)) - l0,
            whole * q / v - p * i1 - q * i0,
        ]
        pp, pq, pv = n @ (kinds**2 * (curved - two)), n @ (kinds * curved), -i1
        qq, qv = n @ curved - whole * special.polygamma(1, q), whole / v - i0
        vv = p * s1 + q * s0 - whole * q / v**2
        return float(told), np.array(slope), np.array([[pp, pq, pv], [pq, qq, qv], [pv, qv, vv]])

    return value


def _histogram(x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """The different numbers of purchases, and how many customers have each."""
    given = weight if weight.size else None
    if x.size and x.max() < 1 << 20 and (x == np.floor(x)).all():
        counts = np.bincount(x.astype(np.int64), weights=given).astype(np.float64)
        seen = np.flatnonzero(counts)
        return seen.astype(np.float64), counts[seen]
    kinds, which = np.unique(x, return_inverse=True)
    return kinds, np.bincount(which, weights=given, minlength=len(kinds)).astype(np.float64)


def _sum(values: Floats, weight: Floats) -> float:
    return float(values @ weight) if weight.size else float(values.sum())
