"""The eight stages of a relationship, replayed purchase by purchase from the first one on.

Between two purchases a relationship can only age: the days on which a silence becomes improbable follow from the
customer's own rhythm, so they are computed, not looked for night by night. At a purchase the evidence changes and the
stage is decided anew, with separate thresholds for entering and for leaving. A replay up to a day therefore gives the
same moves as a run on every night before it, and nothing moves to and fro without a new fact.

Customers are walked in step: at step k everybody who has made more than k purchases makes his k-th. How much is known
of a rhythm depends on k alone, so each step needs a handful of quantiles, whatever the number of customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.leaving import Leaving
from regulars.intelligence.models.rhythm import MEMORY, Predictive, RhythmPrior
from regulars.intelligence.models.stage_rules import Rules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEVER: Final = 1 << 40
RECENT: Final = 3
"""Purchases whose average is compared with what came before."""


class Stage(IntEnum):
    """The stages in the order of the arc; ``key`` is their name elsewhere."""

    RECRUIT = 0
    WELCOME = 1
    GETTING_TO_KNOW = 2
    ACCOUNT_MANAGEMENT = 3
    INTENSIFY = 4
    PRE_DIVORCE = 5
    DIVORCE = 6
    RECOVERY = 7

    @property
    def key(self) -> str:
        """The name used in the record."""
        return self.name.lower()


class Cause(IntEnum):
    """Why a customer moved."""

    FIRST_PURCHASE = 0
    SECOND_PURCHASE = 1
    NO_SECOND_YET = 2
    RHYTHM_KNOWN = 3
    GROWING = 4
    GROWTH_OVER = 5
    COMPLAINT = 6
    SILENT = 7
    SHRINKING = 8
    DECLINE_OVER = 9
    GONE = 10
    BACK = 11
    ESTABLISHED = 12
    BOUGHT_AFTER_ALL = 13


@dataclass(frozen=True)
class Calibration:
    """What was known of the population from ``since`` (a day number) on, until the next calibration.

    Attributes:
        amount_variance: variance of the logarithm of a customer's own purchases around their mean.
        fitted_on: the last day whose facts it was fitted to.
        purchases: how many purchases that were; tells whether the past has been rewritten since.
    """

    since: int = -NEVER
    prior: RhythmPrior = field(default_factory=RhythmPrior)
    leaving: Leaving = field(default_factory=Leaving)
    amount_variance: float = 0.4
    fitted_on: int = -NEVER
    purchases: int = 0


@dataclass(frozen=True)
class Purchases:
    """Purchase occasions by customer and day.

    Attributes:
        customer: which customer, 0 … C−1, ascending.
        day: day number, strictly ascending within a customer.
        goods: minor units, positive.
        complaint_open: whether a complaint was open on that day.
        complaint_day: the first day after it, before the next purchase, on which a complaint was opened; NEVER if none.
    """

    customer: Ints
    day: Ints
    goods: Floats
    complaint_open: NDArray[np.bool_]
    complaint_day: Ints


MOVED: Final = {
    "customer": np.int32, "day": np.int32, "origin": np.int8, "target": np.int8, "cause": np.int8, "purchases": np.int32,
}  # fmt: skip
"""The kinds of the columns of ``Moves`` that are whole numbers: there are several for each customer."""


@dataclass(frozen=True)
class Moves:
    """Every move of every customer, ordered by customer and day; all columns of one length.

    ``silence`` is days since the purchase before, ``usual`` the usual interval as known then, ``change`` the change of
    the rate of spending, ``share`` of the amounts alone (0.3 = 30 % more), NaN where it was not looked at.
    """

    customer: Ints
    day: Ints
    origin: Ints
    target: Ints
    cause: Ints
    purchases: Ints
    silence: Floats
    usual: Floats
    change: Floats
    amount_change: Floats


@dataclass(frozen=True)
class Standing:
    """Where each customer stands at the end; one row per customer, in the order of their numbers.

    ``returned_after`` is the silence (days) that the last return into recovery ended, 0 if there was none.
    """

    stage: Ints
    since: Ints
    previous: Ints
    cause: Ints
    purchases: Ints
    last_day: Ints
    silence: Floats
    rhythm: Predictive
    survival: Floats
    gone: Floats
    change: Floats
    amount_change: Floats
    intervals: Floats
    returned_after: Floats


def replay(
    bought: Purchases, calibrations: Sequence[Calibration], today: int, rules: Rules | None = None
) -> tuple[Moves, Standing]:
    """Walk all customers from their first purchase to the end of ``today``.

    Args:
        calibrations: ascending by ``since``; the first is taken to hold from the beginning of time.
        today: day number; later purchases must not be in ``bought``.
    """
    from regulars.intelligence.models.walk import walked  # noqa: PLC0415 -- heavy: only for whoever analyses

    return walked(bought, list(calibrations) or [Calibration()], today, rules or Rules())


def weight_after(intervals: int) -> float:
    """How many intervals' worth of memory so many intervals leave."""
    return (1.0 - MEMORY**intervals) / (1.0 - MEMORY)


def empty_moves() -> dict[str, list[Any]]:
    """Columns of ``Moves`` to be filled."""
    return {name: [] for name in Moves.__dataclass_fields__}
