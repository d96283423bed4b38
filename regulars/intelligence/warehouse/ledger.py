"""The shared order-level tables: every analysis reads these, so that the orders are grouped once.

``purchase``  one customer and day on which goods were bought: the occasion, whatever the number of orders that day
``customer``  one party that is courted or bought (not the people at a company, not a household): its sums over all time, the last 12 months and the 12 before, first and last purchase
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from regulars.intelligence.warehouse.engine import Engine

_PURCHASE = """
CREATE OR REPLACE TEMP TABLE purchase AS
SELECT o.customer_id, o.day, sum(o.goods)::BIGINT AS goods, sum(o.amount)::BIGINT AS amount, count(*) AS orders,
       sum(o.lines)::BIGINT AS lines, sum(o.quantity) AS quantity, max(o.ordered_at) AS at
FROM orders o JOIN parties p ON p.party_id = o.customer_id
WHERE o.day <= $today AND o.currency = $currency AND o.goods > 0
GROUP BY ALL
"""

_CUSTOMER = """
CREATE OR REPLACE TEMP TABLE customer AS
WITH money AS (
    SELECT customer_id, day, amount, goods - cost AS margin, 1 AS is_order
    FROM orders WHERE day <= $today AND currency = $currency
    UNION ALL
    SELECT customer_id, day, amount, CASE WHEN $margin_rate IS NULL THEN NULL ELSE goods - coalesce(cost, goods * (1 - $margin_rate)) END, 0
    FROM returns WHERE day <= $today AND currency = $currency
), sums AS (
    SELECT customer_id,
        sum(is_order)::BIGINT AS orders, sum(1 - is_order)::BIGINT AS returns,
        sum(is_order) FILTER (day > $today - 365)::BIGINT AS orders_12m,
        sum(amount)::BIGINT AS revenue,
        sum(amount) FILTER (is_order = 0)::BIGINT AS returned,
        sum(amount) FILTER (day > $today - 365)::BIGINT AS revenue_12m,
        sum(amount) FILTER (day <= $today - 365 AND day > $today - 730)::BIGINT AS revenue_prior_12m,
        sum(margin) FILTER (day > $today - 365)::BIGINT AS margin_12m,
        sum(margin) FILTER (day > $today - 730)::BIGINT AS margin_24m,
        sum(amount) FILTER (day > $today - 730)::BIGINT AS revenue_24m,
        min(day) AS first_trade_day, max(day) AS last_trade_day
    FROM money WHERE customer_id IS NOT NULL GROUP BY customer_id
), bought AS (
    SELECT customer_id, count(*) AS purchases, min(day) AS first_day, max(day) AS last_day FROM purchase GROUP BY customer_id
), usual AS (
    SELECT p.customer_id, sum(p.goods)::BIGINT AS usual_goods, count(*) AS usual_purchases
    FROM purchase p JOIN bought b USING (customer_id) WHERE p.day > b.last_day - 365 GROUP BY p.customer_id
), touched AS (
    SELECT customer_id, min(day) AS first_contact_day, max(day) AS last_contact_day,
           count(*) FILTER (day > $today - 730) AS contacts_24m
    FROM contacts WHERE day <= $today GROUP BY customer_id
), complained AS (
    SELECT customer_id, count(*) FILTER (settled_day IS NULL OR settled_day > $today) AS open_complaints,
           min(day) FILTER (settled_day IS NULL OR settled_day > $today) AS complaint_day
    FROM complaints WHERE day <= $today GROUP BY customer_id
)
SELECT p.party_id AS customer_id, p.kind, p.day AS created_day,
       coalesce(b.purchases, 0) AS purchases, b.first_day, b.last_day,
       coalesce(s.orders, 0) AS orders, coalesce(s.returns, 0) AS returns,
       coalesce(s.revenue, 0) AS revenue, coalesce(s.returned, 0) AS returned, coalesce(s.orders_12m, 0) AS orders_12m,
       coalesce(s.revenue_12m, 0) AS revenue_12m, coalesce(s.revenue_prior_12m, 0) AS revenue_prior_12m,
       coalesce(s.revenue_24m, 0) AS revenue_24m, s.margin_12m, s.margin_24m,
       coalesce(u.usual_goods, 0) AS usual_goods, coalesce(u.usual_purchases, 0) AS usual_purchases,
       t.first_contact_day, t.last_contact_day, coalesce(t.contacts_24m, 0) AS contacts_24m,
       coalesce(c.open_complaints, 0) AS open_complaints, c.complaint_day, s.first_trade_day
FROM parties p
LEFT JOIN sums s ON s.customer_id = p.party_id
LEFT JOIN bought b ON b.customer_id = p.party_id
LEFT JOIN usual u ON u.customer_id = p.party_id
LEFT JOIN touched t ON t.customer_id = p.party_id
LEFT JOIN complained c ON c.customer_id = p.party_id
WHERE p.courted = 1 OR s.customer_id IS NOT NULL
ORDER BY customer_id
"""

_OCCASIONS = """
WITH told AS (SELECT DISTINCT customer_id, day, coalesce(settled_day, 1000000) AS settled_day FROM complaints),
spans AS (
    SELECT customer_id, day, goods, lead(day, 1, 1000000) OVER (PARTITION BY customer_id ORDER BY day) AS next_day
    FROM purchase WHERE customer_id IN (SELECT customer_id FROM told)
), sore AS (
    SELECT s.customer_id, s.day,
           bool_or(t.day <= s.day AND t.settled_day > s.day) AS complaint_open,
           min(t.day) FILTER (t.day > s.day AND t.day < s.next_day) AS complaint_day
    FROM spans s JOIN told t ON t.customer_id = s.customer_id GROUP BY s.customer_id, s.day
)
SELECT p.customer_id, p.day::BIGINT AS day, p.goods::DOUBLE AS goods, p.at,
       coalesce(s.complaint_open, false) AS complaint_open, coalesce(s.complaint_day, -1)::BIGINT AS complaint_day
FROM purchase p LEFT JOIN sore s ON s.customer_id = p.customer_id AND s.day = p.day
ORDER BY p.customer_id, p.day
"""


@dataclass(frozen=True)
class Horizon:
    """Up to when facts count, in which currency, and what had to be left out.

    Attributes:
        today: days since 1970-01-01 in the company's zone; facts of that day count.
        currency: the currency of most orders; orders in others are counted in ``other_currency`` and left out.
        margin_rate: margin per unit of goods sold where costs are known; None unless they are for nine tenths of the goods.
    """

    today: int
    currency: str
    orders: int = 0
    customers: int = 0
    anonymous: int = 0
    other_currency: int = 0
    first_day: int | None = None
    last_day: int | None = None
    margin_rate: float | None = None

    @property
    def costs_known(self) -> bool:
        """Whether profit can be told."""
        return self.margin_rate is not None


_LONG_SILENCE = 30
_CYCLES = 2


def last_day_of_record(engine: Engine, now: int) -> tuple[int, bool]:
    """The day up to which facts shall count when nobody says: today, or the end of a file of long ago.

    A company that is alive has an order within two usual intervals of its customers (a month at least). When the newest
    order or return is older, the record is history, and judging it by today would find everybody gone.

    Returns:
        The day, and whether it is the end of history rather than ``now``.
    """
    last = engine.execute(
        "SELECT max(day) FROM (SELECT day FROM orders UNION ALL SELECT day FROM returns) WHERE day <= $now",
        {"now": now},
    ).fetchone()[0]
    if last is None or now - last <= _LONG_SILENCE:
        return now, False
    usual = engine.execute(
        """WITH days AS (SELECT DISTINCT customer_id, day FROM orders WHERE day <= $now AND customer_id IS NOT NULL AND goods > 0),
           gaps AS (SELECT day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap FROM days)
           SELECT median(gap) FROM gaps""",
        {"now": now},
    ).fetchone()[0]
    return (now, False) if now - last <= _CYCLES * (usual or 0) else (int(last), True)


def prepare(engine: Engine, *, today: int) -> Horizon:
    """Make the shared tables as of ``today`` and say what they cover."""
    horizon = look(engine, today)
    group(engine, horizon)
    return horizon


def group(engine: Engine, horizon: Horizon) -> None:
    """Make the shared tables from the facts that lie in the engine."""
    engine.execute(_PURCHASE, {"today": horizon.today, "currency": horizon.currency})
    engine.execute(
        _CUSTOMER, {"today": horizon.today, "currency": horizon.currency, "margin_rate": horizon.margin_rate}
    )


def stretched(engine: Engine, horizon: Horizon) -> Horizon:
    """``horizon`` with the first and the last day as they are now; what else it says is as it was."""
    first_day, last_day = engine.execute(
        "SELECT min(day), max(day) FROM orders WHERE day <= $today AND currency = $currency",
        {"today": horizon.today, "currency": horizon.currency},
    ).fetchone()
    return replace(horizon, first_day=first_day, last_day=last_day)


def only(engine: Engine) -> None:
    """Let the facts of the customers in the table ``chosen`` alone lie in the engine from here on."""
    for name, key in (
        ("orders", "customer_id"),
        ("returns", "customer_id"),
        ("contacts", "customer_id"),
        ("complaints", "customer_id"),
        ("parties", "party_id"),
    ):
        engine.execute(
            f'CREATE TEMP TABLE "{name}" AS SELECT * FROM memory.main."{name}" WHERE {key} IN (SELECT customer_id FROM chosen)'  # noqa: S608 -- our own names
        )


def look(engine: Engine, today: int) -> Horizon:
    """What the facts up to ``today`` cover."""
    chosen = engine.execute(
        "SELECT currency FROM orders WHERE day <= $today GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1",
        {"today": today},
    ).fetchone()
    currency = chosen[0] if chosen else ""
    counted = engine.execute(
        """SELECT count(*) FILTER (currency = $currency), count(DISTINCT customer_id) FILTER (currency = $currency),
                  count(*) FILTER (customer_id IS NULL), count(*) FILTER (currency <> $currency),
                  min(day) FILTER (currency = $currency), max(day) FILTER (currency = $currency),
                  CASE WHEN sum(goods) FILTER (cost IS NOT NULL AND currency = $currency) >= 0.9 * sum(goods) FILTER (currency = $currency)
                       THEN sum(goods - cost) FILTER (currency = $currency) / sum(goods) FILTER (cost IS NOT NULL AND currency = $currency) END
           FROM orders WHERE day <= $today""",
        {"today": today, "currency": currency},
    ).fetchone()
    return Horizon(today, currency, *counted)


def purchases(engine: Engine) -> tuple[Any, dict[str, Any]]:
    """Every purchase occasion with what the stages need of complaints; the customers' ids, and columns.

    Columns: ``customer`` (position among the ids), ``day``, ``at`` (the last order of that day, seconds), ``goods``, ``complaint_open``, ``complaint_day`` (−1: none).
    """
    read = columns(engine, _OCCASIONS)
    if not len(read["customer_id"]):
        return read["customer_id"], {**read, "customer": read["customer_id"]}
    starts = np.flatnonzero(np.r_[True, np.diff(read["customer_id"]) != 0])
    ids = read["customer_id"][starts]
    return ids, {**read, "customer": np.repeat(np.arange(len(ids)), np.diff(np.r_[starts, len(read["customer_id"])]))}


def columns(engine: Engine, query: str, **parameters: Any) -> dict[str, Any]:
    """The answer of ``query`` as numpy columns by name (masked where NULL)."""
    return dict(engine.execute(query, parameters or None).fetchnumpy())
