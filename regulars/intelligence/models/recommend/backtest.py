"""Both lists put back to earlier days, and the chances learned from how they did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.backtest import cutoffs
from regulars.intelligence.models.recommend.again import OwnRepeats
from regulars.intelligence.models.recommend.linear import EASE, Owned, most_bought
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
    """Lines by customer, item code and day, sorted by the three; ``items`` is how many codes there are."""

    customer: Ints
    item: Ints
    day: Ints
    items: int

    def until(self, day: int) -> Self:
        """What was bought before that day."""
        return self.where(self.day < day)

    def where(self, chosen: NDArray[np.bool_]) -> Self:
        """Some of the lines."""
        return type(self)(self.customer[chosen], self.item[chosen], self.day[chosen], self.items)

    def numbered(self) -> tuple[Ints, Self]:
        """The customers, and the lines with each one's place among them."""
        people, who = np.unique(self.customer, return_inverse=True)
        return people, type(self)(who, self.item, self.day, self.items)

    def pairs(self) -> Self:
        """Each customer and item once, with the first day."""
        new = np.diff(self.customer, prepend=-1) != 0
        return self.where(new | (np.diff(self.item, prepend=-1) != 0))


Parts = Callable[[], Iterable[Bought]]
"""Everybody's lines part by part, customers ascending, all of one customer's in one part; asked for several times."""


@dataclass(frozen=True)
class Learned:
    """What was known before a day: ``buyers`` by item code, and what goes with what."""

    buyers: Ints
    model: EASE


@dataclass(frozen=True)
class Met:
    """How many customers were tried, what share bought any of what was offered, and of what most customers buy.

    ``chance`` by ``limits`` of strength and by place in the list: share of offers that were bought. ``who`` was tried, and
    who of them bought of what was offered (``hit``) and of what most customers buy (``hit_popular``).
    """

    tried: int
    met: float
    popular: float
    limits: Floats = field(default_factory=lambda: np.zeros(0))
    chance: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    who: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    hit: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    hit_popular: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

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


def days(first: int, today: int, *, horizon: int, history: int) -> list[int]:
    """The cut-offs, as ``models.backtest`` sets them: apart by a horizon."""
    return cutoffs(first, today, horizon=horizon, history=history, step=horizon)


def learn(parts: Parts, before: Sequence[int], items: int, most_items: int) -> list[Learned]:
    """What was known before each of the days. Customers are counted part by part: only a square of items is held."""
    buyers = np.zeros((len(before), items), np.int64)
    for part in parts():
        pairs = part.pairs()
        for number, day in enumerate(before):
            buyers[number] += np.bincount(pairs.item[pairs.day < day], minlength=items)
    chosen = [most_bought(row, most_items) for row in buyers]
    together = [np.zeros((len(one), len(one))) for one in chosen]
    for part in parts():
        people, pairs = part.pairs().numbered()
        for number, day in enumerate(before):
            known, kept = pairs.until(day), chosen[number]
            together[number] += Owned.of_pairs(known.customer, known.item, kept, len(people)).together(len(kept))
    return [
        Learned(row, EASE(most_items=most_items).learn(kept, counts))
        for row, kept, counts in zip(buyers, chosen, together, strict=True)
    ]


def trials(
    parts: Parts, cut_offs: Sequence[int], learned: Sequence[Learned], *, horizon: int, count: int
) -> list[Trial]:
    """At each cut-off offer ``count`` things by what was ``learned`` before, and see what was bought within ``horizon`` days."""
    chosen = _chosen(parts, cut_offs, horizon)
    return [
        _trial(bought, day, known, horizon, count)
        if len(bought.day)
        else Trial(day, Met(0, 0.0, 0.0), Met(0, 0.0, 0.0))
        for bought, day, known in zip(chosen, cut_offs, learned, strict=True)
    ]


def _chosen(parts: Parts, cut_offs: Sequence[int], horizon: int) -> list[Bought]:
    """For each cut-off the lines of the first so many customers who bought before and within the horizon after it."""
    found: list[list[Bought]] = [[] for _ in cut_offs]
    tried = [0] * len(cut_offs)
    for part in parts():
        most = min(TRIED, CELLS // part.items)
        for number, day in enumerate(cut_offs):
            came = part.customer[(part.day >= day) & (part.day < day + horizon)]
            known = np.intersect1d(came, part.customer[part.day < day])[: most - tried[number]]
            found[number].append(part.where(np.isin(part.customer, known)))
            tried[number] += len(known)
        if all(many == most for many in tried):
            break
    return [_joined(lines) for lines in found]


def _joined(parts: Sequence[Bought]) -> Bought:
    customer, item, day = (
        np.concatenate([getattr(one, name) for one in parts]) for name in ("customer", "item", "day")
    )
    return Bought(customer, item, day, parts[0].items)


def _trial(bought: Bought, day: int, learned: Learned, horizon: int, count: int) -> Trial:
    people, bought = bought.numbered()
    before, came = bought.until(day), (bought.day >= day) & (bought.day < day + horizon)
    later, buyers = bought.where(came), learned.buyers
    truth, owned = (_table(lines, len(people)) for lines in (later, before))
    again, times = (
        OwnRepeats()
        .fit(before.customer, before.item, before.day, buyers=buyers)
        .reorder(np.arange(len(people)), 3 * count)
    )
    pairs = before.pairs()
    new, scores = learned.model.discover_for(learned.model.owned(pairs.customer, pairs.item, len(people)), 3 * count)
    best = np.broadcast_to(np.argsort(-buyers, kind="stable")[:count], (len(people), min(count, bought.items)))
    best_new = np.argsort(-np.where(owned, -1, buyers), axis=1, kind="stable")[:, :count]
    return Trial(
        day,
        _met(people, again, times.astype(np.float64), truth, best, count),
        _met(people, new, scores, truth & ~owned & (buyers > 0), best_new, count),
    )


def _table(lines: Bought, customers: int) -> NDArray[np.bool_]:
    found = np.zeros((customers, lines.items), np.bool_)
    found[lines.customer, lines.item] = True
    return found


def _met(people: Ints, lists: Ints, strength: Floats, truth: NDArray[np.bool_], popular: Ints, count: int) -> Met:
    """Hits among customers who bought anything of the kind, and chances over everybody tried."""
    hit = np.where(lists >= 0, np.take_along_axis(truth, np.maximum(lists, 0), axis=1), False)
    buys = truth.any(axis=1)
    tried = int(buys.sum())
    met = np.asarray(hit[buys, :count].any(axis=1), np.bool_)
    best = np.asarray(np.take_along_axis(truth, popular, axis=1)[buys].any(axis=1), np.bool_)
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
    of_met, of_best = (float(one.mean()) if tried else 0.0 for one in (met, best))
    return Met(tried, of_met, of_best, limits, chance, people[buys], met, best)


def offers(
    bought: Bought,
    learned: Learned,
    trial: Trial | None,
    *,
    margin: Floats | None,
    available: NDArray[np.bool_],
    count: int,
    candidates: int,
) -> dict[str, Any]:
    """Both lists of the customers of a part as of now, one row an offer.

    Args:
        learned: from everybody, up to now.
        trial: whose chances are told; without it the share is NaN and the lists keep their own order.
        margin: of one piece by item code; NaN: unknown.
        available: by item code, what may be offered.

    Returns:
        Columns customer, item, is_new, place (from 0), share, times, last (day), had (item code of the reason, −1: none), like_share.
    """
    people, bought = bought.numbered()
    repeats = OwnRepeats().fit(bought.customer, bought.item, bought.day, buyers=learned.buyers)
    pairs = bought.pairs()
    owned = learned.model.owned(pairs.customer, pairs.item, len(people))
    parts = []
    for is_new in (False, True):
        if is_new:
            lists, strength = learned.model.discover_for(owned, candidates)
        else:
            lists, times = repeats.reorder(np.arange(len(people)), candidates)
            strength = times.astype(np.float64)
        met = None if trial is None else (trial.new if is_new else trial.again)
        chance: Floats = np.broadcast_to(1.0 / (1.0 + np.arange(candidates)), lists.shape)
        if met is not None and met.chance.size:
            chance = met.of(strength)
        told, _ = by_worth(lists, chance, margin=margin, available=available, count=count)
        row, place = np.nonzero(told >= 0)
        item = told[row, place]
        share = (
            chance[row, np.argmax(lists[row] == item[:, None], axis=1)]
            if met is not None
            else np.full(len(row), np.nan)
        )
        reason = _because(learned.model, owned, told, row, place) if is_new else _habit(repeats, row, item)
        rows = {
            "customer": people[row],
            "item": item,
            "is_new": np.full(len(row), is_new),
            "place": place,
            "share": share,
        }
        parts.append({**rows, **reason})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _because(model: EASE, owned: Owned, told: Ints, row: Ints, place: Ints) -> dict[str, Any]:
    """What speaks for something new."""
    had, both, of = (found[row, place] for found in model.becauses(owned, told))
    none = np.full(len(row), -1)
    return {"times": none, "last": none, "had": had, "like_share": np.where(had >= 0, both / np.maximum(of, 1), 0.0)}


def _habit(repeats: OwnRepeats, row: Ints, item: Ints) -> dict[str, Any]:
    """How often something was bought, and when last."""
    base = int(repeats.item_.max(initial=0)) + 1
    key = repeats.customer_ * base + repeats.item_
    order = np.argsort(key)
    at = order[np.searchsorted(key, row * base + item, sorter=order)]
    return {
        "times": repeats.times_[at], "last": repeats.last_[at], "had": np.full(len(row), -1), "like_share": np.zeros(len(row)),
    }  # fmt: skip
