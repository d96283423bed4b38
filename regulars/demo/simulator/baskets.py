"""What is in each order: lines, prices, discounts, shipping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from regulars.demo.simulator import model, products
from regulars.demo.simulator.arrays import Bytes, Flags, Floats, Ints, choose_rows
from regulars.demo.simulator.model import WEEKS, YEAR, Kind
from regulars.demo.simulator.products import CODES, Catalogue
from regulars.demo.simulator.relationships import Orders, People

NO_PRODUCT: Final = -1
PRICE_NOISE: Final = 0.30  # standard deviation of the logarithm of the unit price aimed at, order by order
BARGAIN: Final = (1.0, 6.0)  # Beta: how often a customer buys with a discount
DISCOUNTS: Final = np.array([0.05, 0.10, 0.15, 0.20])
CORPORATE_DISCOUNT: Final = 0.08
WALK_IN: Final = 0.04  # anonymous orders in the stores, as a share of all orders
SHIPPING: Final = 80  # price of a small parcel, NT$; free from …
FREE_FROM: Final = 1_500
POINTS: Final = 0.04  # of the web orders, part paid with points: an adjustment of NT$ 50 to 200


class LineKind:
    """Kinds of line, in the order of ``commerce.models.LineKind``."""

    PRODUCT, FEE, ADJUSTMENT = 0, 1, 2


CHANNELS: Final = ("web", "store", "line", "phone", "email", "partner")
WEB, STORE, LINE, PHONE, _EMAIL, PARTNER = range(6)
_CHANNEL_WEIGHTS: Final = np.array([
    [.45, .25, .12, .18, .0, .0],   # yearly traveller
    [.55, .20, .18, .07, .0, .0],   # seasonal gifter
    [.62, .20, .16, .02, .0, .0],   # frequent shopper
    [.60, .25, .12, .03, .0, .0],   # casual shopper
    [.60, .32, .04, .04, .0, .0],   # one-off
    [.10, .00, .10, .25, .55, .0],  # corporate
    [1., .0, .0, .0, .0, .0],       # prospect: never orders
])  # fmt: skip
FAVOURITE: Final = 0.75  # of the orders come by the customer's favourite channel
FOLLOWED: Final = ("LU", "TA")  # of those who have bought a suitcase …
FOLLOWED_CHANCE: Final = 0.45  # … so many turn their next order into a journey abroad …
FOLLOWED_DAYS: Final = 120.0  # … if it comes within a season
STAPLES: Final = ("SO", "GA")  # what is used up: of each group a loyal customer has one favourite
LOYAL: Final = 0.5  # of the consumers are loyal to a favourite …
FAITHFUL: Final = 0.65  # … which is the first line of so many of their orders of the group
THROUGH_RESELLER: Final = 0.04  # of the consumers buy through one of the resellers, always
RESELLERS: Final = 2


@dataclass
class Trade:
    """Orders with their lines. Line arrays are in the order of ``line_order``; money in whole NT$."""

    channel: Bytes  # index into CHANNELS
    reseller: Bytes  # 0, 1 or -1
    main: Ints  # product of the first line
    line_order: Ints
    line_kind: Bytes
    line_product: Ints  # NO_PRODUCT for fees and adjustments
    line_quantity: Ints
    line_price: Ints  # for one piece, after discount
    line_cost: Ints  # for one piece


@dataclass
class Habits:
    """How each customer buys."""

    channel: Ints
    reseller: Ints
    bargain: Floats
    favourite: Ints  # by customer and staple: the product they are loyal to, or NO_PRODUCT


def draw_habits(rng: np.random.Generator, people: People, goods: Catalogue) -> Habits:
    """Favourite channel, reseller, love of bargains and favourite products of each customer."""
    size = len(people.kind)
    through = (rng.random(size) < THROUGH_RESELLER) & (people.kind != Kind.CORPORATE)
    return Habits(
        channel=choose_rows(rng, _CHANNEL_WEIGHTS[people.kind]),
        reseller=np.where(through, rng.integers(0, RESELLERS, size), -1),
        bargain=rng.beta(*BARGAIN, size),
        favourite=_favourites(rng.spawn(1)[0], people, goods),
    )


def _favourites(rng: np.random.Generator, people: People, goods: Catalogue) -> Ints:
    """Of each staple, the product that each customer is loyal to; drawn from numbers of its own, so that nothing else moves."""
    loyal = (rng.random(len(people.kind)) < LOYAL) & (people.kind != Kind.CORPORATE)
    chosen = [_pick(rng, goods, np.full(len(loyal), CODES.index(staple)), np.sqrt(people.level)) for staple in STAPLES]
    found: Ints = np.where(loyal[:, None], np.column_stack(chosen), NO_PRODUCT)
    return found


def fill(
    rng: np.random.Generator, *, orders: Orders, people: People, habits: Habits, goods: Catalogue, presence: Floats
) -> Trade:
    """Draw the lines of all ``orders``; those of nobody (customer -1) are bought in a store as by a casual shopper."""
    who, anonymous = orders.customer, orders.customer < 0
    kind = np.where(anonymous, Kind.CASUAL_SHOPPER, people.kind[who])
    week = np.minimum((orders.at / 7).astype(np.int64), WEEKS - 1)
    group = choose_rows(rng, products.TASTE[kind] * products.season_weights(presence)[week] + 1e-12)
    habitual = rng.spawn(1)[0]
    group = _followed(habitual, orders, group)
    years = (orders.at - people.first_at[who]) / YEAR
    drift = np.exp(people.trend[who] * np.where(anonymous, 0.0, years))
    spend = np.where(anonymous, 1.0, people.level[who] * model.SPEND_FACTOR[orders.state] * drift)
    main = _faithful(habitual, habits, who, group, _pick(rng, goods, group, np.sqrt(spend)))
    channel = np.where(anonymous, STORE, _channels(rng, kind, habits, who)).astype(np.int8)
    line_order, product, pieces = _lines(rng, goods, group, main, spend)
    cut = _discounts(rng, kind, np.where(anonymous, 0.0, habits.bargain[who]))[line_order]
    price = np.maximum(1, np.round(goods.price[product] * (1 - cut))).astype(np.int64)
    sold = _Lines(line_order, np.zeros(len(product), np.int8), product, pieces, price, goods.cost[product])
    extra = _extras(rng, goods, sold, channel)
    lines = [np.concatenate(columns) for columns in zip(*(vars(part).values() for part in (sold, *extra)), strict=True)]
    by_order = np.argsort(lines[0], kind="stable")
    reseller = np.where(anonymous, -1, habits.reseller[who]).astype(np.int8)
    return Trade(channel, reseller, main, *(column[by_order] for column in lines))


def _followed(rng: np.random.Generator, orders: Orders, group: Ints) -> Ints:
    """The groups of first lines, where an order soon after one of the first planted group becomes one of the second."""
    before, after = (CODES.index(code) for code in FOLLOWED)
    by = np.lexsort((orders.at, orders.customer))
    who, at = orders.customer[by], orders.at[by]
    soon = (who[1:] == who[:-1]) & (who[1:] >= 0) & (at[1:] - at[:-1] <= FOLLOWED_DAYS)
    turned = np.append(False, soon & (group[by][:-1] == before) & (rng.random(len(soon)) < FOLLOWED_CHANCE))
    turned[1:] &= ~turned[:-1]  # what was turned itself is no suitcase any more
    changed = group.copy()
    changed[by[turned]] = after
    return changed


def _faithful(rng: np.random.Generator, habits: Habits, who: Ints, group: Ints, main: Ints) -> Ints:
    """The products of first lines, where loyal customers take their favourite."""
    chosen = main.copy()
    takes = (rng.random(len(main)) < FAITHFUL) & (who >= 0)
    for place, staple in enumerate(STAPLES):
        favourite = habits.favourite[who, place]
        own = takes & (group == CODES.index(staple)) & (favourite != NO_PRODUCT)
        chosen[own] = favourite[own]
    return chosen


@dataclass
class _Lines:
    order: Ints
    kind: Bytes
    product: Ints
    pieces: Ints
    price: Ints
    cost: Ints


def _extras(rng: np.random.Generator, goods: Catalogue, sold: _Lines, channel: Bytes) -> tuple[_Lines, _Lines]:
    """Shipping of small parcels, and points used up."""
    size = len(channel)
    value = np.bincount(sold.order, sold.price * sold.pieces, minlength=size)
    parcel = np.bincount(sold.order, products.SHIPPED[goods.group[sold.product]], minlength=size) > 0
    posted = np.flatnonzero(parcel & np.isin(channel, (WEB, LINE, PHONE)) & (value < FREE_FROM))
    pays = np.flatnonzero((channel == WEB) & (value > 600) & (rng.random(size) < POINTS))

    def one_each(order: Ints, kind: int, price: Ints) -> _Lines:
        return _Lines(
            order, np.full(len(order), kind, np.int8), np.full(len(order), NO_PRODUCT), np.ones(len(order), np.int64), price,
            np.zeros(len(order), np.int64),
        )  # fmt: skip

    shipping = one_each(posted, LineKind.FEE, np.full(len(posted), SHIPPING))
    return shipping, one_each(pays, LineKind.ADJUSTMENT, -50 * rng.integers(1, 5, len(pays)))


def walk_ins(rng: np.random.Generator, orders: Orders) -> Orders:
    """Anonymous orders in the stores: when they were, customer -1."""
    size = int(rng.binomial(len(orders.at), WALK_IN))
    at = np.sort(rng.choice(orders.at, size)) if size else np.zeros(0)
    return Orders(np.full(size, -1), at, np.ones(size, np.int8), np.zeros(size, np.bool_))


def _pick(rng: np.random.Generator, goods: Catalogue, group: Ints, pull: Floats) -> Ints:
    """Products of ``group`` whose price lies near the middle price × ``pull``, with noise."""
    middle, count = goods.start[group] + goods.size[group] // 2, goods.size[group]
    aim = goods.price[middle] * pull * np.exp(rng.normal(0, PRICE_NOISE, len(group)))
    low, high = goods.price[goods.start[group]], goods.price[goods.start[group] + count - 1]
    position = np.log(np.maximum(aim, 1) / low) / np.log(high / low) * (count - 1)
    place = np.clip(np.round(position + rng.laplace(0, 1.0, len(group))), 0, count - 1).astype(np.int64)
    chosen: Ints = goods.start[group] + place
    return chosen


def _lines(
    rng: np.random.Generator, goods: Catalogue, group: Ints, main: Ints, spend: Floats
) -> tuple[Ints, Ints, Ints]:
    """First lines, more of the same group, and companions: order, product, pieces of each line."""
    again = np.flatnonzero(rng.random(len(group)) < products.SAME_GROUP_AGAIN[group])
    order, other = np.nonzero(rng.random((len(group), len(CODES))) < products.COMPANIONS[group])
    mate = rng.random(len(order)) < 0.5
    companion = np.where(
        mate, products.mates(goods)[main[order], other], _pick(rng, goods, other, np.sqrt(spend[order]))
    )
    line_order = np.concatenate([np.arange(len(group)), again, order])
    product = np.concatenate([main, _pick(rng, goods, group[again], np.sqrt(spend[again])), companion])
    keep = np.unique(line_order * len(goods.code) + product, return_index=True)[1]
    line_order, product = line_order[keep], product[keep]
    mean = products.PIECES[goods.group[product]] * np.sqrt(spend[line_order])
    dozens = mean > 10
    pieces = 1 + rng.poisson(np.where(dozens, 0, mean))
    bulk = 10 * (1 + rng.poisson(np.where(dozens, mean / 10, 0)))
    return line_order, product, np.where(dozens, bulk, pieces)


def _discounts(rng: np.random.Generator, kind: Ints, bargain: Floats) -> Floats:
    drawn = rng.choice(DISCOUNTS, len(kind), p=[0.4, 0.35, 0.15, 0.1])
    return np.where(kind == Kind.CORPORATE, CORPORATE_DISCOUNT, np.where(rng.random(len(kind)) < bargain, drawn, 0.0))


def _channels(rng: np.random.Generator, kind: Ints, habits: Habits, who: Ints) -> Ints:
    usual = rng.random(len(who)) < FAVOURITE
    channel = np.where(usual, habits.channel[who], choose_rows(rng, _CHANNEL_WEIGHTS[kind]))
    return np.where(habits.reseller[who] >= 0, PARTNER, channel)


def is_parcel(trade: Trade, goods: Catalogue, size: int) -> Flags:
    """Which orders travel as a parcel."""
    lines = trade.line_kind == LineKind.PRODUCT
    shipped: Flags = (
        np.bincount(trade.line_order[lines], products.SHIPPED[goods.group[trade.line_product[lines]]], minlength=size)
        > 0
    )
    return shipped
