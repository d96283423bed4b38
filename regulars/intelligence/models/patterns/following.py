"""How soon after A is the next category bought, and by how many more than chance would have it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.compiled import compiled
from regulars.intelligence.models.patterns.baskets import Ints
from regulars.intelligence.models.patterns.rules import Floats, Z


@dataclass(frozen=True)
class Following:
    """Square tables by (category bought, category that may follow).

    Attributes:
        horizon: so many days are looked at.
        starts: customers who bought the first, by category.
        events: of those, who were seen to buy the second within the horizon after their first purchase of the first.
        share: estimated share who do (Kaplan–Meier: whoever is observed for less than the horizon counts for as long as he is).
        share_low, share_high: 95 % interval.
        base: the same share after the first purchase of any other category.
        lift, lift_low: ``share`` over ``base``, and the lower end of its 95 % interval; NaN where nothing is known.
        lift_error: standard error of the logarithm of ``lift``.
        median: day by which half of those who do have done so; −1 where nobody has.
    """

    horizon: int
    starts: Ints
    events: Ints
    share: Floats
    share_low: Floats
    share_high: Floats
    base: Floats
    lift: Floats
    lift_low: Floats
    lift_error: Floats
    median: Ints


def time_to_next(
    customer: NDArray[Any], day: NDArray[Any], category: NDArray[Any], *, end_day: int, horizon: int = 365
) -> Following:
    """How soon each category follows each.

    Args:
        customer, day, category: one line per category bought, in any order; categories are codes from 0.
        end_day: the last day that is observed; later lines are left out.
        horizon: days after the first purchase that are looked at, at least 1.

    Raises:
        ValueError: ``horizon`` is below 1.

    Source: Kaplan & Meier, JASA 53 (1958); variance by Greenwood (1926).
    """
    if horizon < 1:
        raise ValueError("horizon must be at least 1")
    seen = np.asarray(day) <= end_day
    who, when, what = (np.asarray(column)[seen] for column in (customer, day, category))
    order = np.lexsort((when, who))
    categories = int(np.max(category)) + 1 if len(category) else 0
    events, censored = _waits(who[order], when[order], what[order], categories, end_day, horizon)
    share, error, curve = _survival(events, censored)
    others = events.sum(axis=0) - events[np.arange(categories), np.arange(categories)]
    waiting = censored.sum(axis=0) - censored[np.arange(categories), np.arange(categories)]
    base, base_error, _ = _survival(others, waiting)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = share / base
        spread = np.sqrt((error / share) ** 2 + (base_error / base) ** 2)
    found = events.sum(axis=2)
    half = np.argmax(curve >= share[..., None] / 2 - 1e-12, axis=2) + 1
    starts = (events + censored).sum(axis=2).max(axis=1, initial=0)
    return Following(
        horizon, starts, found, share, np.maximum(share - Z * error, 0.0), np.minimum(share + Z * error, 1.0),
        np.broadcast_to(base, share.shape), lift, lift * np.exp(-Z * spread), spread, np.where(found > 0, half, -1),
    )  # fmt: skip


def _survival(events: Ints, censored: Ints) -> tuple[Floats, Floats, Floats]:
    """Share who do within the horizon, its standard error, and the share by each day; days are the last axis."""
    left = events + censored
    at_risk = left[..., ::-1].cumsum(axis=-1)[..., ::-1].astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > 0, events / at_risk, 0.0)
        step = np.where(at_risk > events, events / (at_risk * (at_risk - events)), 0.0)
    still = np.cumprod(1 - hazard, axis=-1)
    error = still[..., -1] * np.sqrt(step.sum(axis=-1)) if still.shape[-1] else np.zeros(still.shape[:-1])
    return 1 - still[..., -1], error, 1 - still


@compiled
def _waits(
    customer: NDArray[Any], day: NDArray[Any], category: NDArray[Any], categories: int, end_day: int, horizon: int
) -> tuple[Ints, Ints]:
    """Days from the first A to the first B after it: events by (A, B, day − 1), and those still waiting, by their last day."""
    events = np.zeros((categories, categories, horizon), np.int64)
    censored = np.zeros((categories, categories, horizon), np.int64)
    first = np.full(categories, -1, np.int64)
    until = np.full((categories, categories), -1, np.int64)
    begin = 0
    while begin < len(customer):
        end = begin
        first[:] = -1
        until[:] = -1
        while end < len(customer) and customer[end] == customer[begin]:
            new = category[end]
            for old in range(categories):
                if first[old] >= 0 and first[old] < day[end] and until[old, new] < 0:
                    until[old, new] = day[end]
            if first[new] < 0:
                first[new] = day[end]
            end += 1
        for old in range(categories):
            watched = min(end_day - first[old], horizon)
            if first[old] < 0 or watched < 1:
                continue
            for new in range(categories):
                wait = until[old, new] - first[old]
                if until[old, new] >= 0 and wait <= watched:
                    events[old, new, wait - 1] += 1
                else:
                    censored[old, new, watched - 1] += 1
        begin = end
    return events, censored
