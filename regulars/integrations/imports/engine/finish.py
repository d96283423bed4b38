"""What is done once all rows are in: returns find their orders, buyers become customers, the summaries follow.

Every step may be repeated: it only does what is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from regulars.commerce.actions import rebuild_trade
from regulars.customers.actions import rebuild_activity
from regulars.customers.models import PartyRole
from regulars.integrations.imports.engine import bulk, changes

_SLICE = 400


def touched_by(batch: int) -> list[int]:
    """Customers with orders, returns or lines of this batch, or with orders it changed; oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id FROM commerce_order WHERE batch_id = %s AND customer_id IS NOT NULL
               UNION SELECT customer_id FROM commerce_return WHERE batch_id = %s AND customer_id IS NOT NULL
               UNION SELECT o.customer_id FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id
                     WHERE l.batch_id = %s AND coalesce(o.batch_id, 0) <> %s AND o.customer_id IS NOT NULL
               UNION SELECT r.customer_id FROM commerce_returnline l JOIN commerce_return r ON r.id = l.entry_id
                     WHERE l.batch_id = %s AND coalesce(r.batch_id, 0) <> %s AND r.customer_id IS NOT NULL""",
            [batch] * 6,
        )
        found = {row[0] for row in cursor.fetchall()}
    return sorted(found | changes.customers_changed_by(batch))


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
        rows = [
            (party, "customer", timezone.localdate(bulk.aware(moment)), batch) for party, moment in cursor.fetchall()
        ]
    bulk.insert(PartyRole, ("party_id", "role", "valid_from", "batch_id"), rows)


def rebuild(customers: list[int]) -> None:
    """Bring the summaries of these customers up to date."""
    everybody = len(customers) > 5_000
    rebuild_trade(customer_ids=None if everybody else customers)
    rebuild_activity(party_ids=None if everybody else customers)
