"""Before the start: what can be found, with how many units, in how many days.

Two answers each: ``fixed``, for whoever looks once at the planned end, and ``sequential``, for whoever looks all the
time with the confidence sequence. The second needs a larger effect or more units, and often ends long before.

The effect that can be found is so many standard errors, and its standard error depends on it where the outcome is a yes
or no (p + d has another variance than p): solved together.

Sources: Cohen, Statistical Power Analysis (1988); for the sequential case ``crossing``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Self

from regulars.intelligence.models.experiments import crossing
from regulars.intelligence.models.experiments.sequential import AlwaysValid, planned_variance

_NORMAL: Final = NormalDist()
_MOST_UNITS: Final = 1e12


@dataclass(frozen=True)
class Outcome:
    """What is expected of a unit without the act. ``binary``: yes or no, so the mean says the spread."""

    mean: float
    sd: float
    binary: bool = False

    @classmethod
    def rate(cls, share: float) -> Self:
        """Yes or no with this share of yes.

        Raises:
            ValueError: a share outside (0, 1).
        """
        if not 0.0 < share < 1.0:
            raise ValueError("a rate must lie between 0 and 1")
        return cls(share, math.sqrt(share * (1.0 - share)), binary=True)

    @classmethod
    def money(cls, mean: float, sd: float) -> Self:
        """An amount per unit, in minor units; those who buy nothing count.

        Raises:
            ValueError: a standard deviation that is not positive.
        """
        if not sd > 0.0:
            raise ValueError("the standard deviation must be positive")
        return cls(mean, sd)

    @property
    def largest(self) -> float:
        """The largest effect there can be."""
        return 1.0 - self.mean if self.binary else math.inf

    def variance(self, effect: float, control_share: float) -> float:
        """N se² of the difference when the act does this much."""
        raised = self.mean + effect
        treated = raised * (1.0 - raised) if self.binary else self.sd**2
        return planned_variance(treated, self.sd**2, control_share)


@dataclass(frozen=True)
class Answer:
    """For one look at the end, and for looking all the time. None: not to be had (a rate above 1, or no end to it)."""

    fixed: float | None
    sequential: float | None


@dataclass(frozen=True)
class Plan:
    """An experiment before its start.

    Attributes:
        control_share: share of units that are left alone.
        alpha, power: 5 % of false alarms, 80 % of such effects found.
        tuned_at: where the sequence is narrowest, as a share of the planned units.
    """

    outcome: Outcome
    control_share: float
    alpha: float = 0.05
    power: float = 0.8
    tuned_at: float = 0.5

    def sequence(self, units: float) -> AlwaysValid:
        """The confidence sequence to start with: tuned, and with the planned variance fixed."""
        variance = self.outcome.variance(0.0, self.control_share)
        return AlwaysValid.tuned(self.tuned_at * units, variance=variance, alpha=self.alpha)

    def detectable(self, units: float) -> Answer:
        """Smallest increase that ``units`` (both arms together) find with the power asked for, in the outcome's unit."""
        fixed, sequential = self._errors
        return Answer(self._effect(fixed, units), self._effect(sequential, units))

    def detectable_lift(self, units: float) -> Answer:
        """The same relative to the mean; None where that is not positive."""
        if self.outcome.mean <= 0.0:
            return Answer(None, None)
        found = self.detectable(units)
        lifts = [None if effect is None else effect / self.outcome.mean for effect in (found.fixed, found.sequential)]
        return Answer(*lifts)

    def units(self, effect: float) -> Answer:
        """Units, both arms together, that find this increase with the power asked for.

        Raises:
            ValueError: an effect that is not positive.
        """
        if not effect > 0.0:
            raise ValueError("the effect must be positive")
        if effect >= self.outcome.largest:
            return Answer(None, None)
        variance = self.outcome.variance(effect, self.control_share)
        needed = [math.ceil(errors**2 * variance / effect**2) for errors in self._errors]
        return Answer(*(float(units) if units <= _MOST_UNITS else None for units in needed))

    def days(self, effect: float, units_a_day: float) -> Answer:
        """Days until so many units have come in.

        Raises:
            ValueError: an effect or a number of units that is not positive.
        """
        if not units_a_day > 0.0:
            raise ValueError("units must come in")
        needed = self.units(effect)
        days = [
            None if units is None else float(math.ceil(units / units_a_day))
            for units in (needed.fixed, needed.sequential)
        ]
        return Answer(*days)

    def chance(self, effect: float, units: float) -> Answer:
        """Probability of finding this increase with ``units``."""
        if not 0.0 < effect < self.outcome.largest:
            return Answer(None, None)
        drift = effect / math.sqrt(self.outcome.variance(effect, self.control_share) / units)
        once = _NORMAL.cdf(drift - _NORMAL.inv_cdf(1.0 - self.alpha / 2.0))
        return Answer(once, crossing.found(drift, self._end, self.alpha))

    @property
    def _end(self) -> float:
        """The sequence's t at the planned end: the same whatever the number of units."""
        return AlwaysValid.tuned(self.tuned_at, alpha=self.alpha).rho_squared

    @property
    def _errors(self) -> tuple[float, float]:
        """How many standard errors the effect must be."""
        once = _NORMAL.inv_cdf(1.0 - self.alpha / 2.0) + _NORMAL.inv_cdf(self.power)
        return once, crossing.drift_for(self.power, self._end, self.alpha)

    def _effect(self, errors: float, units: float) -> float | None:
        """The effect that is so many of its own standard errors."""

        def short(effect: float) -> float:
            variance = self.outcome.variance(effect, self.control_share)
            return errors * math.sqrt(variance / units) - effect

        if units <= 0.0:
            return None
        if not self.outcome.binary:
            return short(0.0)
        return _zero(short, self.outcome.largest)


def _zero(function: Callable[[float], float], high: float) -> float | None:
    """Where a function that starts above 0 reaches it; None when it is still above at ``high``."""
    low = 0.0
    if function(high) > 0.0:
        return None
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (middle, high) if function(middle) > 0.0 else (low, middle)
    return (low + high) / 2.0
