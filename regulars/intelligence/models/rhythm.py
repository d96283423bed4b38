"""How often a customer buys, and how regularly: own intervals, with the population as prior.

A customer's intervals between purchases (days) are gamma distributed: a *regularity* (the shape: 1 is haphazard, 12 like
clockwork) and a *pace*. Over the population the pace is gamma distributed and the regularity takes one of a few values
with fitted shares; the parameters are those of largest marginal likelihood (empirical Bayes). A customer's regularity is
the most likely one given his intervals; his next interval is then predicted by a compound gamma distribution, whose
upper tail at the present silence is the probability that he, if he still buys, stays away this long. So a newcomer is
judged by the population, an old customer by himself, and a punctual one is late sooner than an irregular one.

Sources: Wheat & Morrison, Estimating purchase regularity with two interpurchase times, JMR 27 (1990); Platzer &
Reutterer, Ticking away the moments: timing regularity helps to better predict customer activity, Marketing Science 35
(2016); the compound gamma is Dubey 1970.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REGULARITIES: Final = np.array([0.6, 1.0, 1.5, 2.5, 4.0, 7.0, 12.0])
MEMORY: Final = 0.9
"""Each older interval counts 0.9 of the next newer: ten intervals' worth of memory, so that rhythms may change."""
MINIMUM_INTERVALS: Final = 30
_SAMPLE: Final = 20_000
_BLOCK: Final = 20_000
"""Customers whose likelihoods are worked out together: so many columns lie in the processor's cache."""
_DEFAULT_SHARES: Final = (0.05, 0.2, 0.25, 0.2, 0.15, 0.1, 0.05)


@dataclass(frozen=True)
class Evidence:
    """A customer's own intervals as sufficient statistics: their (weighted) number, sum, and sum of logarithms."""

    n: Floats
    total: Floats
    logs: Floats

    @classmethod
    def of(cls, n: Any, total: Any, logs: Any) -> Evidence:
        """From anything numpy can read."""
        return cls(np.asarray(n, float), np.asarray(total, float), np.asarray(logs, float))


@dataclass(frozen=True)
class Predictive:
    """The next interval of each customer: compound gamma with shapes ``regularity`` and ``weight`` and scale ``days``."""

    regularity: Floats
    weight: Floats
    days: Floats

    def survival(self, silence: Floats) -> Floats:
        """Probability that the interval lasts longer than ``silence`` (days, ≥ 0)."""
        return np.asarray(special.betainc(self.weight, self.regularity, self.days / (self.days + silence)), float)

    def quantile(self, survival: Any) -> Floats:
        """Days after which only a share ``survival`` (one for all, or one each) of intervals still lasts."""
        if np.ndim(survival):
            return self.days * factor(self.regularity, self.weight, survival)
        kinds, which = self._kinds
        return np.asarray(self.days * factor(kinds.real, kinds.imag, survival)[which], float)

    @cached_property
    def _kinds(self) -> tuple[Any, Any]:
        """The different pairs of regularity and weight, and which of them each customer has: there are few."""
        kinds, which = np.unique(self.regularity + 1j * self.weight, return_inverse=True)
        return kinds, which


def factor(regularity: Any, weight: Any, survival: Any) -> Floats:
    """The quantile of a compound gamma distribution of scale 1."""
    rest = np.maximum(special.betaincinv(weight, regularity, np.asarray(survival, float)), 1e-9)
    return np.asarray((1.0 - rest) / rest, float)


@dataclass(frozen=True)
class RhythmPrior:
    """The population: 1 / mean interval ~ gamma(``shape``, rate ``days``), regularities with ``shares``.

    The default is what is assumed of a company that has shown next to nothing: intervals of some two months.
    """

    shape: float = 1.5
    days: float = 70.0
    shares: tuple[float, ...] = _DEFAULT_SHARES

    def likelihoods(self, own: Evidence) -> Floats:
        """Log marginal likelihood of each customer's intervals for each regularity (rows), shares not counted."""
        nu = REGULARITIES[:, None]
        weight, days = self.shape + own.n * nu, self.days / nu + own.total
        return np.asarray(
            self.shape * np.log(self.days / nu) - special.gammaln(self.shape) + special.gammaln(weight)
            - own.n * special.gammaln(nu) + (nu - 1.0) * own.logs - weight * np.log(days), float,
        )  # fmt: skip

    def regularity(self, own: Evidence) -> Ints:
        """Which of ``REGULARITIES`` is most likely for each customer."""
        shares, which = np.log(np.asarray(self.shares))[:, None], np.empty(len(own.total), np.int64)
        for first in range(0, len(which), _BLOCK):
            rows = slice(first, first + _BLOCK)
            some = Evidence(own.n[rows] if own.n.ndim else own.n, own.total[rows], own.logs[rows])
            which[rows] = np.argmax(self.likelihoods(some) + shares, axis=0)
        return which

    def predict(self, own: Evidence) -> Predictive:
        """The predictive distribution of each customer's next interval, given his own."""
        nu = REGULARITIES[self.regularity(own)]
        return Predictive(nu, self.shape + own.n * nu, self.days / nu + own.total)

    def intervals_at(self, own: Evidence, survivals: tuple[float, ...]) -> tuple[Ints, list[Floats]]:
        """Regularities and quantiles of customers who all have ``own.n`` intervals: one look-up table for everybody.

        Returns:
            Which of ``REGULARITIES`` each customer has, and for each survival the days of each customer.
        """
        which = self.regularity(own)
        days = (self.days / REGULARITIES)[which] + own.total
        weight = self.shape + float(own.n) * REGULARITIES
        return which, [factor(REGULARITIES, weight, survival)[which] * days for survival in survivals]

    def log_variance(self) -> float:
        """Variance of the logarithm of a customer's interval around his own mean, on average over the population."""
        return float(np.dot(self.shares, special.polygamma(1, REGULARITIES)))

    def as_dict(self) -> dict[str, Any]:
        """For keeping."""
        return {**asdict(self), "shares": list(self.shares)}

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> RhythmPrior:
        """What ``as_dict`` kept."""
        return cls(float(kept["shape"]), float(kept["days"]), tuple(float(one) for one in kept["shares"]))


class RhythmModel:
    """Fits the population prior.

    Attributes:
        prior_: the fitted ``RhythmPrior``.
        log_likelihood_: log marginal likelihood of the (sampled) intervals.
        intervals_: number of intervals it was learned from.
        enough_: False when there were fewer than ``MINIMUM_INTERVALS``; then ``prior_`` is the default.
    """

    prior_: RhythmPrior
    log_likelihood_: float
    intervals_: int
    enough_: bool

    def fit(self, own: Evidence) -> Self:
        """Learn from customers' intervals (customers without one are ignored)."""
        from scipy import optimize  # noqa: PLC0415 -- heavy, and needed once a month

        seen = own.n > 0
        n, total, logs = own.n[seen], own.total[seen], own.logs[seen]
        self.intervals_ = int(n.sum())
        self.enough_ = self.intervals_ >= MINIMUM_INTERVALS
        if not self.enough_:
            self.prior_, self.log_likelihood_ = RhythmPrior(), float("nan")
            return self
        step = max(1, len(n) // _SAMPLE)
        sample = _Sample(n[::step], total[::step], logs[::step])
        first = RhythmPrior(days=RhythmPrior.shape * float(total.sum() / n.sum()))
        begin = np.r_[np.log(first.shape), np.log(first.days), np.log(first.shares)]
        bounds = [(-1.5, 4.0), (-2.0, 9.0), *[(-12.0, 3.0)] * len(REGULARITIES)]
        answer = optimize.minimize(
            sample.loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 80}
        )
        shares = np.maximum(special.softmax(answer.x[2:]), 1e-4)
        self.prior_ = RhythmPrior(
            float(np.exp(answer.x[0])), float(np.exp(answer.x[1])), tuple(float(one) for one in shares / shares.sum())
        )
        self.log_likelihood_ = -float(answer.fun) * len(sample.n)
        return self


class _Sample:
    """Intervals to be fitted to; costly functions of their number are computed once per number."""

    def __init__(self, n: Floats, total: Floats, logs: Floats) -> None:
        self.n, self.total, self.logs = n, total, logs
        self.numbers, self.which = np.unique(n, return_inverse=True)
        self.nu = REGULARITIES[:, None]
        self.own = -n * special.gammaln(self.nu) + (self.nu - 1.0) * logs

    def loss(self, parameters: Floats) -> tuple[float, Floats]:
        """Minus the mean log marginal likelihood and its gradient in (log shape, log days, log shares unscaled)."""
        shape, days = float(np.exp(parameters[0])), float(np.exp(parameters[1]))
        weight = shape + self.n * self.nu
        reach = self.numbers * self.nu + shape
        log_days, log_both = np.log(days / self.nu), np.log(days / self.nu + self.total)
        each = (
            shape * log_days - special.gammaln(shape) + special.gammaln(reach)[:, self.which] + self.own - weight * log_both
        )  # fmt: skip
        log_shares = special.log_softmax(parameters[2:])
        joint = each + log_shares[:, None]
        likelihood = special.logsumexp(joint, axis=0)
        member = np.exp(joint - likelihood)
        by_shape = log_days - special.digamma(shape) + special.digamma(reach)[:, self.which] - log_both
        by_days = shape / days - weight / (days + self.nu * self.total)
        gradient = np.r_[
            (member * by_shape).sum(axis=0).mean() * shape,
            (member * by_days).sum(axis=0).mean() * days,
            member.mean(axis=1) - np.exp(log_shares),
        ]
        return -float(likelihood.mean()), -gradient
