"""Products, orders with their lines, returns, payments, shipments of a chunk, and their entries on the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from regulars.catalogue.models import Product
from regulars.commerce.models import Order, OrderLine, Payment, Return, ReturnLine, Shipment
from regulars.demo.loader.bulk import Keys, write
from regulars.demo.loader.entries import Entries, as_json
from regulars.demo.loader.moments import Calendar
from regulars.demo.loader.parties import Parties
from regulars.demo.loader.staff import SALES, SERVICE
from regulars.demo.simulator import baskets, fulfilment
from regulars.demo.simulator.arrays import Flags, Ints
from regulars.demo.simulator.baskets import NO_PRODUCT, LineKind
from regulars.demo.simulator.company import Company
from regulars.demo.simulator.products import Catalogue
from regulars.demo.words.goods import GROUPS
from regulars.demo.words.phrases import RETURN_REASONS

CURRENCY: Final = "TWD"
MINOR: Final = 100
_MILLIONTHS: Final = 1_000_000
_KINDS: Final = ("product", "fee", "adjustment")
_SAID: Final = {LineKind.FEE: "運費", LineKind.ADJUSTMENT: "紅利折抵"}
_SOURCES: Final = ("shop", "pos", "shop", "office", "office", "partner")  # by baskets.CHANNELS
_SHOWN: Final = 2


@dataclass
class Placed:
    """Orders as they were written: key, number, and the sums of each."""

    keys: range
    numbers: list[str]
    sources: list[str]
    moments: list[str]
    customers: list[int | None]


def load_products(goods: Catalogue, keys: Keys) -> range:
    """Write the catalogue; returns its keys by position."""
    pks = keys.run(Product, len(goods.code))
    write(
        Product,
        len(goods.code),
        id=pks,
        code=list(goods.code),
        name=list(goods.name),
        group=[GROUPS[group].name for group in goods.group.tolist()],
        price=(goods.price * MINOR).tolist(),
        cost=(goods.cost * MINOR).tolist(),
        currency=CURRENCY,
    )
    return pks


def load_trade(
    company: Company,
    *,
    found: Parties,
    products: range,
    resellers: range,
    keys: Keys,
    calendar: Calendar,
    entries: Entries,
) -> tuple[Placed, int]:
    """Write all trade of a chunk; returns the orders and the number of rows."""
    sums = _Sums.of(company)
    placed = _place(company, found, keys, calendar)
    rows = _orders(company, placed, sums, resellers)
    line_keys = keys.run(OrderLine, len(company.trade.line_order))
    rows += _lines(company, placed, products, line_keys)
    rows += _payments(company, placed, calendar) + _shipments(company, placed, calendar)
    books = Books(company, placed, sums, products, resellers, keys, calendar, entries)
    rows += _returns(books, line_keys) + _called_off(books)
    _announce(company, placed, sums, entries)
    return placed, rows


@dataclass
class _Sums:
    """Of each order: goods, cost in whole NT$, lines, pieces, and what it held in words."""

    goods: Ints
    cost: Ints
    lines: Ints
    pieces: Ints
    start: Ints

    @classmethod
    def of(cls, company: Company) -> _Sums:
        trade, size = company.trade, len(company.orders.at)
        sold = trade.line_kind == LineKind.PRODUCT

        def total(values: Ints) -> Ints:
            return np.bincount(trade.line_order, values, minlength=size).astype(np.int64)

        lines = np.bincount(trade.line_order, minlength=size)
        return cls(
            goods=total(np.where(sold, trade.line_price * trade.line_quantity, 0)),
            cost=total(np.where(sold, trade.line_cost * trade.line_quantity, 0)),
            lines=lines,
            pieces=total(np.where(sold, trade.line_quantity, 0)),
            start=np.cumsum(lines) - lines,
        )


@dataclass(frozen=True)
class Books:
    """What everybody who writes about orders that exist needs at hand."""

    company: Company
    placed: Placed
    sums: _Sums
    products: range
    resellers: range
    keys: Keys
    calendar: Calendar
    entries: Entries


def at_work(company: Company) -> Flags:
    """Orders that staff took (store, phone, mail, partner): they fall into working hours."""
    return ~np.isin(company.trade.channel, (baskets.WEB, baskets.LINE))


def _place(company: Company, found: Parties, keys: Keys, calendar: Calendar) -> Placed:
    moments = calendar.moments(company.orders.at, at_work(company))
    days = calendar.dates(company.orders.at)
    pks = keys.run(Order, len(moments))
    numbers = [f"{day[2:4]}{day[5:7]}{day[8:]}-{key:05d}" for day, key in zip(days, pks, strict=True)]
    customers = [found.keys[who] if who >= 0 else None for who in company.orders.customer.tolist()]
    sources = [_SOURCES[channel] for channel in company.trade.channel.tolist()]
    return Placed(pks, numbers, sources, moments, customers)


def _orders(company: Company, placed: Placed, sums: _Sums, resellers: range) -> int:
    trade = company.trade
    return write(
        Order,
        len(placed.keys),
        id=placed.keys,
        source=placed.sources,
        number=placed.numbers,
        customer_id=placed.customers,
        seller_id=_sellers(trade.reseller.tolist(), resellers),
        ordered_at=placed.moments,
        channel=[baskets.CHANNELS[channel] for channel in trade.channel.tolist()],
        currency=CURRENCY,
        amount=(company.amount * MINOR).tolist(),
        goods=(sums.goods * MINOR).tolist(),
        cost=(sums.cost * MINOR).tolist(),
        line_count=sums.lines.tolist(),
        quantity=sums.pieces.astype(float).tolist(),
        recorded_at=placed.moments,
    )


def _sellers(numbers: list[int], resellers: range) -> list[int | None]:
    return [resellers[number] if number >= 0 else None for number in numbers]


def _line_columns(company: Company, chosen: Ints, products: range) -> dict[str, Any]:
    """Columns of order lines, by position of the line."""
    trade, names = company.trade, company.market.goods.name
    product, kind = trade.line_product[chosen].tolist(), trade.line_kind[chosen].tolist()
    cost = trade.line_cost[chosen] * trade.line_quantity[chosen] * MINOR
    return {
        "kind": [_KINDS[number] for number in kind],
        "product_id": [products[number] if number != NO_PRODUCT else None for number in product],
        "description": [names[number] if number != NO_PRODUCT else _SAID[what] for number, what in zip(product, kind, strict=True)],
        "quantity": trade.line_quantity[chosen].astype(float).tolist(),
        "unit_price": (trade.line_price[chosen] * _MILLIONTHS).tolist(),
        "amount": (trade.line_price[chosen] * trade.line_quantity[chosen] * MINOR).tolist(),
        "cost": [cost if number != NO_PRODUCT else None for cost, number in zip(cost.tolist(), product, strict=True)],
    }  # fmt: skip


def _lines(company: Company, placed: Placed, products: range, line_keys: range) -> int:
    trade = company.trade
    every = np.arange(len(trade.line_order))
    first = placed.keys.start
    number = every - np.searchsorted(trade.line_order, trade.line_order) + 1
    return write(
        OrderLine,
        len(every),
        id=line_keys,
        order_id=(trade.line_order + first).tolist(),
        line_key=[str(position) for position in number.tolist()],
        **_line_columns(company, every, products),
    )


def _payments(company: Company, placed: Placed, calendar: Calendar) -> int:
    paid = company.payments
    total = company.amount[paid.order] * MINOR
    share = np.round(total * paid.share / MINOR).astype(np.int64) * MINOR
    deposit = np.round(company.amount[paid.order] * fulfilment.DEPOSIT).astype(np.int64) * MINOR
    amount = np.where(paid.part == 2, total - deposit, np.where(paid.share < 1, deposit, share))
    return write(
        Payment,
        len(amount),
        order_id=(paid.order + placed.keys.start).tolist(),
        source_key=[str(part) for part in paid.part.tolist()],
        paid_at=calendar.moments(paid.at, at_work(company)[paid.order]),
        method=[fulfilment.METHODS[method] for method in paid.method.tolist()],
        instalments=paid.instalments.tolist(),
        amount=amount.tolist(),
        currency=CURRENCY,
    )


def _shipments(company: Company, placed: Placed, calendar: Calendar) -> int:
    parcels = company.parcels
    return write(
        Shipment,
        len(parcels.order),
        order_id=(parcels.order + placed.keys.start).tolist(),
        source_key="1",
        shipped_at=calendar.moments_or_none(parcels.shipped_at, at_work=True),
        promised_at=calendar.moments(np.floor(parcels.promised_at) + 0.99, at_work=True),
        delivered_at=calendar.moments_or_none(parcels.delivered_at, at_work=True),
    )


def _returns(books: Books, line_keys: range) -> int:
    company, placed, keys, calendar, entries = books.company, books.placed, books.keys, books.calendar, books.entries
    back = company.returns
    size, pks = len(back.at), keys.run(Return, len(back.at))
    moments = calendar.moments(back.at, at_work=True)
    amount = (-company.trade.line_price[back.line] * back.pieces * MINOR).tolist()
    cost = (-back.cost * back.pieces * MINOR).tolist()
    pieces = (-back.pieces).astype(float).tolist()
    orders = back.order.tolist()
    customers = [placed.customers[order] for order in orders]
    numbers = [f"R{key:05d}" for key in pks]
    reasons = [RETURN_REASONS[reason] for reason in back.reason.tolist()]
    shared = {"amount": amount, "cost": cost, "quantity": pieces}
    rows = write(
        Return, size, id=pks, source=[placed.sources[order] for order in orders], number=numbers, customer_id=customers,
        order_id=[placed.keys[order] for order in orders], returned_at=moments, reason=reasons, currency=CURRENCY, goods=amount,
        line_count=1, recorded_at=moments, **shared,
    )  # fmt: skip
    lines = _line_columns(company, back.line, books.products) | shared
    rows += write(
        ReturnLine,
        size,
        entry_id=pks,
        line_key="1",
        order_line_id=[line_keys[line] for line in back.line.tolist()],
        **lines,
    )
    known = [position for position in range(size) if customers[position] is not None]
    payloads = [as_json({"number": numbers[i], "lines": 1, "reason": reasons[i]}) for i in known]
    entries.add(
        [moments[i] for i in known], kind="commerce.goods_returned", customer_id=[customers[i] for i in known],
        object_type="return", object_id=[pks[i] for i in known], amount=[amount[i] for i in known], currency=CURRENCY,
        quantity=[pieces[i] for i in known], payload=payloads, department=SERVICE,
    )  # fmt: skip
    return rows


def _called_off(books: Books) -> int:
    company, placed, sums, keys, entries = books.company, books.placed, books.sums, books.keys, books.entries
    replaced, at = company.called_off
    size, pks = len(replaced), keys.run(Order, len(replaced))
    moments = books.calendar.moments(np.maximum(at, 0))
    which = replaced.tolist()
    numbers = [f"{placed.numbers[order][:6]}-C{key:05d}" for order, key in zip(which, pks, strict=True)]
    customers = [placed.customers[order] for order in which]
    amount = (company.amount[replaced] * MINOR).tolist()
    sellers = _sellers(company.trade.reseller[replaced].tolist(), books.resellers)
    rows = write(
        Order, size, id=pks, source=[placed.sources[order] for order in which], number=numbers, customer_id=customers,
        ordered_at=moments, channel=[baskets.CHANNELS[c] for c in company.trade.channel[replaced].tolist()], state="cancelled",
        currency=CURRENCY, amount=amount, goods=(sums.goods[replaced] * MINOR).tolist(), cost=(sums.cost[replaced] * MINOR).tolist(),
        seller_id=sellers, line_count=sums.lines[replaced].tolist(), quantity=sums.pieces[replaced].astype(float).tolist(), recorded_at=moments,
    )  # fmt: skip
    counts = sums.lines[replaced]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    lines = np.repeat(sums.start[replaced], counts) + within
    rows += write(
        OrderLine, len(lines), id=keys.run(OrderLine, len(lines)), order_id=np.repeat(np.array(pks, np.int64), counts).tolist(),
        line_key=[str(number + 1) for number in within.tolist()], **_line_columns(company, lines, books.products),
    )  # fmt: skip
    entries.add(
        moments, kind="commerce.order_cancelled", customer_id=customers, object_type="order", object_id=pks, amount=amount, currency=CURRENCY,
        payload=[as_json({"number": number}) for number in numbers], department=SALES,
    )  # fmt: skip
    return rows


def _announce(company: Company, placed: Placed, sums: _Sums, entries: Entries) -> None:
    """Orders of known customers on their timelines."""
    names, trade = company.market.goods.name, company.trade
    products, starts, lines = trade.line_product.tolist(), sums.start.tolist(), sums.lines.tolist()
    known = [position for position, customer in enumerate(placed.customers) if customer is not None]
    payloads = []
    for i in known:
        held = [
            names[product]
            for product in products[starts[i] : starts[i] + min(lines[i], _SHOWN)]
            if product != NO_PRODUCT
        ]
        payloads.append(as_json({"number": placed.numbers[i], "lines": lines[i], "items": held}))
    amount, pieces, channel = (
        (company.amount * MINOR).tolist(),
        sums.pieces.astype(float).tolist(),
        trade.channel.tolist(),
    )
    entries.add(
        [placed.moments[i] for i in known], kind="commerce.order_placed", customer_id=[placed.customers[i] for i in known],
        channel=[baskets.CHANNELS[channel[i]] for i in known], department=SALES, object_type="order",
        object_id=[placed.keys[i] for i in known], amount=[amount[i] for i in known], currency=CURRENCY,
        quantity=[pieces[i] for i in known], payload=payloads, source=[placed.sources[i] for i in known],
    )  # fmt: skip
