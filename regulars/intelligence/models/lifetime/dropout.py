"""Buying at an own rate until one leaves after a purchase: BG/NBD, and MBG/NBD where one may leave at the very start.

While a customer is alive his purchases are a Poisson process of own rate λ; after each purchase he leaves for good with
own probability p. Over customers λ is gamma(r, rate α) and p is beta(a, b) distributed. In BG/NBD nobody leaves at his
first purchase, so whoever never came back counts as alive; in MBG/NBD he may have left at once.

Sources: Fader, Hardie & Lee, "Counting your customers" the easy way, Marketing Science 24 (2005); Batislam, Denizel &
Filiztekin, IJRM 24 (2007) and Hoppe & Wagner, Marketing ZFP 29 (2007) for MBG/NBD.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import numpy as np

from regulars.intelligence.models.lifetime import kernels
from regulars.intelligence.models.lifetime.histories import GRIDS, Floats, Histories, columns, histories
from regulars.intelligence.models.lifetime.newton import Peak, maximise, named

FEWEST_REPEATERS: Final = 30
"""With fewer customers who came back, ``enough_`` is False and the parameters are mostly the walls' belief."""
SIGNIFICANT: Final = 5.0
"""By how much the log-likelihood must gain by letting customers leave at all: χ²(2) of 10 is passed by chance once in 150."""
VAGUE: Final = 0.5
"""Standard error of the logarithm of the mean share who leave, from which on it is not told."""
_SAMPLE: Final = 20_000


@dataclass(frozen=True)
class Forecast:
    """One element a customer.

    Attributes:
        alive: probability of not having left.
        expected: expected purchases in the period.
        low, high: between them the number of purchases lies with the probability asked for, if the model is right. Error
            of the model is not in it: ``backtest.Bands`` makes intervals that contain it.
    """

    alive: Floats
    expected: Floats
    low: Floats
    high: Floats


class BGNBD:
    """BG/NBD by maximum likelihood, with a weak prior that bends only what the data do not tell.

    Attributes:
        params_: ``r``, ``alpha`` (in the unit of the times), ``a``, ``b``.
        standard_errors_: of the same, by the inverse Hessian.
        covariance_: of their logarithms, in that order.
        log_likelihood_: at the parameters.
        dropout_gain_: how much of it is owed to letting customers leave (against the NBD of those who never do).
        dropout_identified_: whether the data tell that customers leave, and how many do; if not, ``expected`` rests on belief.
        enough_: whether at least ``FEWEST_REPEATERS`` customers came back.
        condition_: of the Hessian in log-parameters.
        evaluations_: passes over all customers that the fit has needed.
        customers_, repeaters_: how many it has learned from.
    """

    names: ClassVar = ("r", "alpha", "a", "b")
    _begin: ClassVar = 0

    params_: dict[str, float]
    standard_errors_: dict[str, float]
    covariance_: Floats
    log_likelihood_: float
    dropout_gain_: float
    dropout_identified_: bool
    enough_: bool
    condition_: float
    evaluations_: int
    customers_: float
    repeaters_: float

    def fit(self, frequency: Any, recency: Any, T: Any, weights: Any = None) -> Self:  # noqa: N803 -- as the field writes it
        """Learn from repeat purchases (whole numbers), time from first to last purchase, and time from the first to now.

        Args:
            weights: how many customers each row stands for.

        Raises:
            ValueError: the columns contradict themselves.
        """
        return self.fit_histories(histories(frequency, recency, T, weights))

    def fit_histories(self, read: Histories) -> Self:
        """Learn from customers who have been read already."""
        scale = max(read.scale, 1e-6)
        walls = [(0.01, 40.0), (1e-3 * scale, 100.0 * scale), (5e-3, 100.0), (5e-3, 200.0)]
        start = [0.5, 0.5 * scale, 0.8, 2.5]
        stride = len(read.x) // _SAMPLE
        if stride > 1:
            start = list(maximise(lambda at: self._value(at, read, stride), start, walls, tolerance=1e-2).at)
        peak = maximise(lambda at: self._value(at, read), start, walls)
        self._learn(read, peak, peak.value - _never_leaving(read, walls[:2]))
        return self

    def predict(
        self, t: float, frequency: Any, recency: Any, T: Any, *, level: float | None = 0.8  # noqa: N803 -- as the field writes it
    ) -> Forecast:  # fmt: skip
        """What is to be expected in the next ``t``; ``level`` None leaves the interval out (NaN), which is quicker."""
        x, last, age = columns(frequency, recency, T)
        at = self._at
        found = np.empty((2, x.size))
        steps = _grid(age)
        room = (
            (int(min(x.max(initial=0), 255)) + 1, int(min(age.max(initial=0) * steps + 0.5, 4096)) + 1)
            if steps
            else (1, 1)
        )
        known = np.full(room, np.nan)
        kernels.forecast(at, (x, last, age), float(t), self._begin, steps, (found, known))
        interval = np.full((2, x.size), np.nan)
        if level is not None:
            tail = (1.0 - level) / 2.0
            kernels.quantiles(at, (x, age, found[0]), float(t), self._begin, tail, interval)
        return Forecast(found[0], found[1], interval[0], interval[1])

    def probability_alive(self, frequency: Any, recency: Any, T: Any) -> Floats:  # noqa: N803 -- as the field writes it
        """Probability that each customer has not left."""
        return self.predict(0.0, frequency, recency, T, level=None).alive

    def probability_of_purchase(self, t: float, frequency: Any, recency: Any, T: Any) -> Floats:  # noqa: N803 -- as the field writes it
        """Probability that each buys again within the next ``t``.

        He has not left, and his pace brings it: after x repeat purchases in T it is gamma(r + x, α + T) distributed. Unlike
        having left, it can be seen, so its level can be tried.
        """
        x, last, age = columns(frequency, recency, T)
        silent = (1.0 + t / (self.params_["alpha"] + age)) ** -(self.params_["r"] + x)
        return np.asarray(self.probability_alive(x, last, age) * (1.0 - silent), np.float64)

    @property
    def _at(self) -> Floats:
        return np.array([self.params_[name] for name in self.names])

    def _value(self, at: Floats, read: Histories, stride: int = 1) -> tuple[float, Floats, Floats]:
        most, begin = len(read.more_than), self._begin
        rows = (read.x, read.t, read.T, read.weight)
        told = kernels.told_by_counts(at, read.times, read.everybody, read.purchases, read.more_than, begin)
        told += kernels.told_by_silence(at, read.times, rows, stride, begin, most)
        if begin:
            places = np.flatnonzero(read.once).astype(np.int32)
            never = np.zeros_like(places)
            rows = (never, never, places, read.once[places])
            told += kernels.told_by_silence(at, read.times, rows, 1, begin, most)
        return float(told[0]), told[1:5], told[5:].reshape(4, 4)

    def _learn(self, read: Histories, peak: Peak, gain: float) -> None:
        self.params_ = named(self.names, peak.at)
        self.standard_errors_ = named(self.names, peak.standard_errors)
        self.covariance_ = peak.covariance
        self.log_likelihood_ = peak.value
        self.condition_, self.evaluations_ = peak.condition, peak.evaluations
        self.customers_, self.repeaters_ = read.customers, read.repeaters
        self.enough_ = read.repeaters >= FEWEST_REPEATERS
        self.dropout_gain_ = gain
        share = np.array([0.0, 0.0, 1.0, -1.0])
        told = peak.converged and float(share @ peak.covariance @ share) < VAGUE**2
        self.dropout_identified_ = bool(self.enough_ and told and gain > SIGNIFICANT)


class MBGNBD(BGNBD):
    """MBG/NBD: as ``BGNBD``, but a customer may leave right after his first purchase."""

    _begin: ClassVar = 1


def _never_leaving(read: Histories, walls: Any) -> float:
    """The log-likelihood of customers who never leave (NBD), at its peak."""

    def value(at: Floats) -> tuple[float, Floats, Floats]:
        # with a tiny and b huge nobody leaves: what remains of the counts is the NBD
        told = kernels.told_by_counts(
            np.array([at[0], at[1], 1e-300, 1.0]), read.times, read.everybody, read.purchases, read.more_than, 0
        )
        return float(told[0]), told[1:3], told[5:].reshape(4, 4)[:2, :2]

    return maximise(value, [0.5, 0.5 * max(read.scale, 1e-6)], walls).value


def _grid(age: Floats) -> float:
    """Steps a unit of the grid that all of these times lie on; 0 when they lie on none."""
    few = age[:: max(age.size // 1000, 1)]
    for steps in GRIDS:
        if np.abs(few * steps - np.rint(few * steps)).max(initial=0.0) < 1e-6:
            return steps
    return 0.0
