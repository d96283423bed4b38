"""What follows an order: payments, parcels, goods that come back, orders called off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from regulars.demo.simulator import baskets, products
from regulars.demo.simulator.arrays import Days, Floats, Ints
from regulars.demo.simulator.baskets import LineKind, Trade
from regulars.demo.simulator.model import DAYS
from regulars.demo.simulator.products import Catalogue
from regulars.demo.simulator.relationships import Orders

RETURNED: Final = 0.025  # of the lines that travel as a parcel, sent back …
RETURNED_BAD: Final = 0.22  # … when the customer was badly served
RETURN_AFTER: Final = (3.0, 3.0)  # days from order to return ~ Gamma(shape, scale), at least 2
CALLED_OFF: Final = 0.015  # of the orders replace one that was called off one to five days before
METHODS: Final = ("信用卡", "LINE Pay", "ATM 轉帳", "貨到付款", "現金", "月結匯款")
_METHOD_WEIGHTS: Final = np.array([0.46, 0.20, 0.18, 0.10, 0.06, 0.0])
DEPOSIT_FROM: Final = 10_000  # orders above this are paid in two parts (30 % at once) …
DEPOSIT: Final = 0.30  # … half of the time; a quarter of the others in instalments
LATE_DAYS: Final = (3.0, 12.0)  # a badly served parcel comes so many days late


@dataclass
class Returns:
    """One line each; ``price`` and ``cost`` are for one piece, positive; perishables give no cost back."""

    order: Ints
    line: Ints
    at: Days
    pieces: Ints
    reason: Ints
    cost: Ints


@dataclass
class Payments:
    """Parts of what was paid for orders; ``share`` of the order's amount, the last part takes the rest."""

    order: Ints
    part: Ints
    at: Days
    method: Ints
    instalments: Ints
    share: Floats


@dataclass
class Parcels:
    """Parcels; NEVER where a moment lies after today."""

    order: Ints
    shipped_at: Days
    promised_at: Days
    delivered_at: Days


def draw_returns(rng: np.random.Generator, orders: Orders, trade: Trade, goods: Catalogue) -> Returns:
    """Lines that came back before today, at most one return per line."""
    product = np.where(trade.line_kind == LineKind.PRODUCT, trade.line_product, 0)
    parcel = (trade.line_kind == LineKind.PRODUCT) & products.SHIPPED[goods.group[product]]
    chance = np.where(orders.bad[trade.line_order], RETURNED_BAD, RETURNED) * parcel
    line = np.flatnonzero(rng.random(len(chance)) < chance)
    order = trade.line_order[line]
    at = orders.at[order] + 2 + rng.gamma(*RETURN_AFTER, len(line))
    pieces = np.minimum(trade.line_quantity[line], 1 + rng.poisson(0.6 * trade.line_quantity[line]))
    reason = np.where(orders.bad[order], rng.integers(0, 3, len(line)), rng.integers(3, 6, len(line)))
    kept = trade.line_cost[line] * ~products.PERISHABLE[goods.group[trade.line_product[line]]]
    past = at < DAYS
    return Returns(order[past], line[past], at[past], pieces[past], reason[past], kept[past])


def draw_payments(rng: np.random.Generator, orders: Orders, amount: Ints, monthly: Ints) -> Payments:
    """One or two payments for each order; ``monthly`` marks those who pay by monthly transfer (companies)."""
    size = len(amount)
    edges = np.cumsum(_METHOD_WEIGHTS)
    method = np.where(monthly > 0, METHODS.index("月結匯款"), np.searchsorted(edges, rng.random(size), side="right"))
    large = (amount > DEPOSIT_FROM) & (monthly == 0)
    split = large & (rng.random(size) < 0.5)
    instalments = np.where(large & ~split & (rng.random(size) < 0.25), rng.choice([3, 6, 12], size), 1)
    method = np.where(instalments > 1, METHODS.index("信用卡"), method)
    first_at = orders.at + np.where(
        monthly > 0, rng.uniform(20, 45, size), np.where(method == 2, rng.exponential(0.5, size), 0.001)
    )
    rest = np.flatnonzero(split)
    order = np.concatenate([np.arange(size), rest])
    at = np.concatenate([first_at, orders.at[rest] + rng.uniform(10, 30, len(rest))])
    share = np.where(split, DEPOSIT, 1.0)
    part = np.concatenate([np.ones(size, np.int64), np.full(len(rest), 2)])
    drawn = Payments(
        order, part, at, method[order], instalments[order], np.concatenate([share, np.full(len(rest), 1 - DEPOSIT)])
    )
    past = np.flatnonzero(at < DAYS)
    return Payments(order[past], part[past], at[past], drawn.method[past], drawn.instalments[past], drawn.share[past])


def draw_parcels(rng: np.random.Generator, orders: Orders, trade: Trade, goods: Catalogue) -> Parcels:
    """Parcels of the orders that were not carried home from a store."""
    posted = baskets.is_parcel(trade, goods, len(orders.at)) & (trade.channel != baskets.CHANNELS.index("store"))
    order = np.flatnonzero(posted)
    at, size = orders.at[order], len(order)
    shipped = at + 0.4 + rng.exponential(0.7, size)
    promised = at + 5.0
    usual = shipped + 0.8 + rng.gamma(2.0, 0.4, size)
    delivered = np.where(orders.bad[order] & (rng.random(size) < 0.5), promised + rng.uniform(*LATE_DAYS, size), usual)
    return Parcels(
        order, np.where(shipped < DAYS, shipped, np.inf), promised, np.where(delivered < DAYS, delivered, np.inf)
    )


def draw_called_off(rng: np.random.Generator, orders: Orders, lead_at: Days) -> tuple[Ints, Days]:
    """Orders that replaced one called off shortly before: which, and when the first attempt was (not before ``lead_at``)."""
    size = len(orders.at)
    at = orders.at - rng.uniform(1, 5, size)
    chosen = (rng.random(size) < CALLED_OFF) & (orders.customer >= 0) & (np.floor(at) >= lead_at[orders.customer])
    replaced = np.flatnonzero(chosen)
    return replaced, at[replaced]
