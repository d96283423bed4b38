"""Buying at an own rate until one leaves at any moment: Pareto/NBD.

While a customer is alive his purchases are a Poisson process of own rate λ, and he leaves after an exponential time of
own rate μ. Over customers λ is gamma(r, rate α) and μ is gamma(s, rate β) distributed.

Source: Schmittlein, Morrison & Colombo, Management Science 33 (1987); Fader & Hardie, A note on deriving the Pareto/NBD
model (2005). The integral that they write by 2F1 is taken numerically here (``kernels.pareto``).
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

import numpy as np

from regulars.intelligence.models.lifetime import kernels
from regulars.intelligence.models.lifetime.dropout import FEWEST_REPEATERS, Forecast
from regulars.intelligence.models.lifetime.histories import Floats, columns, histories
from regulars.intelligence.models.lifetime.newton import maximise, named

_POINTS: Final = 32


class ParetoNBD:
    """Pareto/NBD by maximum likelihood, with a weak prior that bends only what the data do not tell.

    Attributes:
        params_: ``r``, ``alpha``, ``s``, ``beta`` (``alpha`` and ``beta`` in the unit of the times).
        standard_errors_, covariance_, log_likelihood_, condition_, evaluations_, enough_: as of ``BGNBD``.
        dropout_identified_: whether the data tell how customers leave.
    """

    names: ClassVar = ("r", "alpha", "s", "beta")

    params_: dict[str, float]
    standard_errors_: dict[str, float]
    covariance_: Floats
    log_likelihood_: float
    dropout_identified_: bool
    enough_: bool
    condition_: float
    evaluations_: int

    def fit(self, frequency: Any, recency: Any, T: Any, weights: Any = None) -> Self:  # noqa: N803 -- as the field writes it
        """Learn from the columns that ``BGNBD.fit`` takes.

        Raises:
            ValueError: the columns contradict themselves.
        """
        read = histories(frequency, recency, T, weights)
        rows = np.column_stack(columns(frequency, recency, T))
        kinds, which = np.unique(rows, axis=0, return_inverse=True)
        given = None if weights is None else np.asarray(weights, float).ravel()
        count = np.bincount(which.ravel(), weights=given, minlength=len(kinds)).astype(float)
        x, t, age = (np.ascontiguousarray(column) for column in kinds.T) if len(kinds) else columns([], [], [])
        nodes = _quadrature()
        order = np.arange(len(read.more_than))

        def value(at: Floats) -> tuple[float, Floats, Floats]:
            told = kernels.pareto(at, (x, t, age, count), nodes)
            whole, grid = read.customers, at[0] + order
            told[0] += read.more_than @ np.log(grid) + whole * (at[0] * np.log(at[1]) + at[2] * np.log(at[3]))
            told[1:5] += whole * np.array([np.log(at[1]), at[0] / at[1], np.log(at[3]), at[2] / at[3]])
            told[1] += (read.more_than / grid).sum()
            told[5] -= (read.more_than / grid**2).sum()
            for shape, rate in ((0, 1), (2, 3)):
                told[5 + 4 * rate + rate] -= whole * at[shape] / at[rate] ** 2
                told[[5 + 4 * shape + rate, 5 + 4 * rate + shape]] += whole / at[rate]
            return float(told[0]), told[1:5], told[5:].reshape(4, 4)

        scale = max(read.scale, 1e-6)
        walls = [(0.01, 40.0), (1e-3 * scale, 100.0 * scale)] * 2
        peak = maximise(value, [0.5, 0.5 * scale, 0.5, 0.5 * scale], walls, tolerance=1e-8)
        self.params_, self.standard_errors_ = named(self.names, peak.at), named(self.names, peak.standard_errors)
        self.covariance_, self.log_likelihood_ = peak.covariance, peak.value
        self.condition_, self.evaluations_ = peak.condition, peak.evaluations
        self.enough_ = read.repeaters >= FEWEST_REPEATERS
        self.dropout_identified_ = bool(self.enough_ and peak.identified)
        return self

    def predict(self, t: float, frequency: Any, recency: Any, T: Any) -> Forecast:  # noqa: N803 -- as the field writes it
        """Probability of being alive and expected purchases in the next ``t``; no interval (NaN)."""
        x, last, age = columns(frequency, recency, T)
        r, alpha, s, beta = (self.params_[name] for name in self.names)
        alive = self.probability_alive(x, last, age)
        wide, e = np.log1p(t / (beta + age)), s - 1.0
        years = wide if abs(e) < 1e-12 else -np.expm1(-e * wide) / e
        nothing = np.full(x.size, np.nan)
        return Forecast(alive, alive * (r + x) / (alpha + age) * (beta + age) * years, nothing, nothing)

    def probability_alive(self, frequency: Any, recency: Any, T: Any) -> Floats:  # noqa: N803 -- as the field writes it
        """Probability that each customer has not left."""
        x, last, age = columns(frequency, recency, T)
        r, alpha, s, beta = (self.params_[name] for name in self.names)
        nodes, shares = _quadrature()
        least = min(alpha, beta)
        reach = np.minimum(np.log((age + least) / (last + least)), 45.0 / (r + x + s))
        gone = np.zeros(x.size)
        for node, share in zip(nodes, shares, strict=True):
            u = (last + least) * np.exp(reach * node) - least
            ratio = (r + x) * np.log((alpha + age) / (alpha + u)) + s * np.log((beta + age) / (beta + u))
            gone += s * share * reach * (u + least) / (beta + u) * np.exp(np.minimum(ratio, 690.0))
        return 1.0 / (1.0 + gone)


def _quadrature() -> tuple[Floats, Floats]:
    """Points and weights of Gauss–Legendre between 0 and 1."""
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    return (points + 1.0) / 2.0, weights / 2.0
