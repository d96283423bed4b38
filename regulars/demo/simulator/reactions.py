"""How customers react to a campaign: the stated truth of what being told does to them, beside what they would have done anyway.

Whoever is told orders once more with a probability that depends on the true type alone, so the effect of a campaign is known
exactly. Opening, clicking and unsubscribing go by the same types and mean nothing for ordering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from regulars.demo.simulator.arrays import Days, Flags, Floats, Ints
from regulars.demo.simulator.model import Kind

ORDERS_MORE: Final[dict[Kind, float]] = {
    Kind.YEARLY_TRAVELLER: 0.08,
    Kind.SEASONAL_GIFTER: 0.16,
    Kind.FREQUENT_SHOPPER: 0.15,
    Kind.CASUAL_SHOPPER: 0.18,
    Kind.ONE_OFF: 0.05,
    Kind.CORPORATE: 0.02,
    Kind.PROSPECT: 0.01,
}
"""Probability of one order more within the campaign's weeks, at full strength."""
ORDERS_AFTER: Final = 7.0  # mean days until that order, exponential, cut off at the end
OPENS, CLICKS, SCANNED, UNSUBSCRIBES = 0.42, 0.11, 0.06, 0.006
"""Of those who are told: open, click, are looked through by a machine, want no more."""
READS_AFTER: Final = 0.6  # mean days until they read it, exponential


@dataclass(frozen=True)
class Reactions:
    """What each of those told does; moments in days since they were told, ``inf`` where they do not."""

    orders: Days
    opens: Days
    clicks: Days
    scanned: Flags
    unsubscribes: Days
    goods: Floats
    """A number between 0 and 1 that decides what is ordered."""


def draw(rng: np.random.Generator, kinds: Ints, *, days: float, strength: float) -> Reactions:
    """Draw the reactions of customers of these true types.

    Args:
        days: within which somebody orders.
        strength: by which the probabilities of ordering are multiplied.
    """
    size = len(kinds)
    chance = np.array([ORDERS_MORE[Kind(kind)] for kind in kinds], np.float64) * strength
    after = np.minimum(rng.exponential(ORDERS_AFTER, size) + 0.1, days * rng.uniform(0.9, 0.999, size))
    read = rng.exponential(READS_AFTER, size) + 0.01
    does = rng.random((4, size)) < np.array([chance, [OPENS] * size, [CLICKS] * size, [UNSUBSCRIBES] * size])
    scanned = rng.random(size) < SCANNED
    return Reactions(
        orders=np.where(does[0], after, np.inf),
        opens=np.where(does[1], read, np.inf),
        clicks=np.where(does[1] & does[2], read + 0.002, np.inf),
        scanned=scanned,
        unsubscribes=np.where(does[1] & does[3], read + 0.003, np.inf),
        goods=rng.random(size),
    )
