"""The stated model: every distribution and parameter of the demonstration company. docs/demo.md says it in prose.

Rates are per year, times in days, money in whole New Taiwan dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

WEEKS: Final = 157
DAYS: Final = 7 * WEEKS
YEAR: Final = 365.25


class Kind(IntEnum):
    """The true type of a customer."""

    YEARLY_TRAVELLER = 0
    SEASONAL_GIFTER = 1
    FREQUENT_SHOPPER = 2
    CASUAL_SHOPPER = 3
    ONE_OFF = 4
    CORPORATE = 5
    PROSPECT = 6


class State(IntEnum):
    """Where the relationship stands beneath the surface."""

    STRANGER = 0
    STEADY = 1
    GROWING = 2
    SLIPPING = 3
    LEFT = 4


class TrueStage(IntEnum):
    """The true stage; the names are those of ``customers.models.Stage``."""

    RECRUIT = 0
    WELCOME = 1
    GETTING_TO_KNOW = 2
    ACCOUNT_MANAGEMENT = 3
    INTENSIFY = 4
    PRE_DIVORCE = 5
    DIVORCE = 6
    RECOVERY = 7


@dataclass(frozen=True)
class Ways:
    """How customers of one type behave.

    ``rate`` is the mean of a gamma distribution of shape ``rate_shape`` over customers (orders a year); ``regularity``
    the Erlang shape of the gaps between orders (1: memoryless, 8: like clockwork). ``slip``, ``grow`` and ``come_back``
    are hazards a year. ``spend_sigma`` is the standard deviation of the logarithm of the customer's spend level.
    """

    share: float
    rate: float
    rate_shape: float
    regularity: int
    slip: float
    grow: float
    come_back: float
    spend_sigma: float
    delay: float  # mean days from first contact to first order, of those who do not order at once


WAYS: Final[dict[Kind, Ways]] = {
    Kind.YEARLY_TRAVELLER: Ways(0.16, 1.15, 14.0, 8, 0.16, 0.06, 0.22, 0.40, 60),
    Kind.SEASONAL_GIFTER: Ways(0.21, 2.6, 8.0, 5, 0.18, 0.09, 0.25, 0.50, 25),
    Kind.FREQUENT_SHOPPER: Ways(0.15, 11.0, 4.0, 2, 0.28, 0.20, 0.30, 0.45, 10),
    Kind.CASUAL_SHOPPER: Ways(0.23, 3.4, 3.0, 1, 0.26, 0.08, 0.22, 0.45, 15),
    Kind.ONE_OFF: Ways(0.12, 0.8, 4.0, 1, 0.20, 0.0, 0.03, 0.55, 10),
    Kind.CORPORATE: Ways(0.03, 7.5, 5.0, 4, 0.15, 0.16, 0.15, 0.60, 45),
    Kind.PROSPECT: Ways(0.10, 1.0, 4.0, 1, 0.0, 0.0, 0.0, 0.40, 0),
}

# --- arrival: the doors open three years ago, quickly at first, then steadily -----------------------------------------
OPENING_SURGE: Final = 3.0  # times the steady rate of newcomers in the first week …
OPENING_WEEKS: Final = 10.0  # … fading with this many weeks
PROSPECT_RECENCY: Final = 0.35  # prospects: days since first contact ~ Exponential(this × the whole span)
ORDERS_AT_ONCE: Final = 0.55  # of newcomers, first contact and first order in one
REFERRED: Final = 0.13  # of newcomers, brought by a customer
REFERRER_SATISFACTION: Final = 0.6  # at least this satisfied at the start to refer anybody
ONE_OFF_LEAVES: Final = 0.97  # probability that a one-off buyer is gone after the first order

# --- satisfaction and bad service ---------------------------------------------------------------------------------------
SATISFACTION: Final = (8.0, 3.0)  # Beta(a, b) at the start
BAD_SERVICE: Final = 0.05  # per order: late, damaged, wrong, a tour changed
BAD_LOWERS: Final = 0.75  # satisfaction is multiplied by this …
GOOD_REPAIR: Final = 0.06  # … and raised by this when a complaint was settled well
COMPLAINS: Final = 0.45  # of the badly served, who say so; the others only leave sooner
MISHANDLED: Final = 0.15  # of complaints, settled late or never
COMPLAINT_AFTER: Final = (2.0, 2.0)  # days from order to complaint ~ Gamma(shape, scale)
SETTLED_AFTER: Final = (2.0, 3.2)  # days from complaint to settlement ~ Gamma
MISHANDLED_AFTER: Final = (3.0, 13.0)  # the same for the mishandled
STILL_OPEN: Final = 1_500  # one in so many customers has a complaint that is open today: the latest ones
SORE_DAYS: Final = 180.0  # for so long after bad service the hazard of slipping is multiplied …
SORE_SILENT: Final = 2.5  # … by this if the customer said nothing
SORE_SETTLED: Final = 1.5  # … if it was settled well
SORE_MISHANDLED: Final = 8.0  # … if it was mishandled
SATISFACTION_SLOPE: Final = 2.0  # hazard of slipping × exp(slope × (MEAN − satisfaction)); of growing, the inverse
SATISFACTION_MEAN: Final = 0.72

# --- phases ---------------------------------------------------------------------------------------------------------------
WELCOME_DAYS: Final = (30.0, 60.0)  # one own cycle, within these bounds
KNOWING_CYCLES: Final = 2.0  # getting to know lasts until so many own cycles after the first order …
KNOWING_DAYS: Final = (90.0, 540.0)  # … within these bounds
SLIP_CYCLES: Final = 2.5  # mean length of slipping in own cycles, Gamma(4) …
SLIP_DAYS: Final = (90.0, 450.0)  # … within these bounds
SLIP_LEAVES: Final = 0.72  # of those who slip, who leave in the end; the others return to their rhythm
GROW_CYCLES: Final = 6.0
GROW_DAYS: Final = (180.0, 600.0)
RECOVERY_CYCLES: Final = 2.0
RECOVERY_DAYS: Final = (90.0, 365.0)
PHASE_SHAPE: Final = 4.0
RATE_FACTOR: Final = np.array([0.0, 1.0, 2.2, 0.30, 0.0])  # by State
SPEND_FACTOR: Final = np.array([1.0, 1.0, 1.25, 0.75, 1.0])
AFTER_GROWTH: Final = 1.4  # what remains of growth: the rate afterwards
TREND_SIGMA: Final = 0.08  # yearly drift of the logarithm of spend ~ Normal(0, this)


def column(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """One parameter of ``Ways`` for all types, indexed by ``Kind``."""
    return np.array([float(getattr(WAYS[kind], name)) for kind in Kind])
