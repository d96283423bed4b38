"""The catalogue as arrays, sorted by group and price, and what goes with what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from regulars.demo.simulator.arrays import Flags, Floats, Ints, starts_of
from regulars.demo.simulator.model import Kind
from regulars.demo.simulator.seasons import SEASONS
from regulars.demo.words.goods import GROUPS

CODES: Final = tuple(group.code for group in GROUPS)


@dataclass(frozen=True)
class Catalogue:
    """Products by position: group, price and cost in whole NT$; group ``g`` starts at ``start[g]``, sorted by price.

    ``mate`` is the companion in another group that half of the companions of a product are.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    group: Ints
    price: Ints
    cost: Ints
    start: Ints
    size: Ints


def catalogue() -> Catalogue:
    """All products; always the same."""
    codes: list[str] = []
    names: list[str] = []
    groups: list[int] = []
    prices: list[int] = []
    costs: list[int] = []
    for position, group in enumerate(GROUPS):
        titles = [f"{head} {tail}" for tail in group.tails for head in group.heads]
        steps = np.exp(np.linspace(np.log(group.low), np.log(group.high), len(titles)))
        for number, (title, step) in enumerate(zip(titles, steps, strict=True), 1):
            unit = 10 if step < 1_000 else 100
            price = max(unit, round(step / unit) * unit - (unit // 10 if unit == 10 else 20))
            codes.append(f"{group.code}{number:03d}")
            names.append(title)
            groups.append(position)
            prices.append(price)
            costs.append(int(price * (1 - group.margin * (1 + 0.25 * np.sin(number)))))
    size = np.bincount(groups, minlength=len(GROUPS)).astype(np.int64)
    return Catalogue(
        tuple(codes), tuple(names), np.array(groups), np.array(prices), np.array(costs), starts_of(size), size
    )


def _table(rows: dict[str, dict[str, float]], names: tuple[str, ...]) -> Floats:
    return np.array([[rows.get(name, {}).get(code, 0.0) for code in CODES] for name in names])


# Weight of each group in the first line of an order, by type.
TASTE: Final = _table({
    "YEARLY_TRAVELLER": {"TA": 6, "TL": 0.7, "TD": 3, "DT": .3, "LU": .2, "PA": .1},
    "SEASONAL_GIFTER": {"GM": 5, "GN": 5, "GA": 2, "SO": 1, "VO": .4, "TD": .1},
    "FREQUENT_SHOPPER": {"SO": 5, "TG": 1.5, "DT": 1.2, "GA": 1.2, "WS": .8, "VO": 1, "LU": .2, "GM": 1, "GN": 1, "PA": .25, "TD": .2, "SV": .3},
    "CASUAL_SHOPPER": {"SO": 2.5, "DT": 2, "TD": .8, "VO": 1.2, "GA": 1, "WS": 1, "TG": 1, "LU": .6, "PA": .3, "TA": .35, "GM": 1, "GN": 1},
    "ONE_OFF": {"DT": 2, "VO": 2, "SO": 1, "TD": 1, "TA": .6, "LU": .8, "WS": 1, "GA": .8},
    "CORPORATE": {"CG": 4, "CT": 1, "GM": 2.5, "GN": 2.5, "VO": .6, "GA": .6},
    "PROSPECT": {"SO": 1},
}, tuple(kind.name for kind in Kind))  # fmt: skip

# How much of each group's weight is there in an ordinary week, and what each season adds.
_ORDINARY: Final = {"GM": 0.0, "GN": 0.0}
_SEASONAL: Final = _table({
    "lunar_new_year": {"GN": 6, "GA": .5, "CG": 1, "TA": .5},
    "mid_autumn": {"GM": 6, "GA": .3, "CG": .6},
    "summer": {"TA": .6, "TD": .8, "DT": .5, "LU": .5, "TG": .4},
    "year_end": {"CG": 1, "GA": .5, "VO": .4, "CT": .3},
    "spring": {"DT": .6, "TA": .5, "CT": .6},
    "autumn": {"TD": .4, "CT": .8},
}, SEASONS)  # fmt: skip

# Probability that an order whose first line is of the row's group also holds one of the column's.
COMPANIONS: Final = _table({
    "TA": {"SV": .55, "TG": .22, "LU": .06},
    "TL": {"SV": .60, "TG": .30, "LU": .12},
    "TD": {"SV": .10, "SO": .28, "TG": .06},
    "DT": {"SO": .30, "WS": .10},
    "GM": {"GA": .18, "SO": .22},
    "GN": {"GA": .20, "SO": .25},
    "GA": {"SO": .25, "VO": .05},
    "SO": {"TG": .05, "GA": .18},
    "VO": {"SO": .15, "DT": .08},
    "LU": {"TG": .45, "SV": .08},
    "TG": {"SV": .15, "SO": .08},
    "WS": {"SO": .35},
    "PA": {"DT": .15},
    "CG": {"GA": .15},
    "CT": {"SV": .30, "CG": .12},
}, CODES)  # fmt: skip
SAME_GROUP_AGAIN: Final = np.array(
    [{"SO": 0.55, "TG": 0.30, "GM": 0.25, "GN": 0.25, "GA": 0.15}.get(code, 0.0) for code in CODES]
)
PIECES: Final = np.array([group.pieces for group in GROUPS])
SHIPPED: Final[Flags] = np.array([group.shipped for group in GROUPS])
PERISHABLE: Final[Flags] = np.array([group.perishable for group in GROUPS])


def season_weights(presence: Floats) -> Floats:
    """Weight of each group in each week, shape (WEEKS, groups), from ``seasons.presence``."""
    ordinary = np.array([_ORDINARY.get(code, 1.0) for code in CODES])
    weights: Floats = ordinary + presence @ _SEASONAL
    return weights


def mates(goods: Catalogue) -> Ints:
    """For each product and each group, the one product there that goes with it: shape (products, groups)."""
    place = np.arange(len(goods.code)) - goods.start[goods.group]
    mixed = (place[:, None] * 7 + np.arange(len(GROUPS))[None, :] * 3) % goods.size[None, :]
    found: Ints = goods.start[None, :] + mixed
    return found
