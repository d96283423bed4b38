"""The difference of two arms: plain (Welch) or adjusted by what was known before (Lin), and the relative lift.

Both come from sufficient statistics alone. The adjusted difference fits a line of its own in each arm on the covariates
and compares the lines at the mean of all units: never worse than the plain one in large samples, whatever the truth
looks like. CUPED is the same with one slope for both. Customers are seen as drawn from all like them, so the variance
has a part for slopes that differ: (β₁ − β₀)ᵀ Σ (β₁ − β₀) / N.

The lift's interval is Fieller's: all ratios r for which treated − (1 + r) · control is not told from 0. It excludes 0
exactly when the interval of the difference does (the delta method's need not), and is None while the control's mean
itself is not told from 0.

Sources: Welch, Biometrika 34 (1947); Lin, Annals of Applied Statistics 7 (2013); Deng et al., WSDM 2013 (CUPED);
Fieller, JRSS B 16 (1954).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from regulars.intelligence.models.experiments.sums import Sums, merged

UNITS_PER_COVARIATE: Final = 20
"""An arm with fewer units for each covariate is not adjusted: its line would fit chance."""


@dataclass(frozen=True)
class Interval:
    """Effect or lift in which the truth lies, at ``level`` (0.95).

    Attributes:
        multiplier: standard errors on each side.
        low, high: in the outcome's unit.
        p: the p-value of the same method: below 1 − level exactly when 0 lies outside.
        lift: the same relative to control (+0.2 is a fifth more); None while control's mean is not told from 0.
    """

    level: float
    multiplier: float
    low: float
    high: float
    p: float
    lift: tuple[float, float] | None

    @property
    def tells(self) -> bool:
        """Whether 0 lies outside."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True)
class Effect:
    """Treated less control, in the outcome's unit a unit of the experiment.

    Attributes:
        treated, control: means (adjusted ones where the effect is).
        treated_variance, control_variance, covariance: of those means.
        units: in both arms together; ``fewest`` in the smaller.
        events: how many events the poorer arm rests on, see ``Sums.events``.
        freedom: Welch–Satterthwaite degrees of freedom.
        saved: share of variance that the covariates took away; 0 when plain.
    """

    treated: float
    control: float
    treated_variance: float
    control_variance: float
    covariance: float
    units: int
    fewest: int
    events: float
    freedom: float
    saved: float = 0.0

    @property
    def value(self) -> float:
        """The difference."""
        return self.treated - self.control

    @property
    def se(self) -> float:
        """Its standard error."""
        return math.sqrt(max(self.treated_variance + self.control_variance - 2.0 * self.covariance, 0.0))

    @property
    def lift(self) -> float | None:
        """Relative to control; None when control's mean is not positive."""
        return self.value / self.control if self.control > 0.0 else None

    def interval(self, multiplier: float, *, level: float, p: float) -> Interval:
        """So many standard errors on each side, as difference and as lift."""
        reach = multiplier * self.se
        ratios = ratio_interval(
            self.treated, self.control, self.treated_variance, self.control_variance, self.covariance, multiplier
        )
        lift = (ratios[0] - 1.0, ratios[1] - 1.0) if ratios and self.control > 0.0 else None
        return Interval(level, multiplier, self.value - reach, self.value + reach, p, lift)

    def fixed(self, level: float = 0.95) -> Interval | None:
        """Welch's interval and p-value: right only at a moment fixed before the start, and wrong for whoever peeks.

        None when nobody in either arm differs from anybody.
        """
        if self.se <= 0.0:
            return None
        from scipy import special  # noqa: PLC0415 -- heavy, and only needed here

        multiplier = float(special.stdtrit(self.freedom, 0.5 + level / 2.0))
        p = 2.0 * float(special.stdtr(self.freedom, -abs(self.value) / self.se))
        return self.interval(multiplier, level=level, p=p)


def difference(treated: Sums, control: Sums) -> Effect:
    """Difference of two arms' means; covariates are left aside.

    Raises:
        ValueError: an arm with fewer than two units.
    """
    first, second = treated.variance / treated.n, control.variance / control.n
    return Effect(
        treated.mean,
        control.mean,
        first,
        second,
        0.0,
        treated.n + control.n,
        min(treated.n, control.n),
        min(treated.events, control.events),
        _welch(first, treated.n - 1, second, control.n - 1),
    )


def adjusted_difference(treated: Sums, control: Sums) -> Effect:
    """Difference of two arms, each adjusted by its own line on the covariates; plain where units are too few for that.

    Raises:
        ValueError: an arm with fewer than two units, or arms with different covariates.
    """
    plain = difference(treated, control)
    both, known = merged([treated, control]), len(treated.x)
    if not known or plain.fewest < UNITS_PER_COVARIATE * (known + 1):
        return plain
    spread = [[cell / both.n / (both.n - 1) for cell in row] for row in _products(both)]
    first_slopes, first, first_mean = _line(treated, both)
    second_slopes, second, second_mean = _line(control, both)

    def shared(one: Sequence[float], two: Sequence[float]) -> float:
        rows = zip(one, spread, strict=True)
        return math.fsum(a * b * cell for a, row in rows for b, cell in zip(two, row, strict=True)) / both.n

    lines = Effect(
        first_mean,
        second_mean,
        first + shared(first_slopes, first_slopes),
        second + shared(second_slopes, second_slopes),
        shared(first_slopes, second_slopes),
        plain.units,
        plain.fewest,
        plain.events,
        _welch(first, treated.n - 1 - known, second, control.n - 1 - known),
    )
    saved = 1.0 - (lines.se / plain.se) ** 2 if plain.se > 0.0 else 0.0
    return Effect(**{**vars(lines), "saved": saved})


def ratio_interval(
    top: float, bottom: float, top_variance: float, bottom_variance: float, covariance: float, multiplier: float
) -> tuple[float, float] | None:
    """Fieller's interval of top / bottom; None while bottom lies within ``multiplier`` standard errors of 0."""
    square = multiplier * multiplier
    a = bottom * bottom - square * bottom_variance
    b = top * bottom - square * covariance
    c = top * top - square * top_variance
    if a <= 0.0:
        return None
    root = math.sqrt(max(b * b - a * c, 0.0))
    return (b - root) / a, (b + root) / a


def _products(arm: Sums) -> list[list[int]]:
    """Centred products of the covariates, n Σxx' − Σx Σx', as a full matrix; exact."""
    known = len(arm.x)
    triangle = iter(arm.xx)
    upper = {(row, column): next(triangle) for row in range(known) for column in range(row, known)}
    return [
        [arm.n * upper[min(row, column), max(row, column)] - arm.x[row] * arm.x[column] for column in range(known)]
        for row in range(known)
    ]


def _line(arm: Sums, both: Sums) -> tuple[list[float], float, float]:
    """An arm's slopes, the variance of its mean along the line, and the line at the mean of all units."""
    with_outcome = [arm.n * product - one * arm.y for product, one in zip(arm.xy, arm.x, strict=True)]
    slopes = _solved(_products(arm), with_outcome)
    explained = math.fsum(slope * product for slope, product in zip(slopes, with_outcome, strict=True))
    left = max(arm.n * arm.yy - arm.y * arm.y - explained, 0.0) / arm.n
    moved = math.fsum(
        slope * (all_x / both.n - own_x / arm.n) for slope, all_x, own_x in zip(slopes, both.x, arm.x, strict=True)
    )
    return slopes, left / (arm.n - 1 - len(slopes)) / arm.n, arm.mean + moved


def _solved(products: list[list[int]], with_outcome: list[int]) -> list[float]:
    """Least squares; a covariate that does not vary, or repeats others, gets what is left for it: nothing."""
    if len(products) == 1:
        return [with_outcome[0] / products[0][0] if products[0][0] > 0 else 0.0]
    import numpy as np  # noqa: PLC0415 -- heavy, and only needed for several covariates

    scale = [math.sqrt(row[place]) or 1.0 for place, row in enumerate(products)]
    size = range(len(products))
    matrix = [[products[row][column] / scale[row] / scale[column] for column in size] for row in size]
    right = [with_outcome[row] / scale[row] for row in size]
    slopes = np.linalg.lstsq(np.array(matrix), np.array(right), rcond=1e-10)[0]
    return [float(slope) / unit for slope, unit in zip(slopes, scale, strict=True)]


def _welch(first: float, first_freedom: int, second: float, second_freedom: int) -> float:
    """Satterthwaite's degrees of freedom of a sum of two variances of means."""
    total = first + second
    if total <= 0.0:
        return float(first_freedom + second_freedom)
    return total**2 / (first**2 / first_freedom + second**2 / second_freedom)
