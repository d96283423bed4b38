"""Keeping the trade part of the customer summary."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

_CHUNK = 900

_REBUILD = """
UPDATE customers_customersummary SET
    orders = coalesce(t.orders, 0), returns = coalesce(t.returns, 0), revenue = coalesce(t.revenue, 0), margin = t.margin,
    first_order_at = t.first_order_at, last_order_at = t.last_order_at,
    currency = coalesce(t.currency, customers_customersummary.currency)
FROM (
    SELECT s.party_id, o.orders, r.returns, o.first_order_at, o.last_order_at, coalesce(o.currency, r.currency) AS currency,
           coalesce(o.revenue, 0) + coalesce(r.revenue, 0) AS revenue,
           CASE WHEN o.costed > 0 THEN o.margin + coalesce(r.margin, 0) END AS margin
    FROM customers_customersummary s
    LEFT JOIN (
        SELECT customer_id, count(*) AS orders, sum(amount) AS revenue, min(ordered_at) AS first_order_at,
               max(ordered_at) AS last_order_at, max(currency) AS currency, count(cost) AS costed,
               sum(CASE WHEN cost IS NOT NULL THEN goods - cost END) AS margin
        FROM commerce_order WHERE retracted_in IS NULL AND state = 'placed' AND customer_id IS NOT NULL {only_customers}
        GROUP BY customer_id) o ON o.customer_id = s.party_id
    LEFT JOIN (
        SELECT customer_id, count(*) AS returns, sum(amount) AS revenue, max(currency) AS currency,
               sum(CASE WHEN cost IS NOT NULL THEN goods - cost END) AS margin
        FROM commerce_return WHERE retracted_in IS NULL AND customer_id IS NOT NULL {only_customers}
        GROUP BY customer_id) r ON r.customer_id = s.party_id
    WHERE 1 = 1 {only_parties}) t
WHERE customers_customersummary.party_id = t.party_id
"""


@transaction.atomic
def rebuild_trade(*, customer_ids: Iterable[int] | None = None) -> None:
    """Recompute orders, returns, revenue, margin and first/last order from the record, for these customers or all.

    Revenue is net: all lines of placed orders, fees included, plus returns (negative). Margin is goods − cost over
    the orders whose cost is known, None when none is. All orders of a customer are taken to be in one currency.
    """
    with connection.cursor() as cursor:
        if customer_ids is None:
            cursor.execute(_REBUILD.format(only_customers="", only_parties=""))
            return
        ids = sorted(set(customer_ids))
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            marks = ", ".join(["%s"] * len(chunk))
            statement = _REBUILD.format(
                only_customers=f"AND customer_id IN ({marks})", only_parties=f"AND s.party_id IN ({marks})"
            )
            cursor.execute(statement, chunk * 3)
