"""What the forecasts of earlier days teach about the one of today: how good it is, and how far it may miss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models import backtest
from regulars.intelligence.models.backtest import Band, Bands, Origin
from regulars.intelligence.models.lifetime.outlook import Foretold, Tried

Floats = NDArray[np.float64]
Factors = tuple[float, float] | None
TENTHS = 10


@dataclass(frozen=True)
class Tested:
    """The back-tests of orders, or of their value.

    Attributes:
        days: how far ahead was tried.
        origins: one line a cut-off, the oldest first; coverage is that of intervals learned from the other cut-offs.
        drifts: stability of the forecasts against the cut-off before; None for the first.
        deciles: predicted beside actual by tenth, over all cut-offs.
        nominal: what the intervals promise. For counts it is more than was asked for, because they end at whole numbers.
        bands: the intervals; None when nothing was tried.
        whole: by which factors the sum over all may be missed; ``tenths`` the sums of each tenth.
    """

    days: int
    origins: list[Origin]
    drifts: list[float | None]
    deciles: list[Band]
    nominal: float
    bands: Bands | None
    whole: Factors
    tenths: list[Factors]

    def interval(self, predicted: Floats, ahead: int) -> tuple[Floats, Floats] | None:
        """Low and high of each forecast for ``ahead`` days; wider by the square root when fewer days were tried."""
        if self.bands is None:
            return None
        low, high = self.bands.interval(predicted)
        wider = math.sqrt(max(ahead / self.days, 1.0))
        if wider == 1.0:
            return low, high
        low, high = np.maximum(predicted - (predicted - low) * wider, 0.0), predicted + (high - predicted) * wider
        return (low, high) if self.bands.unit_ is not None else (np.floor(low), np.ceil(high))

    def total(self, predicted: float, ahead: int, factors: Factors) -> tuple[float, float] | None:
        """Low and high of a sum; it lies between them."""
        if factors is None:
            return None
        power = math.sqrt(max(ahead / self.days, 1.0))
        low, high = (predicted * factor**power for factor in factors)
        return min(low, predicted), max(high, predicted)


def tested(found: Sequence[Tried], which: Literal["orders", "value"], days: int, level: float) -> Tested:
    """Measure forecasts of earlier days, and learn intervals from them."""
    said = [getattr(one.told, which) for one in found]
    came = [getattr(one, which) for one in found]
    naive = [getattr(one, f"naive_{which}") for one in found]
    money = which == "value"
    origins = []
    for place, one in enumerate(found):
        others = [other for other in range(len(found)) if other != place]
        interval = None
        if others and len(one.known.who):
            bands = _learned([said[other] for other in others], [came[other] for other in others], level, money)
            interval = (*bands.interval(said[place]), level) if bands else None
        origins.append(backtest.measure(one.cutoff, days, said[place], came[place], naive[place], interval=interval))
    drifts = [None, *(backtest.drift(before, now) for before, now in pairwise(said))]
    bands, pooled, true = _learned(said, came, level, money), _joined(said), _joined(came)
    held = backtest.coverage(*bands.interval(pooled), true) if bands else None
    return Tested(
        days=days,
        origins=origins,
        drifts=drifts[: len(found)],
        deciles=backtest.deciles(pooled, true),
        nominal=level if money or held is None else round(max(held, level), 2),
        bands=bands,
        whole=backtest.total_band([float(one.sum()) for one in said], [float(one.sum()) for one in came], level=level),
        tenths=_tenths(said, came, level),
    )


def returned(found: Sequence[Tried], days: int) -> tuple[list[Origin], list[float | None], list[Band]]:
    """Measure who was foretold to buy again: a line a cut-off with Brier scores as errors, drifts, and tenths."""
    said, came = [one.told.alive for one in found], [(one.orders > 0).astype(float) for one in found]
    origins = []
    for one, chance, bought in zip(found, said, came, strict=True):
        origin = backtest.measure(one.cutoff, days, chance, bought, one.naive_alive, chances=True)
        errors = [float(((told - bought) ** 2).mean()) if bought.size else None for told in (chance, one.naive_alive)]
        origins.append(replace(origin, mae=errors[0], naive_mae=errors[1]))
    drifts = [None, *(backtest.drift(before, now) for before, now in pairwise(said))]
    return origins, drifts[: len(found)], backtest.deciles(_joined(said), _joined(came))


def tenth_of(predicted: Any) -> NDArray[np.int64]:
    """Which tenth each customer is in by forecast, 0 the lowest; equal forecasts are together."""
    return backtest.bands_of(predicted, backtest.edges(predicted, TENTHS))


def pairs(deciles: Sequence[Band]) -> tuple[tuple[float, float, int], ...]:
    """Foretold, came, customers of each tenth."""
    return tuple((one.predicted, one.actual, one.customers) for one in deciles)


def by_tenth(tenth: Any, told: Foretold, money: Tested, ahead: int) -> list[tuple[Any, ...]]:
    """Customers by tenth of expected orders, the fewest first.

    Returns:
        Number of the tenth from 1, customers, mean chance of being alive, mean orders, sum of the value with low and high.
    """
    rows: list[tuple[Any, ...]] = []
    for number, factors in enumerate(money.tenths):
        here = tenth == number
        if here.any():
            worth = float(told.value[here].sum())
            low, high = money.total(worth, ahead, factors) or (None, None)
            alive, orders = float(told.alive[here].mean()), float(told.orders[here].mean())
            rows.append((number + 1, int(here.sum()), alive, orders, worth, low, high))
    return rows


def members(ids: Any, tenth: Any, score: Any, most: int) -> dict[int, tuple[int, ...]]:
    """Who is in each tenth (from 1), whose score is highest first; so many at most."""
    order = np.lexsort((ids, -score))
    ranked = tenth[order]
    return {one + 1: tuple(ids[order[ranked == one]][:most].tolist()) for one in np.unique(ranked).tolist()}


def _learned(said: list[Floats], came: list[Floats], level: float, money: bool) -> Bands | None:
    pooled = _joined(said)
    return Bands().fit(pooled, _joined(came), level=level, money=money) if pooled.size else None


def _tenths(said: list[Floats], came: list[Floats], level: float) -> list[Factors]:
    sums = []
    for predicted, actual in zip(said, came, strict=True):
        which = tenth_of(predicted)
        sums.append([np.bincount(which, weights=column, minlength=TENTHS) for column in (predicted, actual)])
    return [
        backtest.total_band([float(p[tenth]) for p, _ in sums], [float(a[tenth]) for _, a in sums], level=level)
        for tenth in range(TENTHS)
    ]


def _joined(columns: list[Floats]) -> Floats:
    return np.concatenate(columns) if columns else np.empty(0)
