"""Intervals and p-values that hold at every look at once, however often one looks and whenever one stops.

A fixed interval leaves out the truth at 5 % of moments, but over a fortnight of looking somebody finds such a moment in
some 40 % of experiments in which nothing happened. The asymptotic confidence sequence leaves it out at *any* moment in
at most 5 %. With N units, an estimate with standard error se, and t = ρ² N it reaches on each side::

    se · √( (1 + 1/t) · (log(1 + t) − 2 log α) )

which is σ̂ √( 2 (Nρ² + 1) / (N²ρ²) · log( √(Nρ² + 1) / α ) ) of the paper with σ̂² = N se². Its p-value is the α at which
0 just lies on the border: one method for both, so they cannot contradict each other.

**What counts as time.** In a campaign most units enter on the first day and their outcomes come in over weeks: N stands
still while the variance grows. Time is therefore counted in variance, t = ρ² N · (N se² / planned variance), the
paper's form for variances that change. The planned variance is a number fixed before the start (a wrong guess makes the
interval a little wider, never wrong); without one t = ρ² N, which is right where each unit is seen once, with its final outcome,
and promises nothing where outcomes accumulate.

No running intersection is taken: the effect so far may change as a campaign wears off, and a late return may take an order back.

Source: Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, Time-uniform central limit theory and asymptotic confidence
sequences, Annals of Statistics 52 (2024): the asymptotic sequence, its Lyapunov-type form for variances that change, and
the choice of ρ; the mixture is that of Robbins, Annals of Mathematical Statistics 41 (1970).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from regulars.intelligence.models.experiments.effect import Effect, Interval

FEWEST_UNITS: Final = 100
FEWEST_EVENTS: Final = 20.0


@dataclass(frozen=True)
class AlwaysValid:
    """A confidence sequence, fixed before the start. Use ``tuned`` to make one.

    Attributes:
        rho_squared: where the sequence is tight; any positive number is valid.
        variance: planned variance of the difference of two single units, see ``planned_variance``; None: see above.
        alpha: probability of ever leaving out the truth.
        fewest_units, fewest_events: no interval while an arm has fewer: sums of so few are not yet normal.
    """

    rho_squared: float
    variance: float | None = None
    alpha: float = 0.05
    fewest_units: int = FEWEST_UNITS
    fewest_events: float = FEWEST_EVENTS

    @classmethod
    def tuned(cls, units: float, *, variance: float | None = None, alpha: float = 0.05) -> Self:
        """As narrow as can be when ``units`` have been seen: half of what is planned is a good choice.

        The best t solves t = log(1 + t) − 2 log α; the multiplier is then √(1 + t), 3.04 at 5 %.

        Raises:
            ValueError: no units, a variance that is not positive, or an alpha outside (0, 1).
        """
        if not (units > 0 and 0.0 < alpha < 1.0 and (variance is None or variance > 0.0)):
            raise ValueError("units and variance must be positive, and alpha between 0 and 1")
        best = -2.0 * math.log(alpha)
        for _ in range(60):
            best = math.log1p(best) - 2.0 * math.log(alpha)
        return cls(best / units, variance, alpha)

    def at(self, alpha: float) -> Self:
        """The same sequence at another level: of several comparisons each gets its share of alpha."""
        return replace(self, alpha=alpha)

    def time(self, units: Any, se: Any) -> Any:
        """How far the sequence has come: t, of ``units`` in both arms together and a standard error; numbers or arrays."""
        spent = units if self.variance is None else units * (units * se**2 / self.variance)
        return self.rho_squared * spent

    def multiplier(self, time: Any) -> Any:
        """Standard errors on each side at time t > 0; numbers or arrays."""
        return ((1.0 + 1.0 / time) * (_log1p(time) - 2.0 * math.log(self.alpha))) ** 0.5

    def p(self, z: Any, time: Any) -> Any:
        """Always-valid p-value of an estimate that is z standard errors from 0; numbers or arrays, at most 1."""
        logarithm = (_log1p(time) - z * z * time / (1.0 + time)) / 2.0
        return math.e ** (logarithm * (logarithm < 0.0))

    def interval(self, effect: Effect) -> Interval | None:
        """What may be said now; None while there is too little to say anything."""
        if effect.fewest < self.fewest_units or effect.events < self.fewest_events or effect.se <= 0.0:
            return None
        time = self.time(effect.units, effect.se)
        p = self.p(effect.value / effect.se, time)
        return effect.interval(self.multiplier(time), level=1.0 - self.alpha, p=p)


def planned_variance(treated: float, control: float, control_share: float) -> float:
    """N se² of a difference: the arms' variances of a unit's outcome over their shares of units.

    Raises:
        ValueError: a share outside (0, 1).
    """
    if not 0.0 < control_share < 1.0:
        raise ValueError("the control's share must lie between 0 and 1")
    return treated / (1.0 - control_share) + control / control_share


def _log1p(value: Any) -> Any:
    if isinstance(value, float | int):
        return math.log1p(value)
    import numpy as np  # noqa: PLC0415 -- heavy, and only needed for arrays

    return np.log1p(value)
