"""What the timeline says of trade: an entry for each order, return, shipment and payment, corrected where they change.

Every step may be repeated: it only does what is missing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import transaction

from regulars.commerce.models import Return
from regulars.customers.models import Event
from regulars.integrations.imports.engine import bulk, changes
from regulars.integrations.imports.engine.parties import as_json
from regulars.kit import clock

SOURCE: Final = "commerce"
_EVENT: Final = (
    "occurred_at", "recorded_at", "customer_id", "kind", "channel", "department", "object_type", "object_id", "amount", "currency", "quantity", "payload",
    "source", "source_key", "batch_id", "supersedes_id",
)  # fmt: skip
_OF_BATCH: Final = "{table}.batch_id = %s"
_OF_THESE: Final = "{table}.{column} IN ({{marks}})"
_ORDERS: Final = """SELECT o.id, o.customer_id, o.ordered_at, o.state, o.channel, o.amount, o.currency, o.quantity, o.number, o.line_count, o.payload
                    FROM commerce_order o WHERE {which} AND o.retracted_in IS NULL AND o.customer_id IS NOT NULL ORDER BY o.id"""
_RETURNS: Final = """SELECT r.id, r.customer_id, r.returned_at, r.amount, r.currency, r.quantity, r.number, r.line_count, r.reason
                     FROM commerce_return r WHERE {which} AND r.retracted_in IS NULL AND r.customer_id IS NOT NULL ORDER BY r.id"""
_SHIPMENTS: Final = """SELECT s.id, o.customer_id, o.id, o.number, s.shipped_at, s.delivered_at FROM commerce_shipment s JOIN commerce_order o ON o.id = s.order_id
                       WHERE {which} AND s.retracted_in IS NULL AND o.retracted_in IS NULL AND o.customer_id IS NOT NULL ORDER BY s.id"""
_PAYMENTS: Final = """SELECT p.id, o.customer_id, o.id, o.number, p.paid_at, p.amount, p.currency FROM commerce_payment p JOIN commerce_order o ON o.id = p.order_id
                      WHERE {which} AND p.retracted_in IS NULL AND p.paid_at IS NOT NULL AND o.retracted_in IS NULL AND o.customer_id IS NOT NULL ORDER BY p.id"""
_RETURNED_ITEMS: Final = "SELECT l.entry_id, l.description FROM commerce_returnline l WHERE l.description <> '' AND l.retracted_in IS NULL AND l.entry_id IN ({marks}) ORDER BY l.id"


class Entry(NamedTuple):
    """One entry as it should stand; ``key`` names what it is about."""

    moment: datetime
    customer: int
    kind: str
    channel: str
    object_type: str
    object_id: int
    amount: int | None
    currency: str
    quantity: float | None
    payload: str
    key: str

    def row(self, now: datetime, *, key: str, batch: int | None, supersedes: int | None = None) -> tuple[Any, ...]:
        """As a row of ``_EVENT``."""
        return (
            self.moment, now, self.customer, self.kind, self.channel, "", self.object_type, self.object_id, self.amount, self.currency,
            self.quantity, self.payload, SOURCE, key, batch, supersedes,
        )  # fmt: skip


def write_timeline(batch: int, *, beat: Callable[[], None] = lambda: None) -> int:
    """One entry for each order, return, shipment and payment of the batch that has a customer; none for anonymous trade."""
    count, now = 0, clock.now()
    for told, statement, table in (
        (_of_orders, _ORDERS, "o"), (_of_returns, _RETURNS, "r"), (_of_shipments, _SHIPMENTS, "s"), (_of_payments, _PAYMENTS, "p"),
    ):  # fmt: skip
        found = bulk.rows(statement.format(which=_OF_BATCH.format(table=table)), [batch])
        for some in bulk.batches(told(found), 5_000):
            with transaction.atomic():
                bulk.insert(Event, _EVENT, [one.row(now, key=one.key, batch=batch) for one in some], or_ignore=True)
            count += len(some)
            beat()
    count += correct_order_entries([*_extended(batch), *changes.orders_changed_by(batch)], batch=batch)
    return count + correct_return_entries(changes.orders_changed_by(batch, Return), batch=batch)


def _extended(batch: int) -> list[int]:
    """Orders that were here before and got lines."""
    statement = """SELECT DISTINCT o.id FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id
                   WHERE l.batch_id = %s AND coalesce(o.batch_id, 0) <> %s AND o.customer_id IS NOT NULL AND o.retracted_in IS NULL"""
    return [order for (order,) in bulk.rows(statement, [batch, batch])]


def correct_order_entries(orders: Iterable[int], *, batch: int | None) -> int:
    """Let the timeline say what these orders amount to now, whose they are, and what became of them; what is right stays."""
    wanted = sorted(set(orders))
    entries = [
        *_of_orders(_of_these(_ORDERS, "o", "id", wanted)),
        *_of_shipments(_of_these(_SHIPMENTS, "o", "id", wanted)),
        *_of_payments(_of_these(_PAYMENTS, "o", "id", wanted)),
    ]
    return _correct(entries, "order", wanted, batch)


def correct_return_entries(returns: Iterable[int], *, batch: int | None) -> int:
    """Let the timeline say whose these returns are now."""
    wanted = sorted(set(returns))
    return _correct(list(_of_returns(_of_these(_RETURNS, "r", "id", wanted))), "return", wanted, batch)


def _of_these(statement: str, table: str, column: str, wanted: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    return bulk.select(statement.format(which=_OF_THESE.format(table=table, column=column)), wanted)


class _Told(NamedTuple):
    """What the timeline says of one thing: the live entry (0: none) with its facts, and how many entries there ever were."""

    entry: int
    facts: tuple[Any, ...]
    entries: int


@transaction.atomic
def _correct(entries: Sequence[Entry], object_type: str, wanted: Sequence[int], batch: int | None) -> int:
    """Supersede what is no longer so; an entry that an undone correction had superseded is written anew."""
    told: dict[str, _Told] = {}
    statement = """SELECT e.id, e.source_key, e.customer_id, e.kind, e.amount, e.occurred_at, e.retracted_in, s.id
                   FROM customers_event e LEFT JOIN customers_event s ON s.supersedes_id = e.id
                   WHERE e.object_type = %s AND e.source = %s AND e.object_id IN ({marks}) ORDER BY e.id"""
    for pk, key, customer, kind, amount, moment, retracted, superseded in bulk.select(
        statement, wanted, object_type, SOURCE
    ):
        thing = ":".join(key.split(":")[:2])
        before = told.get(thing, _Told(0, (), 0))
        if retracted is None and superseded is None:
            told[thing] = _Told(pk, (customer, kind, amount, bulk.aware(moment)), before.entries + 1)
        else:
            told[thing] = before._replace(entries=before.entries + 1)
    rows, now = [], clock.now()
    for one in entries:
        before = told.get(one.key, _Told(0, (), 0))
        if before.entry and before.facts == (one.customer, one.kind, one.amount, one.moment):
            continue
        key = f"{one.key}:{before.entries}" if before.entries else one.key
        rows.append(one.row(now, key=key, batch=batch, supersedes=before.entry or None))
    bulk.insert(Event, _EVENT, rows, or_ignore=True)
    return len(rows)


def _of_orders(rows: Iterable[tuple[Any, ...]]) -> Iterator[Entry]:
    for pk, customer, moment, state, channel, amount, currency, quantity, number, lines, payload in rows:
        kind = "commerce.order_placed" if state == "placed" else "commerce.order_cancelled"
        contents = as_json({"number": number, "lines": lines, **_items(payload)})
        yield Entry(
            bulk.aware(moment),
            customer,
            kind,
            channel,
            "order",
            pk,
            amount,
            currency,
            quantity,
            contents,
            f"order:{pk}",
        )


def _items(payload: Any) -> dict[str, Any]:
    facts = json.loads(payload) if isinstance(payload, str) else payload or {}
    return {"items": facts["items"]} if facts.get("items") else {}


def _of_returns(rows: Iterable[tuple[Any, ...]]) -> Iterator[Entry]:
    for some in bulk.batches(rows):
        items: dict[int, list[str]] = defaultdict(list)
        for entry, description in bulk.select(_RETURNED_ITEMS, [row[0] for row in some]):
            if len(items[entry]) < 2:
                items[entry].append(description[:80])
        for pk, customer, moment, amount, currency, quantity, number, lines, reason in some:
            facts = {
                "number": number,
                "lines": lines,
                "items": items.get(pk, []),
                **({"reason": reason} if reason else {}),
            }
            yield Entry(
                bulk.aware(moment), customer, "commerce.goods_returned", "", "return", pk, amount, currency, quantity,
                as_json(facts), f"return:{pk}",
            )  # fmt: skip


def _of_shipments(rows: Iterable[tuple[Any, ...]]) -> Iterator[Entry]:
    for pk, customer, order, number, shipped, delivered in rows:
        for kind, moment in (("shipped", shipped), ("delivered", delivered)):
            if moment:
                yield Entry(
                    bulk.aware(moment), customer, f"commerce.order_{kind}", "", "order", order, None, "", None,
                    as_json({"number": number}), f"{kind}:{pk}",
                )  # fmt: skip


def _of_payments(rows: Iterable[tuple[Any, ...]]) -> Iterator[Entry]:
    for pk, customer, order, number, moment, amount, currency in rows:
        yield Entry(
            bulk.aware(moment), customer, "commerce.payment_received", "", "order", order, amount, currency, None,
            as_json({"number": number}), f"payment:{pk}",
        )  # fmt: skip
