"""How long customers under contract stay, renewal by renewal: shifted beta-geometric.

At each renewal a customer leaves with own probability θ, beta(α, β) distributed over customers. The easily lost go
first, so the share that renews rises with age although nobody changes.

Source: Fader & Hardie, How to project customer retention, Journal of Interactive Marketing 21 (2007).
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

import numpy as np

from regulars.intelligence.models.lifetime.histories import Floats
from regulars.intelligence.models.lifetime.newton import maximise, named

FEWEST_ENDED: Final = 20
MOST_PERIODS: Final = 10_000


class ShiftedBetaGeometric:
    """sBG by maximum likelihood, with a weak prior that bends only what the data do not tell.

    Attributes:
        params_: ``alpha``, ``beta``.
        standard_errors_, covariance_, log_likelihood_: as of ``BGNBD``.
        identified_: whether the data tell both parameters.
        enough_: whether ``FEWEST_ENDED`` contracts or more have ended.
    """

    names: ClassVar = ("alpha", "beta")

    params_: dict[str, float]
    standard_errors_: dict[str, float]
    covariance_: Floats
    log_likelihood_: float
    identified_: bool
    enough_: bool

    def fit(self, periods: Any, ended: Any, weights: Any = None) -> Self:
        """Learn from contracts.

        Args:
            periods: whole periods, 1 or more: the one in which it ended, or those that it has outlived (0: none yet).
            ended: whether it ended; otherwise it still runs.
            weights: how many contracts each row stands for.

        Raises:
            ValueError: a period is no whole number from 0 to ``MOST_PERIODS``, or an ended one lasted none.
        """
        lasted, over = np.asarray(periods, float).ravel(), np.asarray(ended, bool).ravel()
        count = np.ones(lasted.size) if weights is None else np.asarray(weights, float).ravel()
        if not (lasted.size == over.size == count.size):
            raise ValueError("periods, ended and weights must be of one length")
        whole = np.isfinite(lasted) & (lasted >= over) & (lasted <= MOST_PERIODS) & (lasted == np.floor(lasted))
        if not whole.all():
            raise ValueError(f"periods must be whole numbers up to {MOST_PERIODS:,}, from 1 on for what has ended")
        size = int(lasted.max(initial=0)) + 1
        at = lasted.astype(np.int64)
        lost = np.bincount(at, weights=count * over, minlength=size)[1:]
        reached = np.cumsum(np.bincount(at, weights=count, minlength=size)[::-1])[::-1][1:]
        kept = reached - lost
        order = np.arange(size - 1)

        def value(at: Floats) -> tuple[float, Floats, Floats]:
            a, b = at
            leave, stay, both = lost.sum(), 1.0 / (b + order), 1.0 / (a + b + order)
            told = leave * np.log(a) + kept @ np.log(b + order) - reached @ np.log(a + b + order)
            together, curved = float(reached @ both), float(reached @ both**2)
            slope = np.array([leave / a - together, kept @ stay - together])
            return float(told), slope, np.array([
                [curved - leave / a**2, curved], [curved, curved - kept @ stay**2],
            ])  # fmt: skip

        peak = maximise(value, [1.0, 2.0], [(5e-3, 200.0), (5e-3, 1000.0)])
        self.params_, self.standard_errors_ = named(self.names, peak.at), named(self.names, peak.standard_errors)
        self.covariance_, self.log_likelihood_ = peak.covariance, peak.value
        self.identified_ = peak.identified
        self.enough_ = bool(lost.sum() >= FEWEST_ENDED)
        return self

    def survival(self, periods: Any) -> Floats:
        """Share of new contracts that outlive so many periods."""
        a, b = self.params_["alpha"], self.params_["beta"]
        wanted = np.asarray(periods, np.int64)
        order = np.arange(int(wanted.max(initial=0)))
        kept = np.concatenate([[1.0], np.cumprod((b + order) / (a + b + order))])
        return np.asarray(kept[wanted], float)

    def retention(self, periods: Any) -> Floats:
        """Share of those who are still there in period t (1, 2, …) and renew at its end."""
        a, b = self.params_["alpha"], self.params_["beta"]
        age = np.asarray(periods, float)
        return np.asarray((b + age - 1.0) / (a + b + age - 1.0), float)

    def remaining(self, periods: Any, discount: float = 0.0, most: int = 1_000) -> Floats:
        """Expected further periods of one who has outlived so many, each later period counting 1 / (1 + discount).

        At ``discount`` 0 the sum need not end (α ≤ 1); it stops after ``most`` periods.
        """
        age = np.atleast_1d(np.asarray(periods, float))
        kinds, which = np.unique(age, return_inverse=True)
        a, b = self.params_["alpha"], self.params_["beta"]
        order = np.arange(most)
        stays = np.cumprod((b + kinds[:, None] + order) / (a + b + kinds[:, None] + order), axis=1)
        return np.asarray((stays / (1.0 + discount) ** order).sum(axis=1)[which.ravel()], float)
