"""What the analyses found of the demonstration company, beside the truth file: one function an analysis.

Read are the rows that the screens read (summaries, forecasts, results), never the model that drew the company, so that
just what a reader sees is judged. ``closeness`` has the words and keeps the figures.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from regulars.catalogue.models import Product
from regulars.commerce.models import OrderLine
from regulars.customers.models import CustomerSummary
from regulars.demo import truth
from regulars.demo.simulator import baskets, products
from regulars.intelligence.analyses import offers
from regulars.intelligence.models.backtest import auc
from regulars.reporting import queries
from regulars.reporting.models import AnalysisRun, CustomerForecast

Figures = dict[str, float | None]
Floats = NDArray[np.float64]
LOYAL_AFTER: Final = 2
"""Orders of a favourite from which on it can be known."""
_SUMMARY: Final = ("party_id", "stage", "risk", "cycle_days", "value_class")
_FORECAST: Final = ("party_id", "alive", "orders", "money", "churn", "again")
_KINDS: Final = 12


class Compared:
    """Both sides, customer by customer; ``true`` in the order of the truth file."""

    def __init__(self, home: Path, run: AnalysisRun) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 -- only whoever compares pays for it

        table = pq.read_table(truth.path(home))
        self.run = run
        self.metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
        self.true: dict[str, Any] = {name: table[name].to_pylist() for name in table.column_names}
        self.place = {pk: at for at, pk in enumerate(self.true["party_id"])}
        self.results = {one.name: one.result for one in run.results.all()}
        self.picked = {(one.name, one.key): one.parties for one in run.picked.all()}

    @cached_property
    def summaries(self) -> dict[int, tuple[Any, ...]]:
        """Stage, risk, usual days and class by party."""
        rows = CustomerSummary.objects.filter(party__in=self._everybody).values_list(*_SUMMARY)
        return {row[0]: row[1:] for row in rows}

    @cached_property
    def forecasts(self) -> dict[int, tuple[Any, ...]]:
        """Still a customer, orders, money, about to leave, and what is bought again, by party."""
        rows = CustomerForecast.objects.filter(party__in=self._everybody).values_list(*_FORECAST)
        return {row[0]: row[1:] for row in rows}

    @property
    def _everybody(self) -> Any:
        return AnalysisRun.objects.none() if not self.place else list(self.place)

    def said(self, rows: dict[int, tuple[Any, ...]], column: int, *true: str) -> tuple[Floats, ...]:
        """What was said of each of whom it was said, and what is true of them."""
        known = [(pk, row[column]) for pk, row in rows.items() if row[column] is not None]
        places = [self.place[pk] for pk, _ in known]
        truths = (np.array([self.true[name][at] for at in places], float) for name in true)
        return (np.array([value for _, value in known], float), *truths)


def stage(one: Compared) -> Figures:
    """Who is in the true stage, and who has left."""
    risk, alive = one.said(one.summaries, 1, "alive")
    right = [
        row[0] == one.true["stage"][one.place[pk]]
        for pk, row in one.summaries.items()
        if one.true["stage"][one.place[pk]]
    ]
    return {"right": float(np.mean(right)) if right else None, "left": auc(risk, alive == 0)}


def cycle(one: Compared) -> Figures:
    """The usual interval beside that of the own rate at the start."""
    days, rate = one.said(one.summaries, 2, "base_rate")
    true = 365.25 / np.maximum(rate, 1e-9)
    known = rate > 0
    level = float(np.median(days[known] / true[known])) if known.any() else None
    return {"rank": _rank_correlation(days[known], true[known]), "level": level}


def value(one: Compared) -> Figures:
    """Of each class, what its customers are worth at their true pace, beside the mean of all."""
    worth = {pk: one.true["rate"][at] * one.true["spend_level"][at] for pk, at in one.place.items()}
    every = [worth[pk] for pk, row in one.summaries.items() if row[3] or row[2] is not None]
    by_class = {key: [worth[pk] for pk, row in one.summaries.items() if row[3] == key] for key in _CLASSES}
    return {key: float(np.mean(some) / np.mean(every)) if some and every else None for key, some in by_class.items()}


_CLASSES: Final = ("most_valuable", "most_growable", "below_zero")


def lifetime(one: Compared) -> Figures:
    """Who is still there, and how much they will order at their true pace."""
    alive, is_there = one.said(one.forecasts, 0, "alive")
    orders, rate = one.said(one.forecasts, 1, "rate")
    money, pace, spend = one.said(one.forecasts, 2, "rate", "spend_level")
    return {
        "left": auc(alive, is_there == 1), "said": _mean(alive), "true": _mean(is_there),
        "correlation": _correlation(orders, rate), "orders": float(orders.sum()), "orders_true": float(rate.sum()),
        "money": _rank_correlation(money, pace * spend),
    }  # fmt: skip


def churn(one: Compared) -> Figures:
    """Who of those that it judges has left, and who is slipping or has."""
    said, alive = one.said(one.forecasts, 3, "alive")
    judged = [one.true["state"][one.place[pk]] for pk, row in one.forecasts.items() if row[3] is not None]
    slipping = np.array([state in {"slipping", "left"} for state in judged], bool)
    return {"left": auc(said, alive == 0), "leaving": auc(said, slipping)}


def leads(one: Compared) -> Figures:
    """Customers by band beside their true rate; prospects who will ever buy."""
    bands, places = _banded(one, "customers")
    rate = np.array([one.true["rate"][at] for at in places], float)
    prospects, found = _banded(one, "prospects")
    will = np.array([one.true["type"][at] != "prospect" for at in found], bool)
    return {
        "rank": _rank_correlation(bands, rate), "prospects": auc(prospects, will),
        "will": float(will.sum()) if will.size else None, "of": float(will.size) if will.size else None,
    }  # fmt: skip


def types(one: Compared) -> Figures:
    """How pure the kinds are, and how far they agree with the true types (adjusted Rand)."""
    pairs = [
        (kind, one.true["type"][one.place[pk]])
        for kind in range(_KINDS) for pk in one.picked.get(("types", f"kind{kind}"), []) if pk in one.place
    ]  # fmt: skip
    if not pairs:
        return {"pure": None, "commonest": None, "rand": None}
    kinds, names = (np.unique([pair[at] for pair in pairs], return_inverse=True)[1] for at in (0, 1))
    table = np.zeros((kinds.max() + 1, names.max() + 1))
    np.add.at(table, (kinds, names), 1)
    return {
        "pure": float(table.max(axis=1).sum() / table.sum()), "commonest": float(table.sum(axis=0).max() / table.sum()),
        "rand": _adjusted_rand(table),
    }  # fmt: skip


def basket(one: Compared) -> Figures:
    """How many of the rules shown across product groups were planted."""
    goods = products.catalogue()
    at = {code: place for place, code in enumerate(goods.code)}
    known = {pk: at[code] for pk, code in Product.objects.values_list("pk", "code") if code in at}
    mates, planted = products.mates(goods), []
    for rule in one.results.get("basket", {}).get("rules", []):
        left, right = rule["products"]
        if len(left) != 1 or left[0] not in known or right not in known:
            continue
        a, b = known[left[0]], known[right]
        if goods.group[a] != goods.group[b]:
            planted.append(mates[a, goods.group[b]] == b or mates[b, goods.group[a]] == a)
    return {"planted": _mean(np.array(planted, float)), "rules": float(len(planted))}


def sequence(one: Compared) -> Figures:
    """Where the planted step stands, and how often it is said to be taken."""
    planted = json.loads(one.metadata["followed"])
    goods = dict(Product.objects.values_list("code", "group"))
    pair = tuple(
        next((group for code, group in goods.items() if code.startswith(planted[key])), "") for key in ("first", "then")
    )
    steps = one.results.get("sequence", {}).get("steps", [])
    place = next((at for at, step in enumerate(steps) if (step["first"], step["next"]) == pair), None)
    found = steps[place] if place is not None else {}
    return {
        "place": None if place is None else place + 1.0, "share": found.get("share"), "chance": planted["chance"],
        "median": found.get("median"), "within": planted["within_days"],
    }  # fmt: skip


def next_offer(one: Compared) -> Figures:
    """Of those who bought their favourite twice or more, how many are told their favourite."""
    ids = {code: pk for pk, code in Product.objects.values_list("pk", "code")}
    found = {}
    for name, staple in zip(("souvenirs", "gift_boxes"), baskets.STAPLES, strict=True):
        told = [
            ids[one.true[f"favourite_{staple}"][one.place[pk]]] in json.loads(one.forecasts[pk][4])[:: offers.SIZE]
            for pk in _loyal(one, staple) if pk in one.forecasts
        ]  # fmt: skip
        found[name] = _mean(np.array(told, float))
    return found


COMPARED: Final[dict[str, Callable[[Compared], Figures]]] = {
    "stage": stage, "cycle": cycle, "value": value, "lifetime": lifetime, "churn": churn, "leads": leads, "types": types,
    "basket": basket, "sequence": sequence, "next_offer": next_offer,
}  # fmt: skip


def compare(home: Path) -> dict[str, Figures]:
    """The figures of each analysis; empty before the first refresh or without a truth file."""
    run = queries.last_done()
    if run is None or not truth.path(home).exists():
        return {}
    both = Compared(home, run)
    return {name: of(both) for name, of in COMPARED.items() if both.results.get(name, {}).get("enough")}


def _loyal(one: Compared, staple: str) -> list[int]:
    """Who has a favourite in a group and has ordered it often enough for it to be known."""
    sold = OrderLine.objects.filter(product__code__startswith=staple, order__state="placed", retracted_in=None)
    distinct = set(sold.values_list("order__customer_id", "product__code", "order_id"))
    orders = Counter((customer, code) for customer, code, _order in distinct)
    favourite = one.true[f"favourite_{staple}"]
    return [pk for pk, at in one.place.items() if favourite[at] and orders[pk, favourite[at]] >= LOYAL_AFTER]


def _banded(one: Compared, kind: str) -> tuple[Floats, list[int]]:
    """The band of probability of each, and their places in the truth."""
    bands = [(band, pk) for band in range(_KINDS) for pk in one.picked.get(("leads", f"{kind}{band}"), [])]
    known = [(band, one.place[pk]) for band, pk in bands if pk in one.place]
    return np.array([band for band, _ in known], float), [at for _, at in known]


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None


def _correlation(one: Floats, other: Floats) -> float | None:
    if one.size < 3 or not one.std() or not other.std():
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _rank_correlation(one: Floats, other: Floats) -> float | None:
    """Spearman's, equal values sharing their mean rank."""
    return _correlation(_ranks(one), _ranks(other))


def _ranks(values: Floats | Sequence[float]) -> Floats:
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2.0)[which]
    return ranks


def _adjusted_rand(table: Floats) -> float | None:
    """Hubert & Arabie 1985, of a table of counts."""

    def pairs(counts: Any) -> float:
        return float((counts * (counts - 1) / 2).sum())

    rows, columns, every = pairs(table.sum(axis=1)), pairs(table.sum(axis=0)), pairs(table.sum())
    expected = rows * columns / every if every else 0.0
    most = (rows + columns) / 2
    return (pairs(table) - expected) / (most - expected) if most != expected else None
