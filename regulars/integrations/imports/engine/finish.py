"""What is done once all rows are in: returns find their orders, buyers become customers, the timeline and the summaries follow.

Every step may be repeated: it only does what is missing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from regulars.commerce.actions import rebuild_trade
from regulars.customers.actions import rebuild_activity
from regulars.customers.models import Event, PartyRole
from regulars.integrations.imports.engine import bulk
from regulars.integrations.imports.engine.parties import as_json
from regulars.kit import clock

SOURCE: Final = "commerce"
_SLICE = 400


def touched_by(batch: int) -> list[int]:
    """Customers with orders, returns or lines of this batch, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id FROM commerce_order WHERE batch_id = %s AND customer_id IS NOT NULL
               UNION SELECT customer_id FROM commerce_return WHERE batch_id = %s AND customer_id IS NOT NULL
               UNION SELECT o.customer_id FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id
                     WHERE l.batch_id = %s AND o.batch_id <> %s AND o.customer_id IS NOT NULL
               UNION SELECT r.customer_id FROM commerce_returnline l JOIN commerce_return r ON r.id = l.entry_id
                     WHERE l.batch_id = %s AND r.batch_id <> %s AND r.customer_id IS NOT NULL""",
            [batch] * 6,
        )
        return sorted(row[0] for row in cursor.fetchall())


def parties_with_events(batch: int) -> list[int]:
    """Customers who got entries on the timeline from this batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT customer_id FROM customers_event WHERE batch_id = %s AND customer_id IS NOT NULL", [batch]
        )
        return [row[0] for row in cursor.fetchall()]


def match_returns(customers: Iterable[int], *, beat: Callable[[], None] = lambda: None) -> int:
    """Point returned lines at the purchase they undo: same customer, product and quantity, the latest before the return;
    else the latest of which that much is left. Returns how many lines found theirs.
    """
    found = 0
    for chunk in bulk.batches(customers, _SLICE):
        with transaction.atomic():
            found += _match(chunk)
        beat()
    return found


def _match(customers: list[int]) -> int:
    open_lines = list(
        bulk.select(
            """SELECT l.id, r.id, r.customer_id, l.product_id, l.quantity, r.returned_at FROM commerce_return r JOIN commerce_returnline l ON l.entry_id = r.id
               WHERE r.retracted_in IS NULL AND l.retracted_in IS NULL AND l.order_line_id IS NULL AND l.product_id IS NOT NULL
                     AND r.customer_id IN ({marks}) ORDER BY r.returned_at, l.id""",
            customers,
        )
    )
    if not open_lines:
        return 0
    wanted = {(row[2], row[3]) for row in open_lines}
    owners = sorted({customer for customer, _product in wanted})
    left = {
        line: -used
        for line, used in bulk.select(
            """SELECT l.order_line_id, sum(l.quantity) FROM commerce_return r JOIN commerce_returnline l ON l.entry_id = r.id
               WHERE l.retracted_in IS NULL AND l.order_line_id IS NOT NULL AND r.customer_id IN ({marks}) GROUP BY l.order_line_id""",
            owners,
        )
    }
    bought: dict[tuple[int, int], list[list[Any]]] = defaultdict(list)
    for customer, product, line, order, quantity, moment, cost in bulk.select(
        """SELECT o.customer_id, l.product_id, l.id, o.id, l.quantity, o.ordered_at, l.cost FROM commerce_order o JOIN commerce_orderline l ON l.order_id = o.id
           WHERE o.retracted_in IS NULL AND l.retracted_in IS NULL AND l.product_id IS NOT NULL AND l.quantity > 0 AND o.customer_id IN ({marks})""",
        owners,
    ):
        if (customer, product) in wanted:
            bought[customer, product].append([moment, line, order, quantity, quantity - left.get(line, 0.0), cost])
    matched: list[tuple[Any, ...]] = []
    orders: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for line, entry, customer, product, quantity, moment in open_lines:
        purchase = _latest(bought[customer, product], -quantity, moment)
        if purchase is None:
            continue
        purchase[4] += quantity
        cost = None if purchase[5] is None or not purchase[3] else round(purchase[5] * quantity / purchase[3])
        matched.append((purchase[1], cost, line))
        orders[entry][purchase[2]] -= quantity
    bulk.execute_many(
        "UPDATE commerce_returnline SET order_line_id = %s, cost = coalesce(cost, %s) WHERE id = %s", matched
    )
    mains = [(max(parts, key=lambda order: (parts[order], order)), entry) for entry, parts in orders.items()]
    bulk.execute_many("UPDATE commerce_return SET order_id = %s WHERE id = %s AND order_id IS NULL", mains)
    bulk.execute_many(
        """UPDATE commerce_return SET cost = (SELECT sum(l.cost) FROM commerce_returnline l WHERE l.entry_id = commerce_return.id AND l.retracted_in IS NULL)
           WHERE id = %s""",
        [(entry,) for entry in orders],
    )
    return len(matched)


def _latest(purchases: list[list[Any]], quantity: float, moment: Any) -> list[Any] | None:
    """The purchase a return undoes, or None."""
    before = [one for one in purchases if one[0] <= moment and one[4] >= quantity]
    same = [one for one in before if one[3] == quantity]
    return max(same or before, key=lambda one: (one[0], one[1]), default=None)


@transaction.atomic
def give_roles(batch: int) -> None:
    """Whoever bought in this batch is a customer from the day of the first order on."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.customer_id, min(t.moment) FROM (
                   SELECT customer_id, ordered_at AS moment FROM commerce_order WHERE batch_id = %s AND customer_id IS NOT NULL
                   UNION ALL SELECT customer_id, returned_at FROM commerce_return WHERE batch_id = %s AND customer_id IS NOT NULL) t
               LEFT JOIN customers_partyrole r ON r.party_id = t.customer_id AND r.role = 'customer' AND r.valid_to IS NULL
               WHERE r.id IS NULL GROUP BY t.customer_id""",
            [batch, batch],
        )
        rows = [(party, "customer", timezone.localdate(aware(moment)), batch) for party, moment in cursor.fetchall()]
    bulk.insert(PartyRole, ("party_id", "role", "valid_from", "batch_id"), rows)


_EVENT: Final = (
    "occurred_at", "recorded_at", "customer_id", "kind", "channel", "department", "object_type", "object_id", "amount", "currency", "quantity", "payload",
    "source", "source_key", "batch_id", "supersedes_id",
)  # fmt: skip


def write_timeline(batch: int, *, beat: Callable[[], None] = lambda: None) -> int:
    """One entry for each order, return, shipment and payment of the batch that has a customer; none for anonymous trade."""
    count = 0
    for make in (_order_entries, _return_entries, _shipment_entries, _payment_entries):
        for rows in bulk.batches(make(batch), 5_000):
            with transaction.atomic():
                bulk.insert(Event, _EVENT, rows, or_ignore=True)
            count += len(rows)
            beat()
    return count + _correct_entries(batch)


_ORDER_FACTS: Final = (
    "id, customer_id, ordered_at, state, channel, amount, currency, quantity, number, line_count, payload"
)


def _order_entries(batch: int) -> Iterable[tuple[Any, ...]]:
    statement = f"""SELECT {_ORDER_FACTS} FROM commerce_order
                    WHERE batch_id = %s AND retracted_in IS NULL AND customer_id IS NOT NULL ORDER BY id"""  # noqa: S608 -- our own names
    now = clock.now()
    for order in _rows(statement, [batch]):
        yield _order_entry(order, now, key=f"order:{order[0]}", batch=batch, supersedes=None)


def _order_entry(
    order: tuple[Any, ...], now: datetime, *, key: str, batch: int | None, supersedes: int | None
) -> tuple[Any, ...]:
    """What the timeline says of an order (``_ORDER_FACTS``), as a row of ``_EVENT``."""
    pk, customer, moment, state, channel, amount, currency, quantity, number, lines, payload = order
    kind = "commerce.order_placed" if state == "placed" else "commerce.order_cancelled"
    contents = as_json({"number": number, "lines": lines, **_items(payload)})
    return (
        aware(moment), now, customer, kind, channel, "", "order", pk, amount, currency, quantity, contents, SOURCE, key, batch, supersedes,
    )  # fmt: skip


def _items(payload: Any) -> dict[str, Any]:
    facts = json.loads(payload) if isinstance(payload, str) else payload or {}
    return {"items": facts["items"]} if facts.get("items") else {}


def _return_entries(batch: int) -> Iterable[tuple[Any, ...]]:
    now = clock.now()
    items: dict[int, list[str]] = defaultdict(list)
    for entry, description in _rows(
        """SELECT l.entry_id, l.description FROM commerce_returnline l JOIN commerce_return r ON r.id = l.entry_id
           WHERE r.batch_id = %s AND r.retracted_in IS NULL AND r.customer_id IS NOT NULL AND l.description <> '' ORDER BY l.id""",
        [batch],
    ):
        if len(items[entry]) < 2:
            items[entry].append(description[:80])
    statement = """SELECT id, customer_id, returned_at, amount, currency, quantity, number, line_count, reason
                   FROM commerce_return WHERE batch_id = %s AND retracted_in IS NULL AND customer_id IS NOT NULL ORDER BY id"""
    for pk, customer, moment, amount, currency, quantity, number, lines, reason in _rows(statement, [batch]):
        facts = {"number": number, "lines": lines, "items": items.get(pk, []), **({"reason": reason} if reason else {})}
        yield (
            aware(moment),
            now,
            customer,
            "commerce.goods_returned",
            "",
            "",
            "return",
            pk,
            amount,
            currency,
            quantity,
            as_json(facts),
            SOURCE,
            f"return:{pk}",
            batch,
            None,
        )


def _shipment_entries(batch: int) -> Iterable[tuple[Any, ...]]:
    now = clock.now()
    statement = """SELECT s.id, o.customer_id, o.id, o.number, s.shipped_at, s.delivered_at FROM commerce_shipment s JOIN commerce_order o ON o.id = s.order_id
                   WHERE s.batch_id = %s AND s.retracted_in IS NULL AND o.retracted_in IS NULL AND o.customer_id IS NOT NULL ORDER BY s.id"""
    for pk, customer, order, number, shipped, delivered in _rows(statement, [batch]):
        for kind, moment in (("shipped", shipped), ("delivered", delivered)):
            if moment:
                contents = as_json({"number": number})
                yield (
                    aware(moment),
                    now,
                    customer,
                    f"commerce.order_{kind}",
                    "",
                    "",
                    "order",
                    order,
                    None,
                    "",
                    None,
                    contents,
                    SOURCE,
                    f"{kind}:{pk}",
                    batch,
                    None,
                )


def _payment_entries(batch: int) -> Iterable[tuple[Any, ...]]:
    now = clock.now()
    statement = """SELECT p.id, o.customer_id, o.id, o.number, p.paid_at, p.amount, p.currency FROM commerce_payment p JOIN commerce_order o ON o.id = p.order_id
                   WHERE p.batch_id = %s AND p.retracted_in IS NULL AND p.paid_at IS NOT NULL AND o.customer_id IS NOT NULL ORDER BY p.id"""
    for pk, customer, order, number, moment, amount, currency in _rows(statement, [batch]):
        contents = as_json({"number": number})
        yield (
            aware(moment),
            now,
            customer,
            "commerce.payment_received",
            "",
            "",
            "order",
            order,
            amount,
            currency,
            None,
            contents,
            SOURCE,
            f"payment:{pk}",
            batch,
            None,
        )


def _correct_entries(batch: int) -> int:
    """Orders that were here before and got lines: their entry is superseded by one with the new amount."""
    statement = """SELECT DISTINCT o.id FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id
                   WHERE l.batch_id = %s AND o.batch_id <> %s AND o.customer_id IS NOT NULL AND o.retracted_in IS NULL"""
    return correct_order_entries([row[0] for row in _rows(statement, [batch, batch])], batch=batch)


class _Told(NamedTuple):
    """What the timeline says of an order: the live entry (0: none), its amount, and how many entries there ever were."""

    entry: int
    amount: int | None
    entries: int


@transaction.atomic
def correct_order_entries(orders: Iterable[int], *, batch: int | None) -> int:
    """Let the timeline say what these orders amount to now; an entry that is right stays."""
    now, wanted = clock.now(), sorted(orders)
    newest: dict[int, _Told] = {}
    for pk, order, amount, retracted, superseded in bulk.select(
        """SELECT e.id, e.object_id, e.amount, e.retracted_in, s.id FROM customers_event e LEFT JOIN customers_event s ON s.supersedes_id = e.id
           WHERE e.object_type = 'order' AND e.kind IN ('commerce.order_placed', 'commerce.order_cancelled') AND e.object_id IN ({marks}) ORDER BY e.id""",
        wanted,
    ):
        count = newest[order].entries + 1 if order in newest else 1
        if retracted is None and superseded is None:
            newest[order] = _Told(pk, amount, count)
        else:
            newest[order] = _Told(
                newest[order].entry if order in newest else 0, newest[order].amount if order in newest else None, count
            )
    rows = []
    statement = f"SELECT {_ORDER_FACTS} FROM commerce_order WHERE retracted_in IS NULL AND customer_id IS NOT NULL AND id IN ({{marks}})"  # noqa: S608 -- our own names
    for order in bulk.select(statement, wanted):
        pk, amount = order[0], order[5]
        told = newest.get(pk, _Told(0, None, 0))
        if told.entry and told.amount == amount:
            continue
        key = f"order:{pk}:{told.entries}" if told.entries else f"order:{pk}"
        rows.append(_order_entry(order, now, key=key, batch=batch, supersedes=told.entry or None))
    bulk.insert(Event, _EVENT, rows, or_ignore=True)
    return len(rows)


def rebuild(customers: list[int]) -> None:
    """Bring the summaries of these customers up to date."""
    everybody = len(customers) > 5_000
    rebuild_trade(customer_ids=None if everybody else customers)
    rebuild_activity(party_ids=None if everybody else customers)


def _rows(statement: str, values: list[Any]) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor.fetchall()


def aware(moment: Any) -> datetime:
    """A time as raw SQL gave it, aware in UTC."""
    value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return value if value.tzinfo else value.replace(tzinfo=UTC)
