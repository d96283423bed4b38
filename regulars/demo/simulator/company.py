"""The whole company, chunk by chunk: the same arrays for the same seed, size and day; memory bounded by a chunk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from regulars.demo.simulator import baskets, contacts, fulfilment, products, profiles, relationships, seasons
from regulars.demo.simulator.arrays import Days, Floats, Ints
from regulars.demo.simulator.contacts import Contacts, Promises
from regulars.demo.simulator.model import Kind
from regulars.demo.simulator.products import Catalogue
from regulars.demo.simulator.profiles import Colleagues, Profiles
from regulars.demo.simulator.relationships import Course, Orders, People

CHUNK: Final = 10_000


@dataclass(frozen=True)
class Market:
    """What is the same for all: the days, the goods, the seasons."""

    opened: date
    today: date
    goods: Catalogue
    pace: Floats  # ``seasons.intensity``
    presence: Floats  # ``seasons.presence``

    @classmethod
    def of(cls, today: date) -> Market:
        """The market over the three years before ``today``."""
        opened = seasons.first_day(today)
        return cls(opened, today, products.catalogue(), seasons.intensity(opened), seasons.presence(opened))


@dataclass
class Company:
    """A chunk of the company: customers ``start`` … and everything that happened with them before ``today``.

    Indices of customers and orders count within the chunk. Orders include anonymous ones (customer -1) at the end.
    """

    start: int
    market: Market
    people: People
    course: Course
    habits: baskets.Habits
    orders: Orders
    trade: baskets.Trade
    amount: Ints  # of each order, whole NT$
    returns: fulfilment.Returns
    payments: fulfilment.Payments
    parcels: fulfilment.Parcels
    called_off: tuple[Ints, Days]
    contacts: Contacts
    promises: Promises
    profiles: Profiles
    colleagues: Colleagues
    agreements: tuple[Ints, Days, Floats]


def generate(*, customers: int, seed: int, today: date, chunk: int = CHUNK) -> Iterator[Company]:
    """Draw the company as of the beginning of ``today``.

    Args:
        customers: persons and companies that buy or may buy; colleagues, households and resellers come in addition.
        chunk: customers drawn at a time; another chunk size draws another company.
    """
    market = Market.of(today)
    for number, start in enumerate(range(0, customers, chunk)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        yield _draw(rng, start=start, size=min(chunk, customers - start), market=market)


def _draw(rng: np.random.Generator, *, start: int, size: int, market: Market) -> Company:
    goods = market.goods
    people = relationships.draw_people(rng, size)
    course = relationships.live(rng, people, market.pace)
    habits = baskets.draw_habits(rng, people, goods)
    orders = _with_walk_ins(rng, course.orders)
    trade = baskets.fill(rng, orders=orders, people=people, habits=habits, goods=goods, presence=market.presence)
    amount = np.bincount(trade.line_order, trade.line_price * trade.line_quantity, minlength=len(orders.at)).astype(
        np.int64
    )
    monthly = ((people.kind[orders.customer] == Kind.CORPORATE) & (orders.customer >= 0)).astype(np.int64)
    said = contacts.draw(rng, people=people, course=course, trade=trade, goods=goods, opened=market.opened)
    return Company(
        start=start,
        market=market,
        people=people,
        course=course,
        habits=habits,
        orders=orders,
        trade=trade,
        amount=amount,
        returns=fulfilment.draw_returns(rng, orders, trade, goods),
        payments=fulfilment.draw_payments(rng, orders, amount, monthly),
        parcels=fulfilment.draw_parcels(rng, orders, trade, goods),
        called_off=fulfilment.draw_called_off(rng, orders, people.lead_at),
        contacts=said,
        promises=contacts.draw_promises(rng, said),
        profiles=profiles.draw_profiles(rng, people, course),
        colleagues=profiles.draw_colleagues(rng, people),
        agreements=profiles.draw_agreements(rng, people, course),
    )


def _with_walk_ins(rng: np.random.Generator, orders: Orders) -> Orders:
    others = baskets.walk_ins(rng, orders)
    return Orders(
        np.concatenate([orders.customer, others.customer]),
        np.concatenate([orders.at, others.at]),
        np.concatenate([orders.state, others.state]),
        np.concatenate([orders.bad, others.bad]),
    )
