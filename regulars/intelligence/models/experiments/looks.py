"""A whole course of looks at once, as arrays: how the effect and its interval went over time.

Columns hold what an arm had *so far* at each look (half hours, cumulated), in any shape whose last axis is time. The
formulas are those of ``AlwaysValid``; only the adding up is done here, in doubles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.experiments.sequential import AlwaysValid

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """Sums of an arm at each look, cumulated: n, Σy, Σy², broadcast against each other."""

    n: Any
    y: Any
    yy: Any

    def moments(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Units, mean, variance of the mean, events (see ``Sums.events``)."""
        n, y, yy = np.broadcast_arrays(*(np.asarray(one, float) for one in (self.n, self.y, self.yy)))
        units = np.maximum(n, 1.0)
        spread = np.maximum(yy - y * y / units, 0.0) / np.maximum(n - 1.0, 1.0)
        events = np.where(y == yy, np.minimum(y, n - y), y * y / np.maximum(yy, 1.0))
        return n, y / units, spread / units, events


@dataclass(frozen=True)
class Course:
    """Effect, standard error, bounds and p-value at each look; ``sure`` is False where nothing may be said yet.

    Bounds are infinite and p is 1 where nothing may be said.
    """

    effect: Floats
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    sure: NDArray[np.bool_]


def course(treated: Arm, control: Arm, sequence: AlwaysValid) -> Course:
    """The confidence sequence at every look."""
    n, mean, variance, events = treated.moments()
    other_n, other_mean, other_variance, other_events = control.moments()
    effect, se = mean - other_mean, np.sqrt(variance + other_variance)
    enough = np.minimum(n, other_n) >= sequence.fewest_units
    sure = enough & (np.minimum(events, other_events) >= sequence.fewest_events) & (se > 0.0)
    safe = np.where(sure, se, 1.0)
    time = np.where(sure, sequence.time(n + other_n, safe), 1.0)
    reach = np.where(sure, sequence.multiplier(time) * safe, np.inf)
    p = np.where(sure, sequence.p(effect / safe, time), 1.0)
    return Course(effect, se, effect - reach, effect + reach, p, sure)
