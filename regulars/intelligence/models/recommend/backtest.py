"""Both lists put back to earlier days, and the chances learned from how they did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.backtest import cutoffs
from regulars.intelligence.models.recommend.again import OwnRepeats
from regulars.intelligence.models.recommend.linear import EASE
from regulars.intelligence.models.recommend.offers import by_worth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TRIED: Final = 20_000
"""So many customers are tried at most; their number tells who."""
CELLS: Final = 200_000_000
"""And so many that customers times items stay below this."""
STRENGTHS: Final = 10
_PRIOR: Final = 20.0


@dataclass(frozen=True)
class Bought:
    """Lines by customer code, item code and day, sorted by customer and day; ``items`` is how many codes there are."""

    customer: Ints
    item: Ints
    day: Ints
    items: int

    def until(self, day: int) -> Self:
        """What was bought before that day."""
        seen = self.day < day
        return type(self)(self.customer[seen], self.item[seen], self.day[seen], self.items)

    def baskets_of(self) -> Ints:
        """On how many days each customer bought."""
        if not len(self.customer):
            return np.zeros(0, np.int64)
        new = np.r_[True, (np.diff(self.customer) != 0) | (np.diff(self.day) != 0)]
        return np.bincount(self.customer[new])


@dataclass(frozen=True)
class Met:
    """How many customers were tried, what share bought any of what was offered, and of what most customers buy.

    ``chance`` by ``limits`` of strength and by place in the list: share of offers that were bought.
    """

    tried: int
    met: float
    popular: float
    limits: Floats = field(default_factory=lambda: np.zeros(0))
    chance: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    def of(self, strength: Floats) -> Floats:
        """The chance of offers of these strengths at their places, shape (customers, places)."""
        row = np.searchsorted(self.limits, np.nan_to_num(strength, neginf=-1e300), side="right")
        place = np.minimum(np.arange(strength.shape[1]), self.chance.shape[1] - 1)
        found: Floats = self.chance[row, place[None, :]]
        return found


@dataclass(frozen=True)
class Trial:
    """One cut-off: what was bought from ``day`` on was not known."""

    day: int
    again: Met
    new: Met


def days(bought: Bought, today: int, *, horizon: int, history: int) -> list[int]:
    """The cut-offs, as ``models.backtest`` sets them: apart by a horizon."""
    return cutoffs(int(bought.day.min()), today, horizon=horizon, history=history, step=horizon)


def trial(bought: Bought, day: int, horizon: int, count: int, most_items: int) -> Trial:
    """Learn from before ``day``, offer ``count`` things each, and see what was bought within ``horizon`` days."""
    before = bought.until(day)
    came = (bought.day >= day) & (bought.day < day + horizon)
    later, sold = bought.customer[came], bought.item[came]
    known = np.intersect1d(np.unique(later), np.unique(before.customer))[: min(TRIED, CELLS // bought.items)]
    if not len(known):
        nothing = Met(0, 0.0, 0.0)
        return Trial(day, nothing, nothing)
    truth = _table(later, sold, known, bought.items)
    owned = _table(before.customer, before.item, known, bought.items)
    buyers = np.bincount(np.unique(before.customer * bought.items + before.item) % bought.items, minlength=bought.items)
    again, times = OwnRepeats().fit(before.customer, before.item, before.day).reorder(known, 3 * count)
    new, scores = EASE(most_items=most_items).fit(before.customer, before.item).discover(known, 3 * count)
    best = np.broadcast_to(np.argsort(-buyers, kind="stable")[:count], (len(known), min(count, bought.items)))
    best_new = np.argsort(-np.where(owned, -1, buyers), axis=1, kind="stable")[:, :count]
    sold_before = buyers > 0
    return Trial(
        day,
        _met(again, times.astype(np.float64), truth, best, count),
        _met(new, scores, truth & ~owned & sold_before, best_new, count),
    )


def _table(customer: Ints, item: Ints, chosen: Ints, items: int) -> NDArray[np.bool_]:
    place = np.searchsorted(chosen, customer)
    here = (place < len(chosen)) & (chosen[np.minimum(place, len(chosen) - 1)] == customer)
    found = np.zeros((len(chosen), items), np.bool_)
    found[place[here], item[here]] = True
    return found


def _met(lists: Ints, strength: Floats, truth: NDArray[np.bool_], popular: Ints, count: int) -> Met:
    """Hits among customers who bought anything of the kind, and chances over everybody tried."""
    hit = np.where(lists >= 0, np.take_along_axis(truth, np.maximum(lists, 0), axis=1), False)
    buys = truth.any(axis=1)
    tried = int(buys.sum())
    met = float(hit[buys, :count].any(axis=1).mean()) if tried else 0.0
    best = float(np.take_along_axis(truth, popular, axis=1)[buys].any(axis=1).mean()) if tried else 0.0
    offered = lists >= 0
    limits = (
        np.unique(np.quantile(strength[offered], np.linspace(0, 1, STRENGTHS + 1)[1:-1]))
        if offered.any()
        else np.zeros(0)
    )
    row = np.searchsorted(limits, np.where(offered, strength, 0.0), side="right")
    chance = np.zeros((len(limits) + 1, lists.shape[1]))
    for level in range(len(limits) + 1):
        here = offered & (row == level)
        share = hit[here].mean() if here.any() else 0.0
        chance[level] = (np.where(here, hit, False).sum(axis=0) + _PRIOR * share) / (here.sum(axis=0) + _PRIOR)
    return Met(tried, met, best, limits, chance)


def offers(
    bought: Bought,
    learned: Trial | None,
    *,
    margin: Floats | None,
    count: int,
    candidates: int,
    since: int,
    most_items: int,
) -> dict[str, Any]:
    """Both lists of everybody as of now, one row an offer.

    Args:
        learned: whose chances are told; without it the share is NaN and the lists keep their own order.
        margin: of one piece by item code; NaN: unknown.
        since: items not sold from that day on are not offered.

    Returns:
        Columns customer, item, is_new, place (from 0), share, times, last (day), had (item code of the reason, −1: none), like_share.
    """
    people = np.unique(bought.customer)
    available = np.bincount(bought.item[bought.day >= since], minlength=bought.items) > 0
    repeats = OwnRepeats().fit(bought.customer, bought.item, bought.day)
    model = EASE(most_items=most_items).fit(bought.customer, bought.item)
    parts = []
    for is_new in (False, True):
        if is_new:
            lists, strength = model.discover(people, candidates)
        else:
            lists, times = repeats.reorder(people, candidates)
            strength = times.astype(np.float64)
        met = None if learned is None else (learned.new if is_new else learned.again)
        chance: Floats = np.broadcast_to(1.0 / (1.0 + np.arange(candidates)), lists.shape)
        if met is not None and met.chance.size:
            chance = met.of(strength)
        told, _ = by_worth(lists, chance, margin=margin, available=available, count=count)
        share: Floats = chance if met is not None else np.full(lists.shape, np.nan)
        parts.append(_rows(people, told, lists, share, is_new=is_new, repeats=repeats, model=model))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _rows(
    people: Ints, told: Ints, lists: Ints, chance: Floats, *, is_new: bool, repeats: OwnRepeats, model: EASE
) -> dict[str, Any]:
    """One row an offer, with its reason."""
    row, place = np.nonzero(told >= 0)
    item = told[row, place]
    share = chance[row, np.argmax(lists[row] == item[:, None], axis=1)]
    none = np.full(len(row), -1)
    columns = {
        "customer": people[row], "item": item, "is_new": np.full(len(row), is_new), "place": place, "share": share,
        "times": none, "last": none, "had": none, "like_share": np.zeros(len(row)),
    }  # fmt: skip
    if is_new:
        had, both, of = model.becauses(people, told)
        columns["had"] = had[row, place]
        columns["like_share"] = np.where(columns["had"] >= 0, both[row, place] / np.maximum(of[row, place], 1), 0.0)
    elif len(row):
        base = int(repeats.item_.max()) + 1
        key = repeats.customer_ * base + repeats.item_
        order = np.argsort(key)
        at = order[np.searchsorted(key, people[row] * base + item, sorter=order)]
        columns["times"], columns["last"] = repeats.times_[at], repeats.last_[at]
    return columns
