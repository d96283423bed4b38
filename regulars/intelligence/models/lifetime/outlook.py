"""From a house's purchases to what each customer is expected to do, with back-tests and intervals made of them.

``Trail`` is everybody's trade, row by row; ``Trail.known`` puts it back to any day. ``Outlook`` learns from what was known
then: MBG/NBD for the purchases, and gamma-gamma for the value of each. ``tried`` does that as of
earlier days and keeps what was foretold beside what came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models import backtest
from regulars.intelligence.models.lifetime.dropout import MBGNBD
from regulars.intelligence.models.lifetime.spending import GammaGamma

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PATIENCE: Final = 3 * 365
"""Whoever does not buy within so many days, or within as many as the record is long, is no longer a customer."""
MOST_TRIED: Final = 100_000
"""Of more customers, evenly chosen ones are tried at each cut-off."""
PERIODS: Final = ((365, 91, 270), (182, 45, 180), (91, 30, 90), (28, 14, 60))
"""What is tried, the longest that the record allows: days foretold, days between cut-offs, days of history before the first."""


@dataclass(frozen=True)
class Known:
    """What was known of each customer who had bought by a day; times in days.

    Attributes:
        who: positions among the customers of the trail.
        x, t, T: repeat purchases, days from the first to the last purchase, days from the first to that day.
        value: of all purchases less returns, in minor units.
    """

    who: Ints
    x: Floats
    t: Floats
    T: Floats
    value: Floats

    @property
    def mean(self) -> Floats:
        """Value of a purchase, on the average of each customer's own."""
        return self.value / (self.x + 1.0)


class Trail:
    """Everybody's trade: one row a customer and day, by customer and day.

    Args:
        customer: who, ascending; any whole numbers.
        day: when, ascending within a customer.
        value: profit or revenue of what was bought less what was returned that day, in minor units.
        bought: whether anything was bought that day.
    """

    def __init__(self, customer: Any, day: Any, value: Any, bought: Any) -> None:
        numbers, self.day, flags = np.asarray(customer), np.asarray(day, np.int64), np.asarray(bought, bool)
        self.starts = (
            np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]]) if len(numbers) else np.empty(0, np.int64)
        )
        self.ids = numbers[self.starts]
        self._bought = np.r_[0, np.cumsum(flags)]
        self._value = np.r_[0.0, np.cumsum(np.asarray(value, float))]
        self._purchase_days = self.day[flags]

    def known(self, day: int) -> Known:
        """What was known at the end of ``day`` of whoever had bought by then."""
        ends = self._ends(day)
        before, after = self._bought[self.starts], self._bought[ends]
        who = np.flatnonzero(after > before)
        first, last = self._purchase_days[before[who]], self._purchase_days[after[who] - 1]
        x = (after - before)[who] - 1.0
        value = (self._value[ends] - self._value[self.starts])[who]
        return Known(who, x, (last - first).astype(float), (day - first).astype(float), value)

    def between(self, after: int, until: int) -> tuple[Floats, Floats]:
        """Purchases of each customer, and their value less returns, after one day and up to another."""
        ends, begins = self._ends(until), self._ends(after)
        return (self._bought[ends] - self._bought[begins]).astype(float), self._value[ends] - self._value[begins]

    def _ends(self, day: int) -> Ints:
        """Behind the last row of each customer up to a day."""
        if not len(self.starts):
            return self.starts
        return np.asarray(self.starts + np.add.reduceat(self.day <= day, self.starts, dtype=np.int64), np.int64)


@dataclass(frozen=True)
class Foretold:
    """Of each customer: probability of buying again in good time, purchases and their value in the period.

    Having left cannot be seen: a model may say that whoever never came back is alive and very slow, or that he has left,
    and the data fit both alike. Buying again can be; so ``alive`` is the probability of that.
    """

    alive: Floats
    orders: Floats
    value: Floats


class Outlook:
    """What customers are expected to do, learned from what was known on one day.

    Attributes:
        buying_: the fitted MBG/NBD. By BG/NBD whoever bought once would never count as gone, however long ago it was.
        spending_: the fitted gamma-gamma; the first purchase counts too.
    """

    buying_: MBGNBD
    spending_: GammaGamma

    def fit(self, known: Known) -> Self:
        """Learn; customers whose purchases brought nothing are left out of the values only."""
        self.buying_ = MBGNBD().fit(known.x, known.t, known.T)
        worth = known.value > 0
        self.spending_ = GammaGamma().fit(known.x[worth] + 1.0, known.mean[worth])
        return self

    def foretell(self, known: Known, days: int, patience: int | None = None) -> Foretold:
        """For the next ``days``; ``alive`` is buying again within ``patience`` (by default the same days)."""
        told = self.buying_.predict(float(days), known.x, known.t, known.T, level=None)
        alive = self.buying_.probability_of_purchase(float(patience or days), known.x, known.t, known.T)
        return Foretold(alive, told.expected, told.expected * self.spending_.predict(known.x + 1.0, known.mean))


@dataclass(frozen=True)
class Tried:
    """A forecast made as of an earlier day, what came of it, and the naive guess: the same as in as many days before.

    ``naive_alive``: the share who bought again of those who had bought in as many days before, and of those who had not, as
    far as it was known on that day.
    """

    cutoff: int
    known: Known
    told: Foretold
    orders: Floats
    value: Floats
    naive_orders: Floats
    naive_value: Floats
    naive_alive: Floats
    outlook: Outlook


def period(first: int, last: int) -> tuple[int, list[int]]:
    """How many days ahead can be tried with these data, and as of which days; 0 and none when the record is too short.

    The longest period with all four cut-offs is taken; failing that, the shortest with any.
    """
    for days, step, history in PERIODS:
        found = backtest.cutoffs(first, last, horizon=days, history=history, step=step)
        if len(found) == backtest.CUTOFFS or (found and days == PERIODS[-1][0]):
            return days, found
    return 0, []


def tried(trail: Trail, cutoffs: Sequence[int], days: int) -> list[Tried]:
    """Forecasts as of earlier days beside what came."""
    found = []
    for day in cutoffs:
        known = trail.known(day)
        outlook = Outlook().fit(known)
        few = slice(None, None, max(len(known.who) // MOST_TRIED, 1))
        some = Known(known.who[few], known.x[few], known.t[few], known.T[few], known.value[few])
        orders, value = (column[some.who] for column in trail.between(day, day + days))
        before, worth = (column[some.who] for column in trail.between(day - days, day))
        shares = _shares(trail, day - days, days)
        told = outlook.foretell(some, days)
        found.append(Tried(day, some, told, orders, value, before, worth, shares[(before > 0).astype(int)], outlook))
    return found


def _shares(trail: Trail, day: int, days: int) -> Floats:
    """The shares who bought within ``days`` after a day, of those who had not and who had in as many before (Laplace's rule)."""
    who = trail.known(day).who
    before, after = (trail.between(since, since + days)[0][who] > 0 for since in (day - days, day))
    return np.array([(after[before == had].sum() + 1.0) / ((before == had).sum() + 2.0) for had in (False, True)])
