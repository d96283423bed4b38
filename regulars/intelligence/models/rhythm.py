"""How often a customer buys: own intervals, with the population as prior.

The logarithm of each interval between purchases (days) is normal with the customer's own mean and variance; these
vary between customers as normal-inverse-gamma, whose four parameters are fitted to everybody's intervals (empirical
Bayes: maximum marginal likelihood). So a newcomer is judged by the population, an old customer by himself, and a
punctual one is late sooner than an irregular one. The predictive distribution of the next interval is a Student t of
the logarithm (Gelman et al., Bayesian Data Analysis, 3rd ed., section 3.3); its upper tail at the present silence is
the probability that he, if he still buys, stays away this long.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]

MEMORY = 0.9
"""Each older interval counts 0.9 of the next newer: ten intervals' worth of memory, so that rhythms may change."""
MINIMUM_INTERVALS = 30
LEAST_SPREAD = 0.2
"""Nobody is taken to be more punctual than within a fifth of an interval: weekends and holidays alone shift that much."""
_SAMPLE = 40_000


@dataclass(frozen=True)
class Evidence:
    """A customer's own intervals as sufficient statistics of their logarithms: (weighted) number, sum, sum of squares."""

    n: Floats
    total: Floats
    squares: Floats

    @classmethod
    def of(cls, n: Any, total: Any, squares: Any) -> Evidence:
        """From anything numpy can read."""
        return cls(np.asarray(n, float), np.asarray(total, float), np.asarray(squares, float))


@dataclass(frozen=True)
class Predictive:
    """The next interval of each customer: log of days ~ location + scale · t(freedom)."""

    location: Floats
    scale: Floats
    freedom: Floats

    def survival(self, days: Floats) -> Floats:
        """Probability that the interval lasts longer than ``days`` (≥ 0)."""
        z = (np.log(np.maximum(days, 0.5)) - self.location) / self.scale
        return np.asarray(special.stdtr(self.freedom, -z), float)

    def quantile(self, survival: Any) -> Floats:
        """Days after which only a share ``survival`` of intervals still lasts."""
        spread = self.scale * special.stdtrit(self.freedom, 1.0 - np.asarray(survival, float))
        return np.asarray(np.exp(np.minimum(self.location + spread, 11.0)), float)

    def only(self, chosen: Any) -> Predictive:
        """The same for some of the customers."""
        return Predictive(self.location[chosen], self.scale[chosen], self.freedom[chosen])


@dataclass(frozen=True)
class RhythmPrior:
    """The population: mean of the log interval, its weight in intervals, shape and rate of the variance.

    The default is what is assumed of a company that has shown next to nothing: a median interval of 60 days, give or take a factor of 3.
    """

    m0: float = 4.1
    k0: float = 0.7
    a0: float = 1.6
    b0: float = 0.8

    def predict(self, own: Evidence) -> Predictive:
        """The predictive distribution of each customer's next interval, given his own."""
        n = own.n
        k = self.k0 + n
        a = self.a0 + 0.5 * n
        location = (self.k0 * self.m0 + own.total) / k
        mean = np.divide(own.total, n, out=np.full_like(own.total, self.m0), where=n > 0)
        within = np.maximum(own.squares - n * mean**2, 0.0)
        b = self.b0 + 0.5 * within + 0.5 * self.k0 * n * (mean - self.m0) ** 2 / k
        return Predictive(location, np.maximum(np.sqrt(b * (k + 1.0) / (a * k)), LEAST_SPREAD), 2.0 * a)

    def as_dict(self) -> dict[str, float]:
        """For keeping."""
        return asdict(self)


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
        """Learn from customers' intervals (those without one are ignored)."""
        seen = own.n > 0
        n, total, squares = own.n[seen], own.total[seen], own.squares[seen]
        self.intervals_ = int(n.sum())
        self.enough_ = self.intervals_ >= MINIMUM_INTERVALS
        if not self.enough_:
            self.prior_, self.log_likelihood_ = RhythmPrior(), float("nan")
            return self
        step = max(1, len(n) // _SAMPLE)
        n, total, squares = n[::step], total[::step], squares[::step]
        mean = total / n
        within = np.maximum(squares - n * mean**2, 0.0)
        answer = optimize.minimize(
            _loss, _start(n, mean, within), args=(n, mean, within), jac=True, method="L-BFGS-B",
            bounds=[(0.0, 7.6), (-4.0, 4.0), (-1.0, 5.0), (-5.0, 6.0)],
        )  # fmt: skip
        self.prior_ = RhythmPrior(float(answer.x[0]), *(float(one) for one in np.exp(answer.x[1:])))
        self.log_likelihood_ = -float(answer.fun) * len(n)
        return self


def _start(n: Floats, mean: Floats, within: Floats) -> Floats:
    degrees = float(np.maximum(n - 1, 0).sum())
    variance = float(within.sum() / degrees) if degrees > 0 else 0.5
    between = max(float(np.var(mean)) - variance * float(np.mean(1 / n)), 0.05)
    variance = max(variance, 0.02)
    return np.array([float(np.mean(mean)), np.log(variance / between), np.log(3.0), np.log(2.0 * variance)])


def _loss(parameters: Floats, n: Floats, mean: Floats, within: Floats) -> tuple[float, Floats]:
    """Minus the mean log marginal likelihood and its gradient in (m0, log k0, log a0, log b0)."""
    m0, k0, a0, b0 = float(parameters[0]), *(float(one) for one in np.exp(parameters[1:]))
    k, a = k0 + n, a0 + 0.5 * n
    apart = mean - m0
    b = b0 + 0.5 * within + 0.5 * k0 * n * apart**2 / k
    likelihood = (
        special.gammaln(a) - special.gammaln(a0) + a0 * np.log(b0) - a * np.log(b) + 0.5 * (np.log(k0) - np.log(k))
        - 0.5 * n * np.log(2 * np.pi)
    )  # fmt: skip
    by_m0 = a / b * k0 * n * apart / k
    by_k0 = 0.5 / k0 - 0.5 / k - a / b * 0.5 * (n * apart / k) ** 2
    by_a0 = special.digamma(a) - special.digamma(a0) + np.log(b0) - np.log(b)
    by_b0 = a0 / b0 - a / b
    gradient = np.array([by_m0.mean(), by_k0.mean() * k0, by_a0.mean() * a0, by_b0.mean() * b0])
    return -float(likelihood.mean()), -gradient
